"""Whether everything was asked about and answered, and whether what was found is acceptable, for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sealwright.endpoints import OSV_VARIABLE
from sealwright.errors import Unavailable
from sealwright.model import Finding
from sealwright.verify.advisories import AGAIN, CHECK, CONTROL, Advisory, Answer, Package, read_answer
from sealwright.verify.ignores import Ignores, Surroundings
from sealwright.verify.judgement import Judgement, Known, Subject
from sealwright.verify.listing import Listing
from sealwright.verify.pip_audit import Report, read_report
from sealwright.verify.vulnerabilities import Vulnerability, vulnerabilities


@dataclass(frozen=True, slots=True)
class Asked:
    """What came back about some packages, unread."""

    packages: frozenset[Package]
    report: bytes | Unavailable
    """pip-audit's."""
    answers: Mapping[Package, bytes | Unavailable]
    """OSV's own."""
    listing: Listing


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was answered, read."""

    asked: Asked
    report: Report | Unavailable
    answers: Mapping[Package, Answer | Unavailable]

    @classmethod
    def of(cls, asked: Asked) -> Knowledge:
        """Read all of it, once for however many subjects."""
        return cls(asked, _read_report(asked.report), {p: _read_answer(d, p) for p, d in asked.answers.items()})

    def vulnerabilities(self, packages: Iterable[Package]) -> tuple[Vulnerability, ...]:
        """Everything that is known of some packages: what OSV answered, and what pip-audit has beyond that."""
        found = (v for package in sorted(packages) for v in vulnerabilities(package, self._advisories(package)))
        return tuple(found)

    def judge(self, subject: Subject, ignores: Ignores, *, stale: bool = True) -> Judgement:
        """What an audit of `subject` comes to. `stale`: whether an ignore has to cover something in it.

        pip-audit drops parts of an answer silently, and takes a package it was never asked about as well as one that is
        missing; OSV has nothing to say of a name that it never heard of. So every package must be in the report, every
        advisory that OSV named must be in it too, and every file must be one that the index lists under its name.
        Answers of the check `audit`: unavailable `audit-no-answer`, `audit-report-malformed`,
        `audit-answer-malformed`, `audit-answer-unrelated`, `audit-skipped`, `audit-incomplete`, `audit-unexpected`,
        `audit-schema`, and those of `Listing.judge`; failed `vulnerable-dependency`; passed for each vulnerability that
        an ignore covers, and once if nothing blocks.
        """
        packages = subject.packages
        gaps = (*self._gaps(packages), *self.asked.listing.judge(subject.pins), *subject.unread)
        found = self.vulnerabilities(packages)
        around = Surroundings(stale and not gaps, self._withdrawn(packages))
        return Judgement(
            gaps,
            tuple(Known(v, ignores.covering(v), subject.origins.path(v.package)) for v in found),
            tuple(ignores.judge(found, around)),
            (*self.asked.listing.yanked(subject.pins), *subject.aside),
            len(packages),
            self.asked.listing.host,
        )

    def _advisories(self, package: Package) -> Iterator[Advisory]:
        answer = self.answers.get(package)
        ours = answer.advisories if isinstance(answer, Answer) else ()
        yield from ours
        named = {name for advisory in ours for name in advisory.names}
        theirs = self.report.audited.get(package, ()) if isinstance(self.report, Report) else ()
        yield from (advisory for advisory in theirs if not advisory.names & named)

    def _withdrawn(self, packages: Iterable[Package]) -> dict[str, str]:
        answers = [self.answers.get(package) for package in sorted(packages)]
        return {n: date for a in answers if isinstance(a, Answer) for n, date in a.withdrawn.items()}

    def _gaps(self, packages: frozenset[Package]) -> Iterator[Finding]:
        if not packages:
            return
        if isinstance(self.report, Unavailable):
            yield _unavailable(self.report)
        else:
            yield from _coverage(self.report, packages, self.asked.packages)
        for package in sorted(packages):
            yield from self._dropped(package)

    def _dropped(self, package: Package) -> Iterator[Finding]:
        """OSV was asked about it, and the report has everything that OSV named."""
        answer, subject = self.answers.get(package), " ".join(package)
        if answer is None:
            yield _gap("audit-incomplete", subject, "there is no answer of OSV about it")
            return
        if isinstance(answer, Unavailable):
            yield _unavailable(answer, subject)
            return
        for code, found in answer.problems:
            yield _gap(code, subject, found, "look at the advisories of it by hand")
        if isinstance(self.report, Report) and not answer.problems:
            reported = {name for advisory in self.report.audited.get(package, ()) for name in advisory.names}
            for advisory in answer.advisories:
                if not advisory.names & reported:
                    yield _gap("audit-incomplete", subject, f"OSV names {advisory.id}, pip-audit's report does not")


def judge_control(answer: bytes) -> Finding | None:
    """Why "nothing is known" would mean nothing from this service, from its answer about `CONTROL`; None if it does.

    Codes: `audit-answer-malformed`, `audit-answer-unrelated`, `audit-schema`, `audit-incomplete`,
    `audit-control-missed`.
    """
    read = _read_answer(answer, CONTROL)
    if isinstance(read, Unavailable):
        return _unavailable(read)
    if read.advisories:
        return None
    if read.problems:
        code, found = read.problems[0]
        return _gap(code, " ".join(CONTROL), found)
    found = f"it knows no vulnerability of {' '.join(CONTROL)}, which has several"
    hint = f"point {OSV_VARIABLE} at a service, or a folder, that has all advisories for PyPI"
    return _gap("audit-control-missed", "", found, hint)


def _read_report(data: bytes | Unavailable) -> Report | Unavailable:
    if isinstance(data, Unavailable):
        return data
    try:
        return read_report(data)
    except Unavailable as error:
        return error


def _read_answer(data: bytes | Unavailable, package: Package) -> Answer | Unavailable:
    if isinstance(data, Unavailable):
        return data
    try:
        return read_answer(data, package)
    except Unavailable as error:
        return error


def _coverage(report: Report, wanted: frozenset[Package], asked: frozenset[Package]) -> Iterator[Finding]:
    """Every package is in the report, and none that nobody asked about."""
    names = {name for name, _ in wanted}
    for name, reason in report.skipped:
        if name in names:
            yield _gap("audit-skipped", name, f"pip-audit skipped it: {reason}")
    for package in sorted(wanted - report.audited.keys()):
        yield _gap("audit-incomplete", " ".join(package), "it is not in pip-audit's report, which was asked about it")
    for package in sorted(report.audited.keys() - asked):
        yield _gap("audit-unexpected", " ".join(package), "it is in pip-audit's report, and nobody asked about it")


def _gap(code: str, subject: str, found: str, hint: str = AGAIN) -> Finding:
    return Finding.unavailable(CHECK, code, subject, found=found, hint=hint)


def _unavailable(error: Unavailable, subject: str = "") -> Finding:
    return _gap(error.code, subject, error.message, error.hint)
