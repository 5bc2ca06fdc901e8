"""Members that are accepted although they are not simply the committed file of their name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealwright.model import Finding
from sealwright.verify.archive.faults import Fault, printable

CHECK = "explained"
_SHOWN = 200
"""Members of one distribution that are named one by one, so that no archive can fill a record."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One of them, and why it may be in the archive all the same."""

    member: str
    reason: str
    """For a person: what it is, and what about it was compared."""
    compared: bool = True
    """False where nobody can tell from the commit what it should say: then it is no pass."""


Judged = Fault | Accepted


def explanations(accepted: Iterable[Accepted], distribution: str) -> tuple[Finding, ...]:
    """One finding for each member, the first `_SHOWN`; those that were not compared come first."""
    ordered = sorted(accepted, key=lambda one: one.compared)
    found = [_finding(one, f"{distribution}: {printable(one.member)}") for one in ordered[:_SHOWN]]
    rest = ordered[_SHOWN:]
    if rest:
        told = Accepted("", f"{len(rest)} more members, such as {rest[0].member}: {rest[0].reason}", rest[0].compared)
        found.append(_finding(told, distribution))
    return tuple(found)


def _finding(one: Accepted, subject: str) -> Finding:
    if one.compared:
        return Finding.passed(CHECK, subject, printable(one.reason))
    return Finding.skipped(CHECK, printable(one.reason), subject)
