"""The header fields of a zip that the strict reader accepted: nothing of it lies outside what is read here."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from sealwright.verify.archive.limits import CHUNK
from sealwright.verify.difference.layout import Digest, Fields, Layout, Value

_LOCAL = struct.Struct("<4s5H3L2H")
_TIMES = frozenset({0x5455, 0x000A})
"""Extra fields of Info-ZIP and NTFS that hold times and nothing else."""
_LEVEL = 0x0006


def read_layout(stream: BinaryIO, names: Sequence[str], wanted: Mapping[str, int]) -> Layout:
    """The layout of a wheel.

    `names` are its members as the strict reader saw them, in the order of their data; `wanted` are those whose
    beginnings are held, and how many bytes of each.

    Raises what `zipfile` raises, and ValueError where the two readings do not fit.
    """
    with zipfile.ZipFile(stream) as archive:
        by_place = sorted(archive.infolist(), key=lambda info: info.header_offset)
        named = {info.header_offset: name for info, name in zip(by_place, names, strict=True)}
        members = tuple(Fields(named[info.header_offset], dict(_fields(stream, info))) for info in by_place)
        texts = {
            named[info.header_offset]: _begin(archive, info, wanted[named[info.header_offset]])
            for info in by_place
            if named[info.header_offset] in wanted and not info.is_dir()
        }
        about = Fields("", {"comment": Value.of(archive.comment)})
        return Layout(about, members, tuple(named[info.header_offset] for info in archive.infolist()), texts)


def _fields(stream: BinaryIO, info: zipfile.ZipInfo) -> Iterator[tuple[str, Value]]:
    stream.seek(info.header_offset)
    _, needed, _, _, time, date, _, _, _, name_length, extra_length = _LOCAL.unpack(stream.read(_LOCAL.size))
    stream.seek(name_length, 1)
    extra = stream.read(extra_length)
    yield "time", _shown(info.date_time, "{:04}-{:02}-{:02} {:02}:{:02}:{:02}")
    yield "time in the local header", _shown((date, time), "{:#06x} {:#06x}")
    yield "mode", _shown((info.external_attr >> 16,), "{:#o}")
    yield "attributes", _shown((info.external_attr & 0xFFFF, info.internal_attr), "{:#x} {:#x}")
    yield "made by", _shown((info.create_system, info.create_version), "system {}, version {}")
    versions = (info.extract_version, info.reserved, needed)
    yield "version needed", _shown(versions, "{} {}, {} in the local header")
    yield "flags", _shown((info.flag_bits & ~_LEVEL,), "{:#x}")
    yield "volume", _shown((info.volume,), "{}")
    yield "comment", Value.of(info.comment)
    yield "compression method", _shown((info.compress_type,), "{}")
    yield "compression level", _shown((info.flag_bits & _LEVEL,), "{:#x}")
    yield "packed bytes", Digest().take(_packed(stream, info.compress_size))
    for place, fields in (("", _split(info.extra)), (" of the local header", _split(extra))):
        times = b"".join(field for kind, field in fields if kind in _TIMES)
        others = b"".join(field for kind, field in fields if kind not in _TIMES)
        yield f"times in extra fields{place}", Value.of(times, times.hex(" "))
        yield f"extra fields{place}", Value.of(others, others.hex(" "))


def _shown(numbers: tuple[int, ...], form: str) -> Value:
    return Value(numbers, form.format(*numbers))


def _packed(stream: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    while left and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def _begin(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    with archive.open(info) as member:
        return member.read(size)


def _split(extra: bytes) -> list[tuple[int, bytes]]:
    """(kind, the field with its header); a rest that is no field has kind -1."""
    found, at = [], 0
    while len(extra) - at >= 4:
        kind, size = struct.unpack_from("<2H", extra, at)
        found.append((kind, extra[at : at + 4 + size]))
        at += 4 + size
    return [*found, (-1, extra[at:])]
