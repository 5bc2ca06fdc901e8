"""Version files that a backend writes: they assign the version and do nothing else."""

from __future__ import annotations

import ast
import json

_IMPORTS = frozenset({"__future__", "typing"})
_VALUES = (ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Load, ast.Store, ast.Subscript, ast.BinOp, ast.BitOr)
_LARGEST = 16 * 1024


def objection(data: bytes, version: str) -> str | None:
    """Why this is not a version file of `version`; None where it is one.

    Only literals and names are assigned and only typing is imported, so importing it cannot do anything. A file that
    is not Python may hold nothing but the version; the one that versioneer writes may read its own JSON as well.
    """
    if len(data) > _LARGEST:
        return f"{len(data)} bytes"
    try:
        text = data.decode()
        tree = None if text.strip() == version else ast.parse(text)
    except UnicodeDecodeError:
        return "not UTF-8"
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "neither Python nor the version alone"
    return None if tree is None or _is_versioneers(tree, version) else _tree(tree, version)


def _tree(tree: ast.Module, version: str) -> str | None:
    reason = next(filter(None, map(_statement, tree.body)), None)
    if reason is not None:
        return reason
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return None if version in constants else f"it does not say {version}"


_VERSIONEER = """
import json
version_json = ''
def get_versions():
    return json.loads(version_json)
"""


def _is_versioneers(tree: ast.Module, version: str) -> bool:
    """Whether it is versioneer's template to the letter, filled in with plain values and this version."""
    texts = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    if len(texts) != 1 or not isinstance(texts[0], ast.Constant) or not isinstance(texts[0].value, str):
        return False
    written, texts[0].value = texts[0].value, ""
    same = ast.dump(tree) == ast.dump(ast.parse(_VERSIONEER))
    texts[0].value = written
    try:
        values = json.loads(written)
    except (ValueError, RecursionError):
        return False
    return same and isinstance(values, dict) and values.get("version") == version


def _statement(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return None
        case ast.ImportFrom(module=str(module), level=0) if module in _IMPORTS:
            return None
        case ast.Assign(targets=targets, value=value):
            return _expressions([*targets, value])
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            return _expressions([target, annotation, *([value] if value else [])])
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=orelse):
            return next((reason for inner in (*body, *orelse) if (reason := _statement(inner))), None)
        case _:
            return f"line {statement.lineno}: {type(statement).__name__}"


def _expressions(expressions: list[ast.expr]) -> str | None:
    for expression in expressions:
        for node in ast.walk(expression):
            if not isinstance(node, _VALUES):
                return f"line {expression.lineno}: {type(node).__name__}"
    return None
