"""What an archive says about its members and itself beside their contents: every field, by a label."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sealwright.verify.archive.faults import printable
from sealwright.verify.difference.kinds import Kind

HELD = 128 * 1024
"""Bytes of a member that are held to show where it differs."""
HEAD = 64
"""Bytes that tell what a member is, whatever it is called."""
_SHOWN = 80

_KINDS: Mapping[str, Kind] = {
    "time": Kind.TIMESTAMPS,
    "time in the local header": Kind.TIMESTAMPS,
    "times in extra fields": Kind.TIMESTAMPS,
    "times in extra fields of the local header": Kind.TIMESTAMPS,
    "times in the extended header": Kind.TIMESTAMPS,
    "time of the gzip stream": Kind.TIMESTAMPS,
    "compression method": Kind.COMPRESSION,
    "compression level": Kind.COMPRESSION,
    "packed bytes": Kind.COMPRESSION,
}


def kind_of(label: str) -> Kind:
    """The class that a difference in the field `label` belongs to; METADATA unless it is known to be another."""
    return _KINDS.get(label, Kind.METADATA)


class Value(NamedTuple):
    """What a field holds."""

    exact: object
    """Equal for equal bytes and for no others."""
    shown: str
    """Printable and short."""

    @classmethod
    def of(cls, exact: bytes, shown: str | None = None) -> Value:
        """The value of these bytes, shown as `shown`, or else as the text that they are."""
        text = exact.decode("utf-8", "backslashreplace") if shown is None else shown
        plain = printable(text)
        return cls(
            hashlib.sha256(exact).digest(),
            (plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…") or "none",
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one member, or of the archive itself."""

    name: str
    """As in the archive; empty for the archive itself."""
    values: Mapping[str, Value]
    """By label."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How an archive is written down."""

    archive: Fields
    members: tuple[Fields, ...]
    """In the order of their data."""
    directory: tuple[str, ...] = ()
    """Names in the order of the directory at the end, for archives that have one."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """How the members that were asked for begin."""
    stream: tuple[str, Value] | None = None
    """Digest of everything unpacked, and the packed bytes, for archives that are packed in one piece."""


class Digest:
    """SHA-256 and size of what is fed to it, as a Value."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.size = 0

    def take(self, chunks: Iterable[bytes]) -> Value:
        """The value of these pieces joined."""
        for chunk in chunks:
            self.add(chunk)
        return Value(self.hexdigest(), f"{self.size} bytes, sha256:{self.hexdigest()[:16]}…")

    def add(self, chunk: bytes) -> None:
        """Feed one piece."""
        self._sha256.update(chunk)
        self.size += len(chunk)

    def hexdigest(self) -> str:
        """Of everything so far."""
        return self._sha256.hexdigest()
