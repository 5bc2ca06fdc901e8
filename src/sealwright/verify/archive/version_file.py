"""Version files that a backend writes: they assign the version and do nothing else."""

from __future__ import annotations

import ast

_IMPORTS = frozenset({"__future__", "typing"})
_VALUES = (ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Load, ast.Store, ast.Subscript, ast.BinOp, ast.BitOr)
_LARGEST = 16 * 1024


def objection(data: bytes, version: str) -> str | None:
    """Why this is not a version file of `version`; None where it is one.

    Only literals and names are assigned and only typing is imported, so importing it cannot do anything. A file that
    is not Python may hold nothing but the version.
    """
    if len(data) > _LARGEST:
        return f"{len(data)} bytes"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    if text.strip() == version:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "neither Python nor the version alone"
    for statement in tree.body:
        if (reason := _statement(statement)) is not None:
            return reason
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return None if version in constants else f"it does not say {version}"


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
