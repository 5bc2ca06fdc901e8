"""The ways in which two builds of one file can differ, from what may be an attack to what is only a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_NAMED, _TOLD = 20, 5
"""Members that are named one by one, and those of them that are told to people; the others are counted."""


class Kind(StrEnum):
    """A class of difference, the most serious first."""

    UNCLASSIFIED = "unclassified"
    """Something differs that could not be looked into, so it may be anything."""
    CODE = "code"
    """What runs, now or when somebody builds: Python, native code, scripts, entry points, requirements."""
    CONTENT = "content"
    """Any other file."""
    METADATA = "metadata"
    """What backends write about the files: METADATA, WHEEL, RECORD, and modes, owners and other header fields."""
    COMPRESSION = "compression"
    """The same bytes, packed differently."""
    ORDERING = "ordering"
    """The same members, one after the other in another order."""
    TIMESTAMPS = "timestamps"

    @property
    def rank(self) -> int:
        """0 for the most serious."""
        return list(Kind).index(self)


@dataclass(frozen=True, slots=True)
class Observation:
    """One place where two archives differ."""

    kind: Kind
    member: str
    """Printable; empty where it is about the archive as a whole."""
    expected: str
    """What the first archive has there; one printable line of bounded length."""
    found: str
    """What the second has."""
    line_endings: bool = False
    """Whether only the line endings of a text differ."""
    header: bool = False
    """Whether it is in a header field, rather than in what a member holds."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything of one kind in which two archives differ."""

    kind: Kind
    members: tuple[str, ...]
    """The first of the members concerned, in the order of the first archive."""
    count: int
    """Of all members concerned."""
    first: Observation
    """What to look at first."""
    line_endings: bool = False
    """Whether nothing but line endings differ, in all of them."""
    headers: bool = False
    """Whether some of it is in header fields."""
    texts: bool = False
    """Whether some of it is in what members hold."""

    @property
    def others(self) -> str:
        """The members beside the first one, in a few words; empty where there are none."""
        others = [member for member in self.members if member != self.first.member]
        told = others[:_TOLD]
        hidden = self.count - len(told) - bool(self.first.member)
        return ", ".join([*told, *([f"{hidden} more"] if hidden else [])])


def grouped(observations: Iterable[Observation]) -> tuple[Difference, ...]:
    """Observations by kind, the most serious kind first."""
    by_kind: dict[Kind, list[Observation]] = {}
    for observation in observations:
        by_kind.setdefault(observation.kind, []).append(observation)
    return tuple(_difference(kind, by_kind[kind]) for kind in Kind if kind in by_kind)


def _difference(kind: Kind, observations: list[Observation]) -> Difference:
    members = tuple(dict.fromkeys(seen.member for seen in observations if seen.member))
    return Difference(
        kind,
        members[:_NAMED],
        len(members),
        observations[0],
        line_endings=all(seen.line_endings for seen in observations),
        headers=any(seen.header for seen in observations),
        texts=not all(seen.header for seen in observations),
    )
