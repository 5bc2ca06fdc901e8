"""A gzip stream, unpacked piece by piece, that stops before it becomes too much."""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.limits import CHUNK, Limits

_FNAME = 0x08
_HEADER = 10
_LONGEST_NAME = 512


class Gunzip:
    """Reads one gzip member and nothing after it.

    `faults` holds what was noticed on the way. Raises Broken (`unreadable`, `truncated`, `decompression-bomb`).
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        stream.seek(0)
        self._stream = stream
        self._limits = limits
        self._inflate = zlib.decompressobj(31)
        self._buffer = bytearray()
        self._packed = 0
        self._unpacked = 0
        self.faults: list[Fault] = []
        self._check_header()

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        while len(self._buffer) < size and self._more():
            pass
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def finish(self) -> None:
        """Note what lies behind the compressed data. Call it when `read` has come to the end."""
        if self._inflate.unused_data or self._stream.read(1):
            self.faults.append(Fault("trailing-data", found="data after the end of the gzip stream"))

    def _check_header(self) -> None:
        header = self._stream.read(_HEADER)
        name = self._stream.read(_LONGEST_NAME).split(b"\0")[0]
        self._stream.seek(0)
        if len(header) < _HEADER or header[:3] != b"\x1f\x8b\x08":
            raise Broken("unreadable", found="not gzip")
        if header[3] & ~_FNAME:
            self.faults.append(Fault("gzip-header", found=f"flags {header[3]:#04x}"))
        elif header[3] & _FNAME and not re.fullmatch(rb"[\w.+!-]+", name):
            # Some programs unpack to the name that is written here.
            self.faults.append(Fault("gzip-header", found=f"name {name[:80]!r}"))

    def _more(self) -> bool:
        if self._inflate.eof:
            return False
        packed = self._inflate.unconsumed_tail or self._stream.read(CHUNK)
        if not self._inflate.unconsumed_tail:
            self._packed += len(packed)
        if not packed:
            raise Broken("truncated", found="the gzip stream has no end")
        try:
            unpacked = self._inflate.decompress(packed, CHUNK)
        except zlib.error as error:
            raise Broken("unreadable", found=str(error)) from error
        self._unpacked += len(unpacked)
        limits = self._limits
        if self._unpacked > limits.total or self._unpacked > max(limits.ratio_from, limits.ratio * self._packed):
            raise Broken("decompression-bomb", found=f"more than {self._unpacked} bytes from {self._packed}")
        self._buffer += unpacked
        return True
