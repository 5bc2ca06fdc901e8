"""A strict reader of zip: what it accepts, every program unpacks alike.

Both directories of a zip must describe the same sequence of members without gaps, and nothing else may be in it.
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, without what no build backend writes.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.limits import CHUNK, Limits
from sealwright.verify.archive.members import Keep, Kind, Member, hashed
from sealwright.verify.archive.zip_records import END, ZIP64_MARK, Entry, central_entry, plausible_end

_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x0800
_COMPRESSION_OPTIONS = 0x0006
_ZIP64 = 0x0001
_TIMES = frozenset({0x5455, 0x7875, 0x5855})
"""Extra fields that hold nothing but times and owners."""


class ZipReader:
    """The members of a zip. Faults that do not end it are kept in `faults`."""

    def __init__(self, stream: BinaryIO, limits: Limits, algorithm: str, keep: Keep) -> None:
        self._stream = stream
        self._limits = limits
        self._algorithm = algorithm
        self._keep = keep
        self._length = stream.seek(0, 2)
        self.faults: list[Fault] = []

    def members(self) -> Iterator[Member]:
        """In the order of their data. Raises Broken."""
        entries, directory = self._directory()
        self._bounded(entries)
        position = 0
        for entry in sorted(entries, key=lambda entry: entry.offset):
            if entry.offset < position:
                raise Broken("zip-overlap", self._name(entry), f"begins at {entry.offset}, inside the one before")
            if entry.offset != position:
                code = "prepended-data" if position == 0 else "hidden-data"
                self.faults.append(Fault(code, self._name(entry), f"bytes {position} to {entry.offset}"))
            start = self._local(entry)
            position = start + entry.packed
            member = self._member(entry, start)
            if member is not None:
                yield member
        if position != directory:
            self.faults.append(Fault("hidden-data", found=f"bytes {position} to {directory}"))

    def _directory(self) -> tuple[list[Entry], int]:
        fields = self._end()
        count, size, offset = fields[4], fields[5], fields[6]
        if fields[1] or fields[2] or fields[3] != count:
            raise Broken("unreadable", found="a zip in several parts")
        if ZIP64_MARK in (size, offset):
            raise Broken("zip-64")
        if count > self._limits.members:
            raise Broken("too-many-members", found=str(count))
        if size > self._limits.directory:
            raise Broken("decompression-bomb", found=f"a directory of {size} bytes")
        data = self._read(offset, size)
        entries, at = [], 0
        for _ in range(count):
            entry, at = central_entry(data, at)
            entries.append(entry)
        if at != len(data):
            self.faults.append(Fault("hidden-data", found="in the central directory"))
        return entries, offset

    def _end(self) -> tuple[int, ...]:
        tail_start = max(0, self._length - END.size - 0xFFFF)
        tail = self._read(tail_start, self._length - tail_start)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + END.size > len(tail):
            raise Broken("unreadable", found="not a zip, or cut off")
        fields: tuple[int, ...] = END.unpack_from(tail, at)
        if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
            raise Broken("zip-64", found="a second, larger end record")
        if plausible_end(tail, tail_start, at):
            self.faults.append(Fault("zip-two-ends", found=f"a second end record before byte {tail_start + at}"))
        behind = len(tail) - at - END.size
        if fields[7]:
            self.faults.append(Fault("zip-comment", found=f"{fields[7]} bytes"))
        if behind != fields[7]:
            self.faults.append(Fault("trailing-data", found=f"{behind - fields[7]} bytes"))
        # The directory must end where its end is: this also finds a second end record.
        if fields[5] + fields[6] != tail_start + at and ZIP64_MARK not in fields[5:7]:
            early = fields[5] + fields[6] < tail_start + at
            raise Broken("prepended-data" if early else "unreadable", found="offsets do not fit the file")
        return fields

    def _bounded(self, entries: list[Entry]) -> None:
        limits, total = self._limits, sum(entry.size for entry in entries)
        if total > limits.total or total > max(limits.ratio_from, limits.ratio * self._length):
            raise Broken("decompression-bomb", found=f"{total} bytes from {self._length}")
        for entry in entries:
            if entry.size > limits.member:
                raise Broken("member-too-large", self._name(entry), f"{entry.size} bytes")

    def _local(self, entry: Entry) -> int:
        """Where the data of `entry` begins, after its local header was found to agree."""
        name = self._name(entry)
        head = self._read(entry.offset, _LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            raise Broken("unreadable", name, "no local header")
        _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(head)
        rest = self._read(entry.offset + _LOCAL.size, name_length + extra_length)
        central = (entry.flags, entry.method, entry.crc, entry.packed, entry.size, entry.name)
        if (flags, method, crc, packed, size, rest[:name_length]) != central:
            self.faults.append(Fault("zip-headers-differ", name))
        self._judge_extra(name, rest[name_length:])
        return entry.offset + _LOCAL.size + len(rest)

    def _member(self, entry: Entry, start: int) -> Member | None:
        name = self._name(entry)
        self._judge_entry(entry, name)
        if entry.method not in (_STORED, _DEFLATED) or entry.flags & ~(_UTF8 | _COMPRESSION_OPTIONS):
            return None  # said; what is in it is not known
        kind, permissions = stat.S_IFMT(entry.mode), stat.S_IMODE(entry.mode)
        if kind == stat.S_IFLNK:
            self.faults.append(Fault("symbolic-link", name))
            return None
        slash = name.endswith("/")
        if (
            kind not in (0, stat.S_IFREG, stat.S_IFDIR)
            or (kind == stat.S_IFDIR) > slash
            or (kind and slash and entry.size)
        ):
            self.faults.append(Fault("special-file", name, oct(entry.mode)))
            return None
        if name.endswith("/") and entry.size == 0:
            return Member(name.removesuffix("/"), Kind.DIRECTORY, permissions)
        keep = self._keep(name, entry.size)
        return hashed(name, permissions, entry.size, self._content(entry, start), self._algorithm, keep=keep)

    def _judge_entry(self, entry: Entry, name: str) -> None:
        if entry.comment:
            self.faults.append(Fault("zip-member-comment", name))
        if entry.method not in (_STORED, _DEFLATED):
            self.faults.append(Fault("zip-compression", name, f"method {entry.method}"))
        if entry.flags & ~(_UTF8 | _COMPRESSION_OPTIONS):
            self.faults.append(Fault("zip-flags", name, hex(entry.flags)))
        self._judge_extra(name, entry.extra)

    def _judge_extra(self, name: str, extra: bytes) -> None:
        at = 0
        while at < len(extra):
            if len(extra) - at < 4:
                self.faults.append(Fault("zip-extra-field", name, "cut off"))
                return
            kind, size = struct.unpack_from("<2H", extra, at)
            if kind == _ZIP64:
                self.faults.append(Fault("zip-64", name))
            elif kind not in _TIMES:
                self.faults.append(Fault("zip-extra-field", name, hex(kind)))
            at += 4 + size

    def _content(self, entry: Entry, start: int) -> Iterator[bytes]:
        crc, size = 0, 0
        for chunk in self._unpacked(entry, start):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            if size > entry.size:
                raise Broken("zip-size-lies", self._name(entry), f"more than {entry.size} bytes")
            yield chunk
        if (crc, size) != (entry.crc, entry.size):
            self.faults.append(Fault("zip-size-lies", self._name(entry), "size or checksum"))

    def _unpacked(self, entry: Entry, start: int) -> Iterator[bytes]:
        if entry.method == _STORED:
            yield from self._packed(entry, start)
            return
        inflate = zlib.decompressobj(-15)
        try:
            for packed in self._packed(entry, start):
                waiting = packed
                while waiting and not inflate.eof:
                    yield inflate.decompress(waiting, CHUNK)
                    waiting = inflate.unconsumed_tail
        except zlib.error as error:
            raise Broken("unreadable", self._name(entry), str(error)) from error
        if not inflate.eof:
            raise Broken("truncated", self._name(entry))
        if inflate.unused_data:
            self.faults.append(Fault("hidden-data", self._name(entry), "behind its compressed data"))

    def _packed(self, entry: Entry, start: int) -> Iterator[bytes]:
        at, end = start, start + entry.packed
        while at < end:
            chunk = self._read(at, min(CHUNK, end - at))
            if not chunk:
                raise Broken("truncated", self._name(entry))
            at += len(chunk)
            yield chunk

    def _name(self, entry: Entry) -> str:
        encoding = "utf-8" if entry.flags & _UTF8 else "ascii"
        try:
            return entry.name.decode(encoding)
        except UnicodeDecodeError:
            shown = entry.name.decode("utf-8", "backslashreplace")
            fault = Fault("name-not-utf8", shown)
            if fault not in self.faults:
                self.faults.append(fault)
            return shown

    def _read(self, offset: int, size: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(size)
