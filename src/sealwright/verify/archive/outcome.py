"""What is said of checks that found nothing wrong: what they saw, and what they could not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.model import Finding
from sealwright.verify.archive.comparison import Comparison
from sealwright.verify.archive.entry_points import loaded_by_others
from sealwright.verify.archive.faults import printable
from sealwright.verify.archive.members import Archive, Kind
from sealwright.verify.archive.names import Name


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one distribution's passes are made of."""

    name: Name
    archive: Archive
    failed: frozenset[str]
    """Checks that found something wrong."""
    explained: int
    """Members that are not simply the committed file of their name."""
    comparisons: Mapping[str, Comparison]
    """By check, for those that compare with what the commit declares."""
    entry_points: bytes | None
    """The text of entry_points.txt, where there is one."""
    undeclared: str
    """Why the entry points are not known from the commit; empty where they are."""
    has_entry_points: bool
    """Whether the check `entry-points` is about this distribution."""
    compared: bool
    """Whether an sdist was there to compare wheels with."""


def passed(outcome: Outcome) -> Iterator[Finding]:
    """A pass for each check that found nothing wrong, a skip for what it could not see.

    An archive that could not be read to its end passes nothing.
    """
    if not outcome.archive.complete:
        return
    filename = outcome.name.filename
    members = sum(member.kind is not Kind.DIRECTORY for member in outcome.archive.members)
    plain = members - outcome.explained
    seen = {
        "archive": f"{members} members",
        "names": f"{outcome.name.project} {outcome.name.version}",
        "contents": f"{members} members: {plain} as in the commit, {outcome.explained} explained",
        "metadata": _alike(outcome),
    }
    if outcome.name.is_wheel:
        seen["record"] = f"{members - 1} hashes"
    for check, found in seen.items():
        if check not in outcome.failed:
            yield Finding.passed(check, filename, found)
    for check, comparison in outcome.comparisons.items():
        yield from _compared(check, comparison, filename, failed=check in outcome.failed)
    if outcome.has_entry_points and "entry-points" not in outcome.failed:
        yield _entry_points(outcome)


def _alike(outcome: Outcome) -> str:
    if not outcome.name.is_wheel:
        return "well formed"
    return "as in the sdist" if outcome.compared else "well formed; no sdist to compare with"


def _compared(check: str, comparison: Comparison, filename: str, *, failed: bool) -> Iterator[Finding]:
    if comparison.compared and not failed:
        yield Finding.passed(check, filename, f"{', '.join(comparison.compared)} as in {comparison.where}")
    if comparison.unknown:
        yield Finding.skipped(check, printable(comparison.reason), filename)


def _entry_points(outcome: Outcome) -> Finding:
    tools = loaded_by_others(outcome.entry_points)
    loaded = f"; loaded at the start of {', '.join(tools)}" if tools else ""
    if outcome.undeclared:
        return Finding.skipped("entry-points", printable(outcome.undeclared + loaded), outcome.name.filename)
    return Finding.passed("entry-points", outcome.name.filename, f"as declared{loaded}")
