"""Small readings that several declarations share."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.project.declared.model import Groups, People, Readme, Unknown
from sealwright.project.tables import Reader, read_text, table, text

_CONTENT_TYPES = {".md": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}
_BETWEEN = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma outside of quotes."""
_ADDRESS = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>]*)>")
SCRIPT_GROUPS = {"scripts": "console_scripts", "gui-scripts": "gui_scripts"}
"""Keys of [project], and the groups of entry points that they stand for."""


def requirements(lines: Iterable[Any]) -> tuple[Requirement, ...] | Unknown:
    """Requirements from their text; unknown as a whole where one cannot be read."""
    found = []
    for line in lines:
        try:
            found.append(Requirement(str(line)))
        except (InvalidRequirement, ValueError, RecursionError):
            return Unknown(f"{line!r} is not a requirement as PEP 508 has it")
    return tuple(found)


def optional_requirements(by_extra: Mapping[str, Any]) -> Mapping[str, tuple[Requirement, ...]] | Unknown:
    """The same by normalised extra."""
    found: dict[str, tuple[Requirement, ...]] = {}
    for extra, lines in by_extra.items():
        read = requirements(lines if isinstance(lines, list | tuple) else [lines])
        if isinstance(read, Unknown):
            return read
        found[canonicalize_name(extra)] = read
    return found


def readme_of(read: Reader, paths: Iterable[str], content_type: str = "") -> Readme | Unknown:
    """The texts of files, one after the other."""
    texts, kind = [], content_type
    for path in paths:
        content = read_text(read, posixpath.normpath(path))
        if content is None:
            return Unknown(f"{path} is not committed")
        texts.append(content)
        kind = kind or _CONTENT_TYPES.get(posixpath.splitext(path)[1].lower(), "")
    return Readme("\n".join(texts), bare(kind))


def bare(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def people(names: Iterable[str], emails: Iterable[str]) -> People:
    """Names, split where METADATA would join them, and addresses."""
    parts = (part.strip() for name in names for part in name.split(","))
    return People(frozenset(filter(None, parts)), frozenset(email.strip().lower() for email in emails if email.strip()))


def addressed(lines: Iterable[str]) -> People:
    """People from `Name <name@example.org>`, as they are written in METADATA and by Poetry."""
    names, emails = [], []
    for part in (part.strip() for line in lines for part in _BETWEEN.split(line)):
        match = _ADDRESS.fullmatch(part)
        if match is not None:
            names.append(match["name"].strip().strip('"'))
            emails.append(match["email"])
        else:
            (emails if "@" in part else names).append(part)
    return people(names, emails)


def plain(groups: Mapping[str, Any]) -> Groups:
    """Entry points without white space, which means nothing in an object reference, and without empty groups."""
    return {
        group.strip(): {name.strip(): re.sub(r"\s+", "", str(value)) for name, value in members.items()}
        for group, members in groups.items()
        if isinstance(members, Mapping) and members
    }


def scripts_of(project: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The groups of a table that has `scripts`, `gui-scripts` and `entry-points`."""
    groups: dict[str, Mapping[str, Any]] = {group: table(project, key) for key, group in SCRIPT_GROUPS.items()}
    return groups | {name: table(project, "entry-points", name) for name in table(project, "entry-points")}


def backend_of(document: Mapping[str, Any]) -> str:
    """The first part of `build-backend`, such as `hatchling`; setuptools where none is named (PEP 517)."""
    named = text(document, "build-system", "build-backend") or "setuptools"
    return named.split(".")[0].split(":")[0]
