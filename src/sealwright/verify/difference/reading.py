"""Both archives, read by the strict reader that `inspect` uses, and what of them it could not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.limits import Limits
from sealwright.verify.archive.members import Archive, Keep, Member, Wanted
from sealwright.verify.archive.names import parse_name
from sealwright.verify.archive.sdist import read_sdist
from sealwright.verify.archive.wheel import read_wheel

LIMITS = Limits(total=256 << 20, member=128 << 20)
"""Comparing reads each archive twice, so what it takes is less than what `inspect` takes once."""

# What is wrong with a name or unusual for a backend hides nothing from a reader. Any other fault may.
_SEEN = frozenset(
    {
        *("absolute-path", "path-traversal", "backslash-in-name", "control-character-in-name"),
        *("invisible-character-in-name", "name-not-normalised", "name-too-long", "name-ends-badly"),
        *("case-collision", "member-below-file", "setid-bit", "top-level", "pth-file", "bytecode", "native-code"),
        *("device-name", "startup-module", "editable-install", "other-metadata", "shadows-standard-library"),
        *("data-scheme", "data-escapes", "installed-twice"),
        *("zip-comment", "zip-member-comment", "zip-extra-field", "tar-pax-key"),
    }
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds."""

    archive: Archive
    doubts: tuple[Fault, ...]
    """Why not everything in it was seen; where there are none, every byte of it belongs to something that was."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all members, in the order of their data."""
        return tuple(member.name for member in self.archive.members)

    @property
    def members(self) -> dict[str, Member]:
        """By name."""
        return {member.name: member for member in self.archive.members}


def read_contents(stream: BinaryIO, filename: str, wanted: Wanted = lambda _: False) -> Contents:
    """The contents of a distribution of this name. Nothing in the archive makes it raise.

    Members that are `wanted` are held, as long as they are few and small.
    """
    name = parse_name(filename)
    if name is None:
        return Contents(Archive((), (), complete=False), (Fault("filename-malformed", found=filename),))
    keep = Keep(wanted, LIMITS)
    if name.is_wheel:
        archive = read_wheel(stream, name, LIMITS, "sha256", keep)
    else:
        archive = read_sdist(stream, name.stem, LIMITS, "sha256", keep)
    return Contents(archive, tuple(_doubts(archive)))


def _doubts(archive: Archive) -> Iterator[Fault]:
    yield from (fault for fault in archive.faults if fault.code not in _SEEN)
    names = [member.name for member in archive.members]
    if len(set(names)) != len(names):  # folders, which an sdist may name twice
        yield Fault("duplicate-member")
