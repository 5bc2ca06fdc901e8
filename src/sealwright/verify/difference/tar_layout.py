"""The header fields of a tar.gz that the strict reader accepted: nothing of it lies outside what is read here."""

from __future__ import annotations

import datetime as dt
import re
import struct
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from sealwright.verify.archive.gunzip import Gunzip
from sealwright.verify.archive.limits import CHUNK, Limits
from sealwright.verify.difference.layout import Digest, Fields, Layout, Value

_BLOCK = 512
_EXTENSIONS = (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_TIMES = (b"mtime", b"atime", b"ctime")
_RECORD = re.compile(rb"(\d+) ([^=\n]+)=")
_LONGEST_NAME = 4096
# https://www.gnu.org/software/tar/manual/html_node/Standard.html
_MODE, _OWNER, _SIZE, _TIME = slice(100, 108), slice(108, 124), slice(124, 136), slice(136, 148)
_CHECKSUM, _OWNER_NAMES = slice(148, 156), slice(265, 329)

Extension = tuple[bytes, bytes]
"""The block of an extended header, and what follows it."""
Read = tuple[bytes, tuple[tuple[bytes, bytes], ...]]
"""The same block, and the records in what follows it."""


def read_layout(stream: BinaryIO, names: Sequence[str], wanted: Mapping[str, int], limits: Limits) -> Layout:
    """The layout of an sdist.

    `names` are its members as the strict reader saw them, in order; `wanted` are those whose beginnings are held, and
    how many bytes of each.

    Raises Broken, tarfile.TarError, and ValueError where the two readings do not fit.
    """
    archive, begin = _gzip_fields(stream)
    tar = _Tar(Gunzip(stream, limits))
    members: list[Fields] = []
    texts: dict[str, bytes] = {}
    for name, values in zip(names, tar.members(), strict=True):
        members.append(Fields(name, values))
        text = tar.content(wanted.get(name, 0))
        if name in wanted:
            texts[name] = text
    about = Fields("", {**archive, "blocks at the end": tar.end()})
    stream.seek(begin)
    packed = Digest().take(iter(lambda: stream.read(CHUNK), b""))
    return Layout(about, tuple(members), texts=texts, stream=(tar.digest.hexdigest(), packed))


class _Tar:
    """Reads an unpacked tar stream; `digest` is of all that was read."""

    def __init__(self, stream: Gunzip) -> None:
        self._stream = stream
        self._zeros = 0
        self._size = 0
        self.digest = Digest()

    def members(self) -> Iterator[dict[str, Value]]:
        """The fields of each member. Ask for its `content` before the next one."""
        extensions: list[Extension] = []
        while any(block := self._read(_BLOCK)):
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            if info.type in _EXTENSIONS:
                extensions.append((block, b"".join(self._content(info.size))))
                continue
            self._size = info.size if info.isreg() else 0
            yield dict(_fields(block, info, extensions))
            extensions = []
        self._zeros = len(block)

    def end(self) -> Value:
        """How the archive is filled up at its end; how much that takes follows from the content."""
        while chunk := self._read(CHUNK):
            self._zeros += len(chunk)
        if not self.digest.size % tarfile.RECORDSIZE and self._zeros < 2 * _BLOCK + tarfile.RECORDSIZE:
            return Value(-1, "filled up to a whole record")
        return Value(self._zeros, f"{self._zeros} bytes")

    def content(self, held: int) -> bytes:
        """Read the current member to its end; its first `held` bytes."""
        begin = bytearray()
        for chunk in self._content(self._size):
            begin += chunk[: held - len(begin)]
        return bytes(begin)

    def _content(self, size: int) -> Iterator[bytes]:
        left = size
        while left and (chunk := self._read(min(left, CHUNK))):
            left -= len(chunk)
            yield chunk
        self._read(-size % _BLOCK)

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.digest.add(data)
        return data


def _fields(block: bytes, info: tarfile.TarInfo, extensions: list[Extension]) -> Iterator[tuple[str, Value]]:
    yield "time", Value.of(block[_TIME], _when(info.mtime))
    yield "mode", Value.of(block[_MODE], oct(info.mode))
    owner = f"{info.uid}:{info.gid} {info.uname}:{info.gname}".strip(": ")
    yield "owner", Value.of(block[_OWNER] + block[_OWNER_NAMES], owner)
    yield "form of the header", Value.of(_form(block, _MODE, _OWNER, _OWNER_NAMES), _magic(block))
    read = [(extension, tuple(_records(extension, data))) for extension, data in extensions]
    # Where there is an extended header for nothing but a fraction of a second, all of it is a matter of time.
    of_times = [item for item in read if item[1] and all(key in _TIMES for key, _ in item[1])]
    others = [item for item in read if item not in of_times]
    yield "times in the extended header", _times(of_times, others)
    said = [(key, b"" if key in _TIMES else value) for _, records in others for key, value in records if key != b"size"]
    forms = b"".join(_form(extension) for extension, _ in others)
    shown = " ".join(f"{key!r}={value!r}" for key, value in said if value)
    yield "extended header", Value.of(forms + repr(said).encode(), shown)


def _times(of_times: list[Read], others: list[Read]) -> Value:
    records = [record for _, several in (*of_times, *others) for record in several if record[0] in _TIMES]
    whole = b"".join(_form(extension) + extension[_TIME] for extension, _ in of_times)
    stamps = b"".join(extension[_TIME].strip(b"0 \0") for extension, _ in others)
    shown = " ".join(f"{key.decode()}={value.decode(errors='replace')}" for key, value in records)
    return Value.of(whole + stamps + repr(records).encode(), shown)


def _form(block: bytes, *fields: slice) -> bytes:
    """A header without these fields, and with the way its numbers are written instead of their digits."""
    form = bytearray(block)
    for place in fields:
        form[place] = bytes(place.stop - place.start)
    for place in (_SIZE, _TIME, _CHECKSUM):
        form[place] = re.sub(rb"[0-7]", b"0", block[place])
    return bytes(form)


def _magic(block: bytes) -> str:
    return {b"ustar\0": "POSIX", b"ustar ": "GNU"}.get(block[257:263], "old")


def _when(seconds: float) -> str:
    try:
        return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _records(block: bytes, data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each record of an extended header; GNU's hold one name and no key."""
    if block[156:157] != tarfile.XHDTYPE:
        yield b"GNU", data
        return
    at = 0
    while record := _RECORD.match(data, at):  # the strict reader has seen that they are well-formed
        end = at + int(record[1])
        yield record[2], data[record.end() : end - 1]
        at = max(end, record.end())


def _gzip_fields(stream: BinaryIO) -> tuple[dict[str, Value], int]:
    """The fields of a gzip header, and where it ends.

    https://www.rfc-editor.org/rfc/rfc1952#section-2.3; the strict reader has seen that there is at most a file name.
    """
    stream.seek(0)
    _, flags, stamp, level, system = struct.unpack("<3sBLBB", stream.read(10))
    name, end, _ = stream.read(_LONGEST_NAME).partition(b"\0") if flags else (b"", b"\0", b"")
    if not end:
        raise ValueError("the file name in the gzip header has no end")
    fields = {
        "time of the gzip stream": Value(stamp, _when(stamp)),
        "compression level": Value(level, str(level)),
        "gzip system": Value(system, str(system)),
        "gzip file name": Value((flags, name), Value.of(name).shown),
    }
    return fields, 10 + (len(name) + 1 if flags else 0)
