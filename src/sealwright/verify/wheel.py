"""What a wheel says it needs and offers: read from its bytes, nothing of it is run.

It is read by the strict reader of verify/archive, which is bounded in time and memory and refuses whatever two programs
might read differently: resolving and trying may look at a wheel that nobody has judged yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from email.policy import compat32
from typing import BinaryIO

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from sealwright.errors import Refused
from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.verify.archive.faults import Broken, Fault, printable
from sealwright.verify.archive.limits import DEFAULT, Limits
from sealwright.verify.archive.members import Keep, Kind, Member, judge_names
from sealwright.verify.archive.zip import ZipReader
from sealwright.verify.importable import Contents, contents_of, declares_namespace

_IN_DIST_INFO = (".dist-info/METADATA", ".dist-info/WHEEL", ".dist-info/entry_points.txt")
_PROGRAMS = ("console_scripts", "gui_scripts")
_REFERENCE = re.compile(r"(?P<object>[\w.]+(:[\w.]+)?)(\[(?P<extras>[\w.,-]*)\])?")
_PROGRAM = re.compile(r"[\w.][\w .-]*")
_DATA_SCRIPT = re.compile(r"[^/]+\.data/scripts/(?P<name>[^/]+)")
_MOST = 5000
"""Of dependencies, and of entry points: several times what the largest real wheels have. Each costs time later on."""
_LONG = 1000
"""Characters of one header that is worked with."""
_HINT = "inspect says more about it"


@dataclass(frozen=True, slots=True, order=True)
class EntryPoint:
    """A name that a wheel gives to an object in it, for an installer or for other packages.

    https://packaging.python.org/en/latest/specifications/entry-points/
    """

    group: str
    name: str
    target: str
    """`module` or `module:object`, or whatever stands there instead."""
    extras: tuple[str, ...] = ()
    """Extras that it needs, normalised; an older way to say so."""

    @property
    def program(self) -> bool:
        """Whether an installer makes a program of it."""
        return self.group in _PROGRAMS

    @property
    def graphical(self) -> bool:
        """Whether that program wants a screen."""
        return self.group == "gui_scripts"

    @property
    def malformed(self) -> bool:
        """Whether its target can be no object."""
        return _REFERENCE.fullmatch(self.target) is None

    @property
    def module(self) -> str:
        """The module that its object is in."""
        return self.target.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Wheel:
    """The parts of a wheel that decide about its installation."""

    name: str
    """Normalised."""
    version: str
    requires_python: str
    """A PEP 440 specifier; empty where there is none."""
    requires_dist: tuple[str, ...]
    """PEP 508 requirements, in one spelling, sorted."""
    extras: tuple[str, ...]
    """Those that can be asked for, normalised, sorted."""
    entry_points: tuple[EntryPoint, ...]
    scripts: tuple[str, ...]
    """Names of the files that are installed as programs as they are."""
    contents: Contents

    @property
    def imports(self) -> tuple[str, ...]:
        """The outermost names that can be imported."""
        return self.contents.outermost

    @property
    def direct(self) -> tuple[str, ...]:
        """Dependencies by address, which no public index accepts."""
        return tuple(text for text in self.requires_dist if Requirement(text).url)


def generator_of(stream: BinaryIO, filename: str, limits: Limits = DEFAULT) -> str:
    """The backend that built a wheel as it names itself: the `Generator` in WHEEL, empty where there is none.

    Raises Refused (`wheel-malformed`).
    """
    try:
        members = _members(stream, limits)
        text = _text(members, f"{_dist_info(members)}/WHEEL")
    except Broken as broken:
        raise _refused(filename, _told(broken.fault)) from broken
    except (ValueError, RecursionError, OSError) as error:
        raise _refused(filename, printable(str(error))) from error
    return str(HeaderParser(policy=compat32).parsestr(text).get("Generator", "")).strip()


def read_wheel(stream: BinaryIO, filename: str, limits: Limits = DEFAULT) -> Wheel:
    """The wheel in a seekable stream. Raises Refused (`wheel-malformed`)."""
    try:
        name, version, _, _ = parse_wheel_filename(filename)
        members = _members(stream, limits)
        info = _dist_info(members)
        metadata, _ = parse_email(_text(members, f"{info}/METADATA"))
        points = f"{info}/entry_points.txt"
        return Wheel(
            canonicalize_name(name),
            str(version),
            _short(metadata.get("requires_python", "")),
            tuple(sorted(_requirements(metadata.get("requires_dist", [])))),
            tuple(sorted({canonicalize_name(_short(extra)) for extra in metadata.get("provides_extra", [])})),
            tuple(sorted(_entry_points(_text(members, points)))) if points in members else (),
            tuple(sorted(match["name"] for path in members if (match := _DATA_SCRIPT.fullmatch(path)))),
            contents_of(members, [path for path, member in members.items() if declares_namespace(member.data or b"")]),
        )
    except Broken as broken:
        raise _refused(filename, _told(broken.fault)) from broken
    except (InvalidWheelFilename, ValueError, RecursionError, OSError) as error:
        raise _refused(filename, printable(str(error))) from error


def _members(stream: BinaryIO, limits: Limits) -> dict[str, Member]:
    """The files of a wheel by path. Raises Broken, and ValueError for what not every program unpacks alike."""
    reader = ZipReader(stream, limits, "sha256", Keep(_is_wanted, limits))
    members = list(reader.members())
    for fault in (*reader.faults, *judge_names(members, limits)):
        raise ValueError(_told(fault))
    return {member.name: member for member in members if member.kind is Kind.FILE}


def _is_wanted(path: str) -> bool:
    return path.endswith((*_IN_DIST_INFO, "/__init__.py"))


def _dist_info(members: Mapping[str, Member]) -> str:
    folders = {path.split("/")[0] for path in members if "/" in path}
    found = [folder for folder in folders if folder.endswith(".dist-info")]
    if len(found) != 1:
        raise ValueError(f"{len(found)} folders are called *.dist-info, and one is expected")
    return found[0]


def _text(members: Mapping[str, Member], path: str) -> str:
    if path not in members:
        raise ValueError(f"{path} is missing")
    data = members[path].data
    if data is None:
        raise ValueError(f"{path} has {members[path].size} bytes, which is too large")
    return data.decode()


def _requirements(lines: list[str]) -> Iterator[str]:
    # In one spelling: as it stands, a line could hold line breaks, and in them options for an installer.
    _bounded(len(lines), "dependencies")
    for line in lines:
        yield str(Requirement(_short(line)))


def _entry_points(text: str) -> Iterator[EntryPoint]:
    groups = parse_entry_points(text.encode())
    _bounded(sum(map(len, groups.values())), "entry points")
    for group, table in groups.items():
        for name, value in table.items():
            match = _REFERENCE.fullmatch(_short(value))
            extras = (match["extras"] or "").split(",") if match else ()
            needed = tuple(sorted(canonicalize_name(extra) for extra in extras if extra))
            point = EntryPoint(_short(group), _short(name), match["object"] if match else value, needed)
            if point.program and not _PROGRAM.fullmatch(name):
                raise ValueError(f"entry point {name!r} is no name of a program")
            yield point


def _bounded(count: int, what: str) -> None:
    if count > _MOST:
        raise ValueError(f"{count} {what}")


def _short(text: str) -> str:
    if len(text) > _LONG:
        raise ValueError(f"{text[:60]!r} and {len(text) - 60} further characters")
    return text


def _told(fault: Fault) -> str:
    return ": ".join(part for part in (printable(fault.member), fault.code, printable(fault.found)) if part)


def _refused(filename: str, why: str) -> Refused:
    return Refused("wheel-malformed", f"{filename}: {why}", hint=_HINT)
