"""A strict reader of tar: what it accepts, every program unpacks alike.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, without what no build backend writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.gunzip import Gunzip
from sealwright.verify.archive.limits import CHUNK, Limits
from sealwright.verify.archive.members import Keep, Kind, Member, hashed

_BLOCK = 512
_HARMLESS_KEYS = frozenset({"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname"})
_SPECIAL = {b"3": "character device", b"4": "block device", b"6": "FIFO", b"7": "contiguous file"}
_LONGEST_RECORD = 64 * 1024
_LONGEST_NAME = 4096


@dataclass(frozen=True, slots=True)
class _Header:
    name: bytes
    mode: int
    size: int
    type: bytes
    target: bytes


class TarReader:
    """The members of an uncompressed tar stream. Faults that do not end it are kept in `faults`."""

    def __init__(self, stream: Gunzip, limits: Limits, algorithm: str, keep: Keep) -> None:
        self._stream = stream
        self._limits = limits
        self._algorithm = algorithm
        self._keep = keep
        self.faults: list[Fault] = []

    def members(self) -> Iterator[Member]:
        """One after the other. Raises Broken."""
        longer: dict[str, bytes] = {}
        count = 0
        while (header := self._header()) is not None:
            count += 1
            if count > self._limits.members:
                raise Broken("too-many-members", found=f"more than {self._limits.members}")
            if header.type in (b"x", b"L", b"K"):
                self._add(longer, self._extended(header))
                continue
            member = self._member(header, longer)
            longer = {}
            if member is not None:
                yield member
        if longer:
            self.faults.append(Fault("tar-header", found="a name for a member that does not come"))
        self._end()

    def _add(self, longer: dict[str, bytes], more: dict[str, bytes]) -> None:
        """Readers differ in which of two headers for one member counts."""
        for key in longer.keys() & more.keys():
            self.faults.append(Fault("tar-two-names", longer[key].decode("utf-8", "backslashreplace"), f"{key} twice"))
        for key in ("path", "linkpath"):
            if len(more.get(key, b"")) > _LONGEST_NAME:
                raise Broken("name-too-long", found=f"{len(more[key])} bytes")
        longer.update(more)

    def _header(self) -> _Header | None:
        block = self._stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise Broken("truncated", found="the tar archive has no end")
        if not any(block):
            return None
        # https://www.gnu.org/software/tar/manual/html_node/Standard.html
        checksum = sum(block[:148]) + sum(b" " * 8) + sum(block[156:])
        if _number(block[148:156]) != checksum:
            raise Broken("tar-header", found="a checksum is wrong")
        name, prefix = _text(block[0:100]), _text(block[345:500])
        if block[257:263] != b"ustar\0":
            prefix = b""  # GNU's older format has other fields there
        full = prefix + b"/" + name if prefix else name
        return _Header(full, _number(block[100:108]), _number(block[124:136]), block[156:157], _text(block[157:257]))

    def _member(self, header: _Header, longer: dict[str, bytes]) -> Member | None:
        name = self._named(header, longer)
        if longer.get("size", b"%d" % header.size) != b"%d" % header.size:
            raise Broken("tar-header", name, "two sizes")
        if header.size > self._limits.member:
            raise Broken("member-too-large", name, f"{header.size} bytes")
        match header.type:
            case b"0" | b"\0":
                keep = self._keep(name, header.size)
                return hashed(name, header.mode, header.size, self._content(header.size), self._algorithm, keep=keep)
            case b"5" if header.size == 0:
                return Member(name, Kind.DIRECTORY, header.mode)
            case b"2" if header.size == 0:
                target = self._decoded(longer.get("linkpath", header.target))
                return Member(name, Kind.LINK, header.mode, target=target)
        self._refuse(header, name)
        return None

    def _named(self, header: _Header, longer: dict[str, bytes]) -> str:
        written = longer.get("path", header.name)
        name = self._decoded(written).removesuffix("/")
        if "path" in longer and not _shortened(header.name, written):
            self.faults.append(Fault("tar-two-names", name, header.name.decode("utf-8", "backslashreplace")))
        if written.endswith(b"/") and header.type in (b"0", b"\0"):
            # To some readers it is a folder.
            self.faults.append(Fault("tar-header", name, "a file with the name of a folder"))
        return name

    def _refuse(self, header: _Header, name: str) -> None:
        if header.type == b"1":
            self.faults.append(Fault("hard-link", name, self._decoded(header.target)))
        elif header.type == b"S":
            raise Broken("sparse-file", name)
        elif header.type == b"g":
            raise Broken("tar-global-header")
        elif header.type in _SPECIAL:
            self.faults.append(Fault("special-file", name, _SPECIAL[header.type]))
        else:
            raise Broken("tar-header", name, f"type {header.type!r}, size {header.size}")
        self._skip(header.size)

    def _extended(self, header: _Header) -> dict[str, bytes]:
        if header.size > _LONGEST_RECORD:
            raise Broken("tar-header", found=f"an extended header of {header.size} bytes")
        data = b"".join(self._content(header.size))
        if header.type != b"x":
            return {"path" if header.type == b"L" else "linkpath": data.rstrip(b"\0")}
        found = dict(_pax(data))
        for key in sorted(set(found) - _HARMLESS_KEYS):
            self.faults.append(Fault("tar-pax-key", found=key))
        return found

    def _content(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            chunk = self._stream.read(min(left, CHUNK))
            if not chunk:
                raise Broken("truncated", found="a member is cut off")
            left -= len(chunk)
            yield chunk
        padding = -size % _BLOCK
        if any(self._stream.read(padding)):
            self.faults.append(Fault("hidden-data", found="in the padding behind a member"))

    def _skip(self, size: int) -> None:
        for _ in self._content(size):
            pass

    def _end(self) -> None:
        while rest := self._stream.read(CHUNK):
            if any(rest):
                self.faults.append(Fault("trailing-data", found="data after the end of the tar archive"))
                break
        while self._stream.read(CHUNK):
            pass

    def _decoded(self, name: bytes) -> str:
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            shown = name.decode("utf-8", "backslashreplace")
            self.faults.append(Fault("name-not-utf8", shown))
            return shown


def _shortened(short: bytes, name: bytes) -> bool:
    """Whether a header has what writers leave of a name that is too long for it, or not ASCII."""
    beginning = short.rstrip(b"/")
    plain = name.decode("utf-8", "replace").encode("ascii", "replace")
    return name.startswith(beginning) or plain.startswith(beginning)


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _number(field: bytes) -> int:
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]*", digits):
        raise Broken("tar-header", found=f"not an octal number: {digits!r}")
    return int(digits or b"0", 8)


def _pax(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    seen: set[str] = set()
    while at < len(data):
        record = re.compile(rb"(\d{1,6}) ([^=\n]+)=").match(data, at)
        end = at + int(record[1]) if record else 0
        if record is None or end > len(data) or end < record.end() or data[end - 1 : end] != b"\n":
            raise Broken("tar-header", found="a malformed extended header")
        key = record[2].decode("utf-8", "backslashreplace")
        if key in seen:
            raise Broken("tar-header", found=f"an extended header says {key} twice")
        seen.add(key)
        yield key, data[record.end() : end - 1]
        at = end
