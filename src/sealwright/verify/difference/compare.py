"""Two archives of one name, compared to the last byte and told apart by what differs."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from sealwright.verify.archive.faults import Broken, Fault, printable
from sealwright.verify.difference.contents import Side, compare_contents, differing
from sealwright.verify.difference.kinds import Difference, Kind, Observation, grouped
from sealwright.verify.difference.layout import HEAD, HELD, Fields, Layout, kind_of
from sealwright.verify.difference.nature import is_metadata
from sealwright.verify.difference.reading import LIMITS, Contents, read_contents
from sealwright.verify.difference.tar_layout import read_layout as read_tar_layout
from sealwright.verify.difference.zip_layout import read_layout as read_zip_layout

_READING = (
    *(Broken, tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(ValueError, NotImplementedError, RuntimeError, EOFError, OSError),
)
_READ = "read to its end"
_HELD_MEMBERS = 200
"""Members that are held to show where they differ."""


def compare(first: BinaryIO, second: BinaryIO, filename: str) -> tuple[Difference, ...]:
    """How two distributions called `filename` differ, the most serious difference first; nothing for equal bytes.

    The streams must be seekable. Nothing in them makes it raise: what cannot be looked into is UNCLASSIFIED. Every
    byte is accounted for, so what differs in several ways is told in all of them, with one exception: whether an sdist
    is packed differently shows only where the same was packed.
    """
    if _equal(first, second):
        return ()
    wheel = filename.endswith(".whl")
    one, other = read_contents(first, filename), read_contents(second, filename)
    names = differing(one.members, other.members)
    ours, theirs = (
        _layout(stream, contents, names, wheel=wheel) for stream, contents in ((first, one), (second, other))
    )
    seen = [
        *_doubts(_doubted(one, ours), _doubted(other, theirs)),
        *compare_contents(_side(one, ours), _side(other, theirs), wheel=wheel),
        *_compare_layouts(ours, theirs, names),
    ]
    return grouped(seen or [Observation(Kind.UNCLASSIFIED, "", "other bytes", "nothing that was read differs")])


def _equal(first: BinaryIO, second: BinaryIO) -> bool:
    first.seek(0)
    second.seek(0)
    while (chunk := first.read(1 << 20)) == second.read(1 << 20):
        if not chunk:
            return True
    return False


def _layout(stream: BinaryIO, contents: Contents, names: frozenset[str], *, wheel: bool) -> Layout | Fault:
    """The layout of what was read without doubt, or why there is none."""
    if contents.doubts:
        return contents.doubts[0]
    wanted = _wanted([name for name in contents.names if name in names], wheel=wheel)
    try:
        if wheel:
            return read_zip_layout(stream, contents.names, wanted)
        return read_tar_layout(stream, contents.names, wanted, LIMITS)
    except _READING as error:
        return Fault("unreadable", found=f"{type(error).__name__}: {error}")


def _wanted(names: list[str], *, wheel: bool) -> dict[str, int]:
    """How many bytes to hold of each: of all enough to know what they are, of some enough to show the difference."""
    important = sorted(names, key=lambda name: not is_metadata(name, wheel=wheel))
    return {name: HELD if place < _HELD_MEMBERS else HEAD for place, name in enumerate(important)}


def _side(contents: Contents, layout: Layout | Fault) -> Side:
    texts: Mapping[str, bytes] = layout.texts if isinstance(layout, Layout) else {}
    return Side(contents.members, texts, contents.archive.complete)


def _doubted(contents: Contents, layout: Layout | Fault) -> str:
    """Why not all of an archive was seen; empty if it was."""
    faults = contents.doubts or ((layout,) if isinstance(layout, Fault) else ())
    return "; ".join(map(_told, faults[:3]))


def _doubts(one: str, other: str) -> Iterator[Observation]:
    if one or other:
        yield Observation(Kind.UNCLASSIFIED, "", one or _READ, other or _READ)


def _told(fault: Fault) -> str:
    return printable(" ".join(part for part in (fault.code, fault.member, fault.found) if part))


def _compare_layouts(first: Layout | Fault, second: Layout | Fault, names: frozenset[str]) -> Iterator[Observation]:
    if isinstance(first, Fault) or isinstance(second, Fault):
        return
    yield from _compare_fields(first.archive, second.archive)
    theirs = {fields.name: fields for fields in second.members}
    for fields in first.members:
        if fields.name in theirs:
            yield from _compare_fields(fields, theirs[fields.name], changed=fields.name in names)
    ours = tuple(fields.name for fields in first.members)
    yield from _compare_orders(ours, tuple(fields.name for fields in second.members), "the data")
    yield from _compare_orders(first.directory, second.directory, "the directory")
    if first.stream and second.stream and first.stream[0] == second.stream[0] and first.stream[1] != second.stream[1]:
        yield Observation(Kind.COMPRESSION, "", first.stream[1].shown, second.stream[1].shown)


def _compare_fields(first: Fields, second: Fields, *, changed: bool = False) -> Iterator[Observation]:
    for label in dict.fromkeys((*first.values, *second.values)):
        one, other = first.values.get(label), second.values.get(label)
        if one is None or other is None or one.exact == other.exact:
            continue
        kind = kind_of(label)
        if kind is Kind.COMPRESSION and changed:
            continue  # other content is packed otherwise
        otherwise = ", written otherwise" if one.shown == other.shown else ""
        told = f"{label} {one.shown}", f"{label} {other.shown}{otherwise}"
        yield Observation(kind, printable(first.name), *told, header=True)


def _compare_orders(first: tuple[str, ...], second: tuple[str, ...], where: str) -> Iterator[Observation]:
    common = set(first) & set(second)
    pairs = zip((n for n in first if n in common), (n for n in second if n in common), strict=False)
    moved = next((pair for pair in pairs if pair[0] != pair[1]), None)
    if moved:
        one, other = map(printable, moved)
        yield Observation(Kind.ORDERING, one, f"{one} at this place in {where}", f"{other} at this place in {where}")
