"""Values of Python modules, read from their syntax tree."""

from __future__ import annotations

import ast
import posixpath

from sealwright.project.tables import Reader, read_text

_MAX_IMPORTS = 4


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a module; None where it is not Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def module_file(read: Reader, module: str, roots: tuple[str, ...]) -> str | None:
    """Where the dotted `module` lies below one of the `roots`, as a package or a single file."""
    stem = module.replace(".", "/")
    for root in roots:
        for candidate in (f"{stem}/__init__.py", f"{stem}.py"):
            path = posixpath.normpath(posixpath.join(root, candidate))
            if read(path) is not None:
                return path
    return None


def attribute(read: Reader, path: str, name: str, depth: int = 0) -> str | None:
    """The string that the module at `path` assigns to `name`, also by importing it from beside it.

    A tuple of numbers is joined with dots, as setuptools does. None where only running the module would tell.
    """
    source = read_text(read, path)
    tree = parse(source) if source is not None else None
    if tree is None or depth > _MAX_IMPORTS:
        return None
    for statement in reversed(tree.body):
        if isinstance(statement, ast.ImportFrom):
            origin = _imported_as(statement, name)
            file = _module_beside(read, path, statement) if origin else None
            if origin and file:
                return attribute(read, file, origin, depth + 1)
        elif (value := _assigned(statement, name)) is not None:
            return _literal(value)
    return None


def docstring(source: str) -> str | None:
    """The docstring of a module, as it is written; None where it has none."""
    tree = parse(source)
    return ast.get_docstring(tree, clean=False) if tree is not None else None


def _assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Assign(targets=targets, value=value):
            hit = any(isinstance(target, ast.Name) and target.id == name for target in targets)
            return value if hit else None
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
            return value
        case _:
            return None


def _imported_as(statement: ast.ImportFrom, name: str) -> str | None:
    return next((alias.name for alias in statement.names if (alias.asname or alias.name) == name), None)


def _module_beside(read: Reader, path: str, statement: ast.ImportFrom) -> str | None:
    folder = posixpath.dirname(path)
    if statement.level:
        base = posixpath.normpath(posixpath.join(folder, *[".."] * (statement.level - 1)))
        return module_file(read, statement.module, (base,)) if statement.module else None
    # An absolute import of the same package: its root is above this folder.
    above = (folder, posixpath.dirname(folder), posixpath.dirname(posixpath.dirname(folder)))
    return module_file(read, statement.module, above) if statement.module else None


def _literal(value: ast.expr) -> str | None:
    try:
        found = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, tuple | list) and found and all(isinstance(part, int | str) for part in found):
        return ".".join(map(str, found))
    return None


def only_calls(source: str, function: str, allowed: frozenset[str]) -> bool:
    """Whether a module does nothing but import and call `function`, with literal keywords among `allowed` at most."""
    tree = parse(source)
    return tree is not None and all(_imports_or_calls(statement, function, allowed) for statement in tree.body)


def _imports_or_calls(statement: ast.stmt, function: str, allowed: frozenset[str]) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=called, args=[], keywords=words)):
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            return name == function and all(word.arg in allowed for word in words)
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body, orelse=[]):
            return all(_imports_or_calls(inner, function, allowed) for inner in body)
        case _:
            return False


def call_keywords(source: str, function: str) -> dict[str, str]:
    """The keyword arguments of the one call of `function` (`setup`, `setuptools.setup`) that are literal strings."""
    tree = parse(source)
    if tree is None:
        return {}
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == function)
            or (isinstance(node.func, ast.Attribute) and node.func.attr == function)
        )
    ]
    if len(calls) != 1:
        return {}
    found = {word.arg: _literal(word.value) for word in calls[0].keywords if word.arg}
    return {name: value for name, value in found.items() if value is not None}
