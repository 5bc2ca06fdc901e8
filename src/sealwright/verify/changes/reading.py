"""One distribution as it is compared with that of another version: its members under names without a version."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealwright.project.declared import Groups
from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.verify.archive.faults import printable
from sealwright.verify.archive.members import Archive, Kind, Member
from sealwright.verify.archive.metadata import CoreMetadata, parse
from sealwright.verify.archive.names import Name, parse_name
from sealwright.verify.difference.reading import read_contents

_HELD = ("/METADATA", "/PKG-INFO", "/entry_points.txt", "/pyproject.toml")
_DIST_INFO, _DATA = "*.dist-info", "*.data"
"""What stands for the folders whose names hold the version."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is compared of one distribution."""

    name: Name
    size: int
    """In bytes."""
    members: Mapping[str, Member]
    """Files and links, by name without the version."""
    metadata: CoreMetadata
    entry_points: Groups
    """Of a wheel."""
    build: Mapping[str, Any]
    """The table [build-system] of an sdist; empty where there is none."""


def read_distribution(stream: BinaryIO, filename: str) -> Distribution:
    """Raises ValueError saying why it cannot be compared. Bounded in time and memory, whatever the archive holds."""
    name = parse_name(filename)
    if name is None:
        raise ValueError("its name is none of a wheel or an sdist")
    contents = read_contents(stream, filename, lambda path: path.endswith(_HELD))
    if contents.doubts:
        fault = contents.doubts[0]
        raise ValueError(printable(" ".join(part for part in (fault.code, fault.member, fault.found) if part)))
    members = _members(contents.archive, name)
    described = members.get(f"{_DIST_INFO}/METADATA" if name.is_wheel else "PKG-INFO")
    points = members.get(f"{_DIST_INFO}/entry_points.txt")
    return Distribution(
        name,
        stream.seek(0, 2),
        members,
        parse(_held(described)),
        parse_entry_points(_held(points)) if points else {},
        {} if name.is_wheel else _build(members.get("pyproject.toml")),
    )


def _members(archive: Archive, name: Name) -> dict[str, Member]:
    return {_unversioned(member.name, name): member for member in archive.members if member.kind is not Kind.DIRECTORY}


def _unversioned(path: str, name: Name) -> str:
    top, _, rest = path.partition("/")
    if not name.is_wheel:
        return rest if top == name.stem and rest else path
    return "/".join([{f"{name.stem}.dist-info": _DIST_INFO, f"{name.stem}.data": _DATA}.get(top, top), rest]).rstrip(
        "/"
    )


def _held(member: Member | None) -> bytes:
    if member is None:
        raise ValueError("it has no METADATA or PKG-INFO")
    if member.data is None:
        raise ValueError(f"{printable(member.name)} is too large to be read")
    return member.data


def _build(member: Member | None) -> Mapping[str, Any]:
    if member is None:
        return {}
    try:
        table = tomllib.loads(_held(member).decode()).get("build-system", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{printable(member.name)}: {error}") from error
    return table if isinstance(table, dict) else {}
