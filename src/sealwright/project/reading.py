"""A project's name, version source and supported Pythons, from its committed files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import InvalidName, canonicalize_name

from sealwright.config.reading import parse_toml
from sealwright.errors import UsageError
from sealwright.project.declared.constraints import specifier_of
from sealwright.project.legacy import Legacy, read_legacy
from sealwright.project.source import VersionSource, read_version
from sealwright.project.tables import Reader, read_text, table, text

PYPROJECT = "pyproject.toml"
_DEFAULT_BACKEND = "setuptools.build_meta:__legacy__"  # https://peps.python.org/pep-0517/#source-trees


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What can be known of a project before it is built."""

    name: str
    """Normalised."""
    version: VersionSource
    requires_python: str
    """A version specifier; empty where none is written, or only the build would tell."""
    backend: str
    """The `build-backend`."""
    document: Mapping[str, Any]
    """The parsed pyproject.toml; empty where there is none."""


def read_project(read: Reader) -> ProjectInfo:
    """The project whose files `read` gives.

    Raises UsageError (`not-a-project`, `toml-malformed`, `project-name-unknown`, `project-name-invalid`).
    """
    written = read_text(read, PYPROJECT)
    document = parse_toml(written, PYPROJECT) if written is not None else {}
    legacy = read_legacy(read)
    if written is None and not legacy.buildable:
        raise UsageError(
            "not-a-project",
            "there is neither pyproject.toml nor setup.py, and nothing builds a project without",
            hint="run it where the project's pyproject.toml lies, and commit it; a setup.cfg needs one beside it",
        )
    return ProjectInfo(
        _name(document, legacy),
        read_version(document, legacy, read),
        _requires_python(document, legacy),
        text(document, "build-system", "build-backend") or _DEFAULT_BACKEND,
        document,
    )


def _name(document: Mapping[str, Any], legacy: Legacy) -> str:
    flit = table(document, "tool", "flit", "metadata")
    name = (
        text(document, "project", "name")
        or text(document, "tool", "poetry", "name")
        or text(flit, "dist-name")
        or text(flit, "module")
        or legacy.name
    )
    if not name:
        raise UsageError(
            "project-name-unknown",
            "the project's name is not written in pyproject.toml, setup.cfg or, as a literal, in setup.py",
            hint="set `name` in [project] of pyproject.toml",
        )
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName as error:
        raise UsageError(
            "project-name-invalid",
            f"{name!r} is not a name that an index takes",
            hint="use letters, digits, and single `-`, `_` or `.` between them",
        ) from error


def _requires_python(document: Mapping[str, Any], legacy: Legacy) -> str:
    poetry = text(document, "tool", "poetry", "dependencies", "python")
    return (
        text(document, "project", "requires-python")
        or text(document, "tool", "flit", "metadata", "requires-python")
        or str(specifier_of(poetry or "*") or "")
        or legacy.requires_python
    )
