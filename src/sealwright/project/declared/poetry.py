"""[tool.poetry] (https://python-poetry.org/docs/pyproject/). Groups of dependencies are never shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.project.declared.constraints import marker_of, specifier_of
from sealwright.project.declared.model import Declared, Groups, Licence, Unknown, label_of
from sealwright.project.declared.reading import addressed, plain, readme_of
from sealwright.project.tables import Reader, strings, table, text

_WHERE = "pyproject.toml [tool.poetry]"


class _NotUnderstood(Exception):
    pass


def read_poetry(document: Mapping[str, Any], read: Reader) -> Declared:
    """What the table declares."""
    poetry = table(document, "tool", "poetry")
    dependencies, optional = _dependencies(poetry)
    return Declared(
        _WHERE,
        requires_python=_python(poetry),
        dependencies=dependencies,
        optional=optional,
        entry_points=entry_points_of(poetry),
        summary=text(poetry, "description") or "",
        keywords=frozenset(strings(poetry, "keywords")),
        classifiers=frozenset(strings(poetry, "classifiers")),
        urls=frozenset(_urls(poetry)),
        authors=addressed(strings(poetry, "authors")),
        maintainers=addressed(strings(poetry, "maintainers")),
        licence=Licence(strings(poetry, "license")),
        readme=readme_of(read, strings(poetry, "readme")),
        adds_classifiers=True,
        names_one_person=True,
    )


def entry_points_of(poetry: Mapping[str, Any]) -> Groups:
    """Scripts and plugins. Poetry may have some here although there is a [project]."""
    scripts = {
        name: value["reference"] if isinstance(value, Mapping) else value
        for name, value in table(poetry, "scripts").items()
        if not isinstance(value, Mapping) or (value.get("type") == "console" and "reference" in value)
    }
    return plain({"console_scripts": scripts, **table(poetry, "plugins")})


def _python(poetry: Mapping[str, Any]) -> str | Unknown:
    written = table(poetry, "dependencies").get("python", "*")
    specifiers = specifier_of(written) if isinstance(written, str) else None
    return Unknown(f"python = {written!r} is not understood") if specifiers is None else str(specifiers)


def _urls(poetry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for label in ("homepage", "repository", "documentation"):
        if url := text(poetry, label):
            yield label, url
    for label, url in table(poetry, "urls").items():
        yield label_of(label), str(url)


def _dependencies(
    poetry: Mapping[str, Any],
) -> tuple[tuple[Requirement, ...] | Unknown, Mapping[str, tuple[Requirement, ...]] | Unknown]:
    required: list[Requirement] = []
    optional: dict[str, list[Requirement]] = {canonicalize_name(extra): [] for extra in table(poetry, "extras")}
    extras = {
        extra: {canonicalize_name(n) for n in strings(poetry, "extras", extra)} for extra in table(poetry, "extras")
    }
    try:
        for name, constraint in table(poetry, "dependencies").items():
            if name == "python":
                continue
            for single in constraint if isinstance(constraint, list) else [constraint]:
                requirement, is_optional = _dependency(name, single)
                holders = [e for e, names in extras.items() if canonicalize_name(name) in names]
                if not is_optional and not holders:
                    required.append(requirement)
                for extra in holders:
                    optional[canonicalize_name(extra)].append(requirement)
    except _NotUnderstood as error:
        return Unknown(str(error)), Unknown(str(error))
    return tuple(required), {extra: tuple(found) for extra, found in optional.items()}


def _dependency(name: str, constraint: Any) -> tuple[Requirement, bool]:
    """The requirement, without its extra, and whether it is optional."""
    if isinstance(constraint, str):
        constraint = {"version": constraint}
    if not isinstance(constraint, Mapping) or {"path", "file", "platform"} & constraint.keys():
        raise _NotUnderstood(f"the dependency {name} is a file, a folder or depends on the platform")
    extras = ",".join(strings(constraint, "extras"))
    target = f"{name}[{extras}]" if extras else name
    markers = " and ".join(f"({marker})" for marker in _markers(name, constraint) if marker)
    written = f"{target}{_source(name, constraint)}" + (f" ; {markers}" if markers else "")
    try:
        return Requirement(written), constraint.get("optional") is True
    except InvalidRequirement as error:
        raise _NotUnderstood(f"the dependency {name} is not understood") from error


def _source(name: str, constraint: Mapping[str, Any]) -> str:
    if "git" in constraint:
        rev = text(constraint, "rev") or text(constraint, "tag") or text(constraint, "branch")
        if "subdirectory" in constraint or not str(constraint["git"]).startswith("https://"):
            raise _NotUnderstood(f"the dependency {name} comes from git in a way that is not understood")
        return f" @ git+{constraint['git']}" + (f"@{rev}" if rev else "")
    if "url" in constraint:
        return f" @ {constraint['url']}"
    specifiers = specifier_of(text(constraint, "version") or "*")
    if specifiers is None:
        raise _NotUnderstood(f"the version of the dependency {name} is a union, or not understood")
    return str(specifiers)


def _markers(name: str, constraint: Mapping[str, Any]) -> Iterator[str | None]:
    yield text(constraint, "markers")
    python = text(constraint, "python")
    if python is not None:
        marker = marker_of(python)
        if marker is None:
            raise _NotUnderstood(f"python = {python!r} of the dependency {name} is not understood")
        yield marker
