"""How much of an archive is looked at before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. Real releases of pure Python projects stay far below all of them."""

    members: int = 20_000
    total: int = 1 << 30
    """Of everything unpacked."""
    member: int = 256 << 20
    ratio: int = 100
    """Unpacked to packed, beyond `ratio_from` unpacked bytes."""
    ratio_from: int = 16 << 20
    name: int = 240
    """Longest member name, in characters; longer ones do not unpack everywhere."""
    kept: int = 4 << 20
    """Of one generated file, which is held in memory to be judged."""
    kept_total: int = 64 << 20
    """Of all such files of one archive."""
    directory: int = 16 << 20
    """Of a zip's central directory."""


DEFAULT = Limits()
