"""What a wheel says it needs and offers: read from its bytes, nothing of it is run."""

from __future__ import annotations

import configparser
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from email.policy import compat32
from typing import IO

from packaging.metadata import parse_email
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from sealwright.errors import Refused

_LIMIT = 16 * 1024 * 1024
_SCRIPTS = ("console_scripts", "gui_scripts")
_ROOTS = ("purelib", "platlib")
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, ValueError, KeyError),
    *(OSError, EOFError, NotImplementedError, RuntimeError),
)
"""What reading a member of a zip that somebody else made can raise."""


@dataclass(frozen=True, slots=True, order=True)
class Script:
    """A program that an installer makes from an entry point."""

    name: str
    target: str
    """`module:object`, without extras."""
    graphical: bool = False


@dataclass(frozen=True, slots=True)
class Wheel:
    """The parts of a wheel that decide about its installation."""

    name: str
    """Normalised."""
    version: str
    requires_python: str
    """A PEP 440 specifier; empty where there is none."""
    requires_dist: tuple[str, ...]
    """As they stand in METADATA, sorted."""
    scripts: tuple[Script, ...]
    imports: tuple[str, ...]
    """What can be imported, outermost names only: `tiny`, or `namespace.tiny` where `namespace` is only a folder."""


def read_wheel(stream: IO[bytes], filename: str) -> Wheel:
    """The wheel in a seekable stream. Raises Refused (`wheel-malformed`)."""
    try:
        name, version, _, _ = parse_wheel_filename(filename)
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            info = _dist_info(names)
            metadata, _ = parse_email(_text(archive, f"{info}/METADATA"))
            points = f"{info}/entry_points.txt"
            scripts = tuple(sorted(_scripts(_text(archive, points)))) if points in names else ()
    except (zipfile.BadZipFile, InvalidWheelFilename, configparser.Error, ValueError, KeyError, OSError) as error:
        raise Refused("wheel-malformed", f"{filename}: {error}", hint="inspect says more about it") from error
    return Wheel(
        canonicalize_name(name),
        str(version),
        metadata.get("requires_python", ""),
        tuple(sorted(metadata.get("requires_dist", []))),
        scripts,
        importable(names),
    )


def generator_of(stream: IO[bytes], filename: str) -> str:
    """The backend that built a wheel as it names itself: the `Generator` in WHEEL, empty where there is none.

    Raises Refused (`wheel-malformed`).
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            text = _text(archive, f"{_dist_info(archive.namelist())}/WHEEL")
    except _UNREADABLE as error:
        raise Refused("wheel-malformed", f"{filename}: {error}", hint="inspect says more about it") from error
    return str(HeaderParser(policy=compat32).parsestr(text).get("Generator", "")).strip()


def importable(members: Iterable[str]) -> tuple[str, ...]:
    """The outermost importable names among a wheel's members, sorted.

    Stub packages and folders of data have none. Of a folder without `__init__.py`, the packages directly below it
    count; its loose modules only where it has no package.
    """
    paths = [path for member in members if (path := _installed(member))]
    packages = {path[:-1] for path in paths if len(path) > 1 and path[-1] == "__init__.py"}
    found: set[tuple[str, ...]] = set()
    loose: set[tuple[str, ...]] = set()
    for path in paths:
        outermost = next((path[:depth] for depth in range(1, len(path)) if path[:depth] in packages), None)
        module = _module(path)
        if outermost is not None:
            found.add(outermost)
        elif module is not None:
            (found if len(module) == 1 else loose).add(module)
    covered = {name[0] for name in found}
    found |= {name for name in loose if name[0] not in covered}
    return tuple(sorted(".".join(name) for name in found if all(part.isidentifier() for part in name)))


def _installed(member: str) -> tuple[str, ...]:
    """Where a member ends up below site-packages; empty if elsewhere."""
    first, *rest = member.split("/")
    if first.endswith(".dist-info") or not member or member.endswith("/"):
        return ()
    if first.endswith(".data"):
        return tuple(rest[1:]) if rest and rest[0] in _ROOTS else ()
    return (first, *rest)


def _module(path: tuple[str, ...]) -> tuple[str, ...] | None:
    stem, dot, suffix = path[-1].partition(".")
    if not dot or suffix != "py" or stem in ("__init__", "__main__"):
        return None
    return (*path[:-1], stem)


def _dist_info(names: Iterable[str]) -> str:
    folders = {name.split("/")[0] for name in names}
    (info,) = (folder for folder in folders if folder.endswith(".dist-info"))  # ValueError: none or several
    return info


def _text(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as stream:
        data = stream.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ValueError(f"{name} is larger than {_LIMIT} bytes")
    return data.decode()


def _scripts(text: str) -> Iterator[Script]:
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep case
    parser.read_string(text)
    for section in _SCRIPTS:
        if parser.has_section(section):
            graphical = section == "gui_scripts"
            yield from (Script(name, value.split("[")[0].strip(), graphical) for name, value in parser.items(section))
