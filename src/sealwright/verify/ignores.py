"""Which vulnerabilities a policy lets pass for a while, and whether what it says of them still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from sealwright.config.policy import POLICY_FILE, Ignore
from sealwright.model import Finding
from sealwright.verify.vulnerabilities import Vulnerability

CHECK = "audit-ignores"
MAX_DAYS = 90
"""How far ahead an ignore may expire."""


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignores of a policy, on one day."""

    entries: tuple[Ignore, ...]
    today: dt.date
    """In UTC: a policy means the same on every machine."""

    @property
    def latest(self) -> dt.date:
        """The last date that an ignore may name today."""
        return self.today + dt.timedelta(days=MAX_DAYS)

    def covering(self, vulnerability: Vulnerability) -> Ignore | None:
        """The one that lets it pass; of several, which `judge` objects to, the one that ends first."""
        valid = [i for i in self.entries if _covers(i, vulnerability) and self.today <= i.expires <= self.latest]
        return min(valid, key=lambda ignore: ignore.expires, default=None)

    def judge(self, known: Sequence[Vulnerability], context: Surroundings | None = None) -> Iterator[Finding]:
        """Every ignore still holds, not for too long, says something that no other says, and is needed.

        An ignore gets one answer at most. Codes: `ignore-expired`, `ignore-too-long`, `ignore-duplicate`,
        `ignore-stale`; one that passed if there are ignores and none is objected to.
        """
        around = context or Surroundings()
        wrong = [finding for at, ignore in enumerate(self.entries) for finding in self._one(at, ignore, known, around)]
        yield from wrong
        if self.entries and not wrong:
            ends = min(ignore.expires for ignore in self.entries).isoformat()
            yield Finding.passed(CHECK, found=f"{len(self.entries)} of at most {MAX_DAYS} days; the first ends {ends}")

    def _one(self, at: int, ignore: Ignore, known: Sequence[Vulnerability], around: Surroundings) -> Iterator[Finding]:
        ends = ignore.expires.isoformat()
        covered = {v.id for v in known if _covers(ignore, v)}
        earlier = [e for e in self.entries[:at] if any(_covers(e, v) for v in known if v.id in covered)]
        if ignore.expires < self.today:
            hint = f"upgrade the package, or look at the reason again and set a new date in {POLICY_FILE}"
            yield _wrong("ignore-expired", ignore, f"a date from {self.today.isoformat()} (UTC) on", ends, hint)
        elif ignore.expires > self.latest:
            hint = f"set an earlier date in {POLICY_FILE}; it may be renewed later"
            yield _wrong("ignore-too-long", ignore, f"at most {self.latest.isoformat()}", ends, hint)
        elif earlier:
            hint = f"keep one of them in {POLICY_FILE}, so that one reason and one date count"
            yield _wrong("ignore-duplicate", ignore, "one ignore for one vulnerability", f"also {earlier[0]}", hint)
        elif not covered and around.stale_counts:
            date = around.withdrawn.get(ignore.id.lower(), "")
            found = f"the advisory was withdrawn on {date[:10]}" if date else "none in the closure"
            yield _wrong(
                "ignore-stale", ignore, "a vulnerability that it covers", found, f"remove it from {POLICY_FILE}"
            )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known where ignores are judged."""

    stale_counts: bool = True
    """Whether an ignore that covers nothing is wrong. It is not where answers are missing, which may be just what it is
    for, nor for what was released long ago, while the policy went on."""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    """Names of withdrawn advisories, in small letters, and when."""


def _covers(ignore: Ignore, vulnerability: Vulnerability) -> bool:
    """By id or alias of every advisory about it, and by package: one name must not hide what another is about."""
    if canonicalize_name(ignore.package) != vulnerability.package:
        return False
    return all(ignore.id.lower() in advisory.names for advisory in vulnerability.advisories)


def _wrong(code: str, ignore: Ignore, expected: str, found: str, hint: str) -> Finding:
    return Finding.failed(CHECK, code, str(ignore), expected=expected, found=found, hint=hint)
