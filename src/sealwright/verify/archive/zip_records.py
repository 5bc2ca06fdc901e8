"""The records that a zip ends with: its central directory, and the end of that."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sealwright.verify.archive.faults import Broken

END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
ZIP64_MARK = 0xFFFFFFFF
"""What stands where the true number is in a larger record."""
_NEWEST = 63
"""Of what a reader has to know, in tenths; other readers refuse what is newer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member, as the central directory describes it."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int
    extra: bytes
    comment: bytes


def plausible_end(tail: bytes, start: int, end: int) -> bool:
    """Whether an earlier end record points at a directory right in front of it, so that a reader could take it."""
    at = tail.rfind(b"PK\x05\x06", 0, end)
    while at >= 0:
        if at + END.size <= len(tail):
            fields = END.unpack_from(tail, at)
            if fields[4] and fields[5] + fields[6] == start + at:
                return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def central_entry(data: bytes, at: int) -> tuple[Entry, int]:
    """The member that is described at `at`, and where the next one is. Raises Broken (`unreadable`, `zip-64`)."""
    if len(data) - at < _CENTRAL.size or data[at : at + 4] != b"PK\x01\x02":
        raise Broken("unreadable", found="a damaged central directory")
    fields = _CENTRAL.unpack_from(data, at)
    _, _, needed, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, attributes, offset = fields
    begin = at + _CENTRAL.size
    end_name, end_extra = begin + names, begin + names + extras
    end = end_extra + comments
    if end > len(data):
        raise Broken("unreadable", found="a damaged central directory")
    if ZIP64_MARK in (packed, size, offset):
        raise Broken("zip-64")
    if disk or needed & 0xFF > _NEWEST:
        raise Broken("unreadable", found="a zip in several parts" if disk else f"a zip of version {needed}")
    name, extra, comment = data[begin:end_name], data[end_name:end_extra], data[end_extra:end]
    return Entry(name, flags, method, crc, packed, size, attributes >> 16, offset, extra, comment), end
