"""Where a project's version is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.project.legacy import Legacy
from sealwright.project.static import attribute, module_file
from sealwright.project.tables import Reader, read_text, strings, table, text

_FLAGS = re.MULTILINE
# https://hatch.pypa.io/latest/plugins/version-source/regex/
_HATCH = r"""(?i)^(__version__|VERSION)(?: ?\: ?str)? *= *(['"])v?(?P<version>.+?)\2"""
# https://backend.pdm-project.org/metadata/#dynamic-project-version
_PDM = r"""^__version__\s*=\s*['"](?P<version>.+?)['"]\s*(?:#.*)?$"""
_ROOTS = ("src", ".", "lib")

# Build requirements that read the version from the repository's tags.
_FROM_TAGS = frozenset(
    {
        "hatch-vcs",
        "incremental-vcs",
        "pbr",
        "poetry-dynamic-versioning",
        "setuptools-git-versioning",
        "setuptools-scm",
        "uv-dynamic-versioning",
        "vcs-versioning",
        "versioneer",
        "versioningit",
    }
)
_HATCH_FROM_TAGS = frozenset({"vcs", "versioningit", "uv-dynamic-versioning"})


class VersionKind(StrEnum):
    """Who decides the version."""

    STATIC = "static"
    """It is written in the project's metadata."""
    FILE = "file"
    """It is read from another file of the commit."""
    TAG = "tag"
    """A build tool derives it from the tag."""
    UNKNOWN = "unknown"
    """Only running the project's build would tell; the tag decides, and the build job confirms."""


@dataclass(frozen=True, slots=True)
class VersionSource:
    """A version as far as the commit alone tells it."""

    kind: VersionKind
    version: str | None
    """As it is written, not normalised; None where `kind` is TAG or UNKNOWN."""
    where: str
    """The file and key, or the tool that decides."""


def read_version(document: Mapping[str, Any], legacy: Legacy, read: Reader) -> VersionSource:
    """The version source of a project with this pyproject.toml and setup.cfg or setup.py."""
    for found in (_poetry_plugin(document), _written(document)):
        if found is not None:
            return found
    for finder in (_hatch, _pdm, _setuptools, _flit):
        source = finder(document, legacy, read)
        if source is not None:
            return source
    tool = next((name for name in build_requirements(document) if name in _FROM_TAGS), None)
    if tool:
        return VersionSource(VersionKind.TAG, None, tool)
    return VersionSource(VersionKind.UNKNOWN, None, "the project's build")


def build_requirements(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Normalised names of what [build-system] requires."""
    names = []
    for line in strings(document, "build-system", "requires"):
        try:
            names.append(canonicalize_name(Requirement(line).name))
        except InvalidRequirement:
            continue  # the build job will say so
    return tuple(names)


def _poetry_plugin(document: Mapping[str, Any]) -> VersionSource | None:
    # It takes effect over a placeholder that is written where a version belongs.
    enabled = table(document, "tool", "poetry-dynamic-versioning").get("enable") is True
    return VersionSource(VersionKind.TAG, None, "poetry-dynamic-versioning") if enabled else None


def _written(document: Mapping[str, Any]) -> VersionSource | None:
    for path in (("project", "version"), ("tool", "poetry", "version")):
        version = text(document, *path)
        if version:
            return VersionSource(VersionKind.STATIC, version, f"pyproject.toml [{'.'.join(path[:-1])}] version")
    return None


def _hatch(document: Mapping[str, Any], _legacy: Legacy, read: Reader) -> VersionSource | None:
    settings = table(document, "tool", "hatch", "version")
    kind, path = text(settings, "source") or "regex", text(settings, "path")
    if not settings:
        return None
    if kind in _HATCH_FROM_TAGS:
        return VersionSource(VersionKind.TAG, None, f"hatch version source `{kind}`")
    if path and kind == "regex":
        return _by_regex(read, path, text(settings, "pattern") or _HATCH)
    if path and kind == "code":
        return _by_attribute(read, path, text(settings, "expression") or "__version__")
    return _unknown(f"hatch version source `{kind}`")


def _pdm(document: Mapping[str, Any], _legacy: Legacy, read: Reader) -> VersionSource | None:
    settings = table(document, "tool", "pdm", "version")
    match text(settings, "source"), text(settings, "path"):
        case "scm", _:
            return VersionSource(VersionKind.TAG, None, "pdm version source `scm`")
        case "file", str(path):
            return _by_regex(read, path, text(settings, "pattern") or _PDM)
        case str(other), _:
            return _unknown(f"pdm version source `{other}`")
        case _:
            return None


def _setuptools(document: Mapping[str, Any], legacy: Legacy, read: Reader) -> VersionSource | None:
    settings = table(document, "tool", "setuptools", "dynamic", "version")
    roots = _package_roots(document)
    if (path := text(settings, "attr")) is not None:
        return _by_dotted(read, path, roots)
    if files := strings(settings, "file"):
        return _by_file(read, files)
    written = legacy.version
    if written.startswith("attr:"):
        return _by_dotted(read, written.removeprefix("attr:").strip(), (*legacy.package_roots, *roots))
    if written.startswith("file:"):
        names = tuple(part.strip() for part in written.removeprefix("file:").split(","))
        return _by_file(read, names)
    if written and not any(name in _FROM_TAGS for name in build_requirements(document)):
        return VersionSource(VersionKind.STATIC, written, legacy.version_where)
    return None


def _flit(document: Mapping[str, Any], _legacy: Legacy, read: Reader) -> VersionSource | None:
    if "flit" not in (text(document, "build-system", "build-backend") or ""):
        return None
    name = (
        text(document, "tool", "flit", "module", "name")
        or text(document, "tool", "flit", "metadata", "module")
        or (text(document, "project", "name") or "").replace("-", "_")
    )
    path = module_file(read, name, (".", "src")) if name else None
    return _by_attribute(read, path, "__version__") if path else _unknown(f"flit module {name!r}")


def _package_roots(document: Mapping[str, Any]) -> tuple[str, ...]:
    mapped = table(document, "tool", "setuptools", "package-dir").get("")
    where = strings(document, "tool", "setuptools", "packages", "find", "where")
    return tuple(dict.fromkeys((*((mapped,) if isinstance(mapped, str) else ()), *where, *_ROOTS)))


def _by_regex(read: Reader, path: str, pattern: str) -> VersionSource:
    content = read_text(read, path)
    try:
        found = re.search(pattern, content, _FLAGS) if content is not None else None
    except re.error:
        found = None
    if found is None or "version" not in found.groupdict():
        return _unknown(path)
    return VersionSource(VersionKind.FILE, found["version"].strip(), path)


def _by_attribute(read: Reader, path: str, name: str) -> VersionSource:
    version = attribute(read, path, name)
    return VersionSource(VersionKind.FILE, version, f"{path} {name}") if version else _unknown(f"{path} {name}")


def _by_dotted(read: Reader, dotted: str, roots: tuple[str, ...]) -> VersionSource:
    module, _, name = dotted.rpartition(".")
    path = module_file(read, module, roots) if module else None
    return _by_attribute(read, path, name) if path else _unknown(f"attribute {dotted}")


def _by_file(read: Reader, paths: tuple[str, ...]) -> VersionSource:
    contents = [read_text(read, path) for path in paths]
    if not contents or any(content is None for content in contents):
        return _unknown(", ".join(paths))
    return VersionSource(VersionKind.FILE, "\n".join(filter(None, contents)).strip(), ", ".join(paths))


def _unknown(where: str) -> VersionSource:
    return VersionSource(VersionKind.UNKNOWN, None, where)
