"""What of a wheel can be imported, worked out from the names of its members: nothing of it is run.

https://packaging.python.org/en/latest/guides/packaging-namespace-packages/,
https://typing.python.org/en/latest/spec/distributing.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sealwright.verify.archive.installed import installed_names

_COMPILED = (".pyc", ".so", ".pyd", ".dll", ".dylib")
_NAMESPACE = re.compile(rb"\b(extend_path|declare_namespace)\s*\(")

Parts = tuple[str, ...]
"""A path below site-packages, or a dotted name, taken apart."""


class Kind(StrEnum):
    """What a wheel brings."""

    MODULES = "modules"
    STUBS = "stubs only"
    """Types for the code of another distribution: nothing of it runs."""
    DATA = "data only"
    """Files that are not imported, such as data, headers and scripts."""
    NOTHING = "no files"
    UNREACHABLE = "code that no import reaches"
    """Such as a package in a folder whose name is no identifier."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel brings, as far as importing goes."""

    kind: Kind
    outermost: tuple[str, ...] = ()
    """What is imported to try it: `tiny`, or `namespace.tiny` where `namespace` is only a folder. Sorted."""
    modules: tuple[str, ...] = ()
    """Everything that an import statement reaches, `outermost` included, any `__main__` not. Sorted."""
    unreachable: tuple[str, ...] = ()
    """Where there are no modules: members that hold code all the same. Sorted."""


def declares_namespace(source: bytes) -> bool:
    """Whether an `__init__.py` shares its package with other distributions, the way of pkgutil or pkg_resources."""
    return _NAMESPACE.search(source) is not None


def contents_of(members: Iterable[str], namespaces: Collection[str] = ()) -> Contents:
    """What a wheel of these members brings. `namespaces` are those of which `declares_namespace` is true.

    Of a folder without `__init__.py`, and of a package that is such a namespace, the packages directly below count, and
    loose modules only where there is no package.
    """
    files = [member for member in members if not member.endswith("/") and ".dist-info/" not in member]
    paths = {member: tuple(name.split("/")) for member in files for name in installed_names((member,))}
    inits = {path[:-1] for path in paths.values() if len(path) > 1 and path[-1] == "__init__.py"}
    shared = {paths[member][:-1] for member in namespaces if member in paths}
    outermost = _outermost(paths.values(), inits - shared, shared)
    if not outermost:
        return _without_modules(files, paths)
    reached = {module for path in paths.values() if (module := _reached(path, inits))}
    return Contents(Kind.MODULES, _dotted(outermost), _dotted(outermost | reached))


def _outermost(paths: Iterable[Parts], packages: set[Parts], shared: set[Parts]) -> set[Parts]:
    found: set[Parts] = set()
    loose: set[Parts] = set()
    for path in paths:
        above = next((path[:depth] for depth in range(1, len(path)) if path[:depth] in packages), None)
        if above is not None:
            found.add(above)
        elif module := _module(path):
            (found if len(module) == 1 else loose).add(module)
    covered = {name[0] for name in found}
    found |= {name for name in loose if name[0] not in covered}
    # Where there is nothing but the declaration of a namespace, that is what the wheel brings.
    for name in sorted(shared, key=len, reverse=True):
        if not any(_is_below(name, other) or _is_below(other, name) for other in found):
            found.add(name)
    return {name for name in found if _is_name(name)}


def _is_below(name: Parts, other: Parts) -> bool:
    return name[: len(other)] == other


def _reached(path: Parts, inits: set[Parts]) -> Parts:
    """The name of a module; empty for what lies in a folder of data inside a package, or is no module."""
    above = [path[:depth] in inits for depth in range(1, len(path))]
    if True in above and False in above[above.index(True) :]:
        return ()
    module = path[:-1] if path[-1] == "__init__.py" else _module(path)
    return module if _is_name(module) else ()


def _module(path: Parts) -> Parts:
    stem, dot, suffix = path[-1].partition(".")
    return (*path[:-1], stem) if dot and suffix == "py" and stem not in ("__init__", "__main__") else ()


def _is_lost(path: Parts) -> bool:
    # Source below a folder that could be imported is a template or an example; the folder's own name is a mistake.
    outside = not path[0].partition(".")[0].isidentifier()
    return path[-1].endswith(_COMPILED) or (path[-1].endswith(".py") and outside)


def _is_name(parts: Parts) -> bool:
    return all(part.isidentifier() for part in parts)


def _dotted(names: Iterable[Parts]) -> tuple[str, ...]:
    return tuple(sorted(".".join(name) for name in names))


def _without_modules(files: list[str], paths: Mapping[str, Parts]) -> Contents:
    code = tuple(sorted(member for member, path in paths.items() if _is_lost(path)))
    if code:
        return Contents(Kind.UNREACHABLE, unreachable=code)
    if any(path[-1].endswith(".pyi") for path in paths.values()):
        return Contents(Kind.STUBS)
    return Contents(Kind.DATA if files else Kind.NOTHING)
