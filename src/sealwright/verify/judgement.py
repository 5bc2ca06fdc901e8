"""What an audit comes to: what is missing, what was found, what was decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sealwright.config.policy import POLICY_FILE, Ignore
from sealwright.model import Finding
from sealwright.verify.advisories import CHECK, Package
from sealwright.verify.closure import Pin
from sealwright.verify.ignores import MAX_DAYS, Ignores, Surroundings
from sealwright.verify.origins import Origins, Path, told
from sealwright.verify.vulnerabilities import Vulnerability

SCOPE = "audit-scope"
_NAMED = 3
"""How many packages are told apart that have the same thing wrong."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited."""

    pins: tuple[Pin, ...]
    """Every package, with its files; each has to be one that the index lists."""
    inside: tuple[Pin, ...] = ()
    """Packages inside the files of others, by the word of these; asked about, but no file of an index."""
    origins: Origins = field(default_factory=Origins)
    unread: tuple[Finding, ...] = ()
    """What could not be asked about at all, of the check `audit`."""
    aside: tuple[Finding, ...] = ()
    """What was left aside on purpose, of the check `audit-scope`."""

    @property
    def packages(self) -> frozenset[Package]:
        """Everything that has to be asked about."""
        return frozenset((pin.name, pin.version) for pin in (*self.pins, *self.inside))


@dataclass(frozen=True, slots=True)
class Known:
    """A vulnerability of something that is audited, and what was decided about it."""

    vulnerability: Vulnerability
    ignore: Ignore | None
    path: Path

    @property
    def finding(self) -> Finding:
        """Failed, or passed for as long as it is ignored."""
        vulnerability, ignore = self.vulnerability, self.ignore
        subject = f"{vulnerability.package} {vulnerability.version}"
        if ignore is not None:
            severity = f" ({vulnerability.severity})" if vulnerability.severity else ""
            until = ignore.expires.isoformat()
            return Finding.passed(
                CHECK, subject, f"{vulnerability.id}{severity} is ignored until {until}: {ignore.reason}"
            )
        way = told(self.path)
        upgrade = vulnerability.upgrade
        first = f"require {vulnerability.package}>={upgrade} and lock again" if upgrade else "there is no fixed version"
        return Finding.failed(
            CHECK,
            "vulnerable-dependency",
            subject,
            expected="no known vulnerability",
            found=f"{vulnerability}; {way}" if way else str(vulnerability),
            hint=f"{first}; or add an [[audit.ignore]] with a reason to {POLICY_FILE}, for at most {MAX_DAYS} days",
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an audit comes to."""

    gaps: tuple[Finding, ...]
    """Why not everything is known: all of them unavailable."""
    known: tuple[Known, ...]
    """All that was found, ignored or not, by package and id."""
    rules: tuple[Finding, ...]
    """About the ignores: check `audit-ignores`."""
    notes: tuple[Finding, ...]
    """What is only shown: checks `audit-yanked` and `audit-scope`."""
    packages: int
    host: str
    """Of the index whose files they are."""

    @property
    def complete(self) -> bool:
        """Whether everything was asked about and answered."""
        return not self.gaps

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All answers; the check `audit` passes as a whole only if nothing is missing and nothing is left."""
        found = (*_gathered(self.gaps), *(known.finding for known in self.known))
        # A lock may have one package twice, for different environments.
        return tuple(dict.fromkeys((*found, *self._whole(), *self.rules, *self.notes)))

    def _whole(self) -> Iterator[Finding]:
        if not self.packages and self.complete:
            yield Finding.passed(CHECK, "", "0 dependencies: nothing to ask about")
        elif self.complete and all(known.ignore for known in self.known):
            accepted = f"{len(self.known)} ignored" if self.known else "no known vulnerability"
            yield Finding.passed(CHECK, "", f"{_count(self.packages)} as {self.host} lists them, {accepted}")


def judge_nothing(subject: Subject, ignores: Ignores, *, stale: bool = True) -> Judgement:
    """The answer about something in which nothing can be asked about: nobody needs to be, and no ignore applies."""
    around = Surroundings(stale and not subject.unread)
    return Judgement(subject.unread, (), tuple(ignores.judge((), around)), subject.aside, 0, "")


def _gathered(gaps: Sequence[Finding]) -> Iterator[Finding]:
    """The gaps, those with the same code in one finding where there are many: an index that is down is one thing."""
    order = list(dict.fromkeys(finding.code for finding in gaps))
    for _, group in groupby(sorted(gaps, key=lambda f: order.index(f.code)), key=lambda f: f.code):
        same = tuple(group)
        subjects = list(dict.fromkeys(finding.subject for finding in same))
        if len(subjects) <= _NAMED:
            yield from same
            continue
        first, (_, *others) = same[0], subjects
        named = f"{', '.join(others[: _NAMED - 1])} and {len(others) - _NAMED + 1} more"
        found = f"{first.subject}: {first.found}; likewise {named}"
        yield Finding.unavailable(CHECK, first.code, f"{len(subjects)} packages", found=found, hint=first.hint)


def _count(number: int) -> str:
    return f"{number} dependenc" + ("y" if number == 1 else "ies")
