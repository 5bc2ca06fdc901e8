"""Poetry's ways to write versions (https://python-poetry.org/docs/dependency-specification/) as PEP 440 has them."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_SEPARATOR = re.compile(r"\s*,\s*|\s+(?=[<>=!~^])")
_PART = re.compile(r"(?P<operator>\^|~=|~|===|[<>=!]?=|[<>])?\s*v?(?P<version>[^\s,|]+)")


def specifier_of(constraint: str) -> SpecifierSet | None:
    """The same as a set of specifiers; None for unions and for what is no constraint."""
    if "|" in constraint:
        return None
    try:
        parts = [_part(part) for part in _SEPARATOR.split(constraint.strip()) if part]
        return SpecifierSet(",".join(filter(None, parts)))
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None


def marker_of(python: str) -> str | None:
    """A constraint on Python as an environment marker; empty for any Python, None where it is not understood."""
    specifiers = specifier_of(python)
    if specifiers is None:
        return None
    return " and ".join(_comparison(item.operator, item.version) for item in sorted(specifiers, key=str))


def _part(part: str) -> str:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(part)
    operator, version = match["operator"], match["version"]
    if version == "*" and operator in (None, "="):
        return ""
    if version.endswith((".*", ".x", ".X")):
        return f"{'!=' if operator == '!=' else '=='}{version[:-1]}*"
    match operator:
        case "^":
            return f">={version},<{_after_caret(Version(version).release)}"
        case "~":
            return f">={version},<{_next(Version(version).release[:2])}"
        case None | "=":
            return f"=={version}"
        case _:
            return f"{operator}{version}"


def _after_caret(release: tuple[int, ...]) -> str:
    """The next version that may break something: the first part that is not zero decides."""
    decisive = next((at for at, part in enumerate(release) if part), len(release) - 1)
    return _next(release[: min(decisive, 2) + 1])


def _next(release: tuple[int, ...]) -> str:
    return ".".join(map(str, (*release[:-1], release[-1] + 1)))


def _comparison(operator: str, version: str) -> str:
    variable = "python_full_version" if version.count(".") > 1 else "python_version"
    return f'{variable} {operator} "{version}"'
