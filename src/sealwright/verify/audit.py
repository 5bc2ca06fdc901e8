"""Whether the closure was audited as a whole, and whether what was found is acceptable, for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from packaging.utils import canonicalize_name

from sealwright.config.policy import POLICY_FILE, Ignore
from sealwright.endpoints import OSV_VARIABLE
from sealwright.errors import Unavailable
from sealwright.model import Finding, State
from sealwright.verify.advisories import (
    CONTROL,
    Answer,
    Package,
    Report,
    Vulnerability,
    read_answer,
    read_report,
    with_severity,
)
from sealwright.verify.closure import Closure

CHECK = "audit"
MAX_DAYS = 90
"""How far ahead an ignore may expire."""

_AGAIN = "run the job examine again; nothing is concluded from what is missing"


def judge(
    report: bytes,
    answers: Mapping[Package, bytes],
    closure: Closure,
    ignores: Iterable[Ignore] = (),
    *,
    today: dt.date,
) -> tuple[Finding, ...]:
    """What an audit of `closure` comes to, from pip-audit's report and from what OSV answered to the same questions.

    pip-audit drops parts of an answer silently, and takes a package it was never asked about as well as one that is
    missing; so every package must be in the report, and every advisory that OSV named must be in it too. Answers of
    the check `audit`: unavailable `audit-no-answer`, `audit-report-malformed`, `audit-answer-malformed`,
    `audit-skipped`, `audit-incomplete`, `audit-unexpected`, `audit-schema`; failed `vulnerable-dependency`,
    `ignore-expired`, `ignore-too-long`, `ignore-stale`; passed for each vulnerability that an ignore covers, and once
    if nothing blocks.
    """
    ignores = tuple(ignores)
    try:
        read = read_report(report)
    except Unavailable as error:
        return (_unavailable(error),)
    parsed, malformed = _parsed(answers)
    gaps = (*malformed, *_coverage(read, closure), *_dropped(read, parsed, closure))
    known = _vulnerabilities(read, parsed)
    found = tuple(finding for vulnerability in known for finding in _judge_one(vulnerability, ignores, today))
    # What is missing may be just what an ignore is for.
    rules = tuple(_judge_ignores(ignores, known, today, complete=not gaps))
    findings = (*gaps, *found, *rules)
    if any(finding.state is not State.PASS for finding in findings):
        return findings
    accepted = f", {len(found)} ignored" if found else ", no known vulnerability"
    return (*findings, Finding.passed(CHECK, "", f"{_count(len(_packages(closure)))}{accepted}"))


def judge_nothing(ignores: Iterable[Ignore], *, today: dt.date) -> tuple[Finding, ...]:
    """The answer for a closure without packages: nobody needs to be asked, and no ignore can apply."""
    wrong = tuple(_judge_ignores(tuple(ignores), (), today, complete=True))
    return wrong or (Finding.passed(CHECK, "", "0 dependencies: nothing to ask about"),)


def judge_control(answer: bytes) -> Finding | None:
    """Why "nothing is known" would mean nothing from this service, from its answer about `CONTROL`; None if it does.

    Codes: `audit-answer-malformed`, `audit-control-missed`.
    """
    try:
        known = read_answer(answer).advisories
    except Unavailable as error:
        return _unavailable(error)
    if known:
        return None
    return Finding.unavailable(
        CHECK,
        "audit-control-missed",
        found=f"it knows no vulnerability of {' '.join(CONTROL)}, which has several",
        hint=f"point {OSV_VARIABLE} at a service, or a folder, that has all advisories for PyPI",
    )


def vulnerabilities(report: bytes, answers: Mapping[Package, bytes]) -> tuple[Vulnerability, ...]:
    """All that the audit found, ignored or not, by package and id. Raises Unavailable like `read_report`."""
    return _vulnerabilities(read_report(report), _parsed(answers)[0])


def _vulnerabilities(report: Report, answers: Mapping[Package, Answer]) -> tuple[Vulnerability, ...]:
    found = (with_severity(v, answers.get(package)) for package, vulns in report.audited.items() for v in vulns)
    return tuple(sorted(found, key=lambda v: (v.package, v.version, v.id)))


def _parsed(answers: Mapping[Package, bytes]) -> tuple[dict[Package, Answer], tuple[Finding, ...]]:
    parsed, malformed = {}, []
    for package, data in sorted(answers.items()):
        try:
            parsed[package] = read_answer(data)
        except Unavailable as error:
            malformed.append(_unavailable(error, package))
    return parsed, tuple(malformed)


def _coverage(report: Report, closure: Closure) -> Iterator[Finding]:
    """Every package of the closure is in the report, and no other."""
    wanted = _packages(closure)
    for name, reason in report.skipped:
        yield Finding.unavailable(CHECK, "audit-skipped", name, found=f"pip-audit skipped it: {reason}", hint=_AGAIN)
    for package in sorted(wanted - report.audited.keys()):
        found = "it is in evidence/pylock.toml and not in pip-audit's report"
        yield Finding.unavailable(CHECK, "audit-incomplete", " ".join(package), found=found, hint=_AGAIN)
    for package in sorted(report.audited.keys() - wanted):
        found = "it is in pip-audit's report and not in evidence/pylock.toml"
        yield Finding.unavailable(CHECK, "audit-unexpected", " ".join(package), found=found, hint=_AGAIN)


def _dropped(report: Report, answers: Mapping[Package, Answer], closure: Closure) -> Iterator[Finding]:
    """OSV was asked about every package, and the report has everything that it named."""
    for package in sorted(_packages(closure)):
        answer, subject = answers.get(package), " ".join(package)
        if answer is None:
            found = "there is no answer of OSV about it"
            yield Finding.unavailable(CHECK, "audit-incomplete", subject, found=found, hint=_AGAIN)
            continue
        for code, found in answer.problems:
            yield Finding.unavailable(CHECK, code, subject, found=found, hint="look at the advisories of it by hand")
        reported = {name for v in report.audited.get(package, ()) for name in v.ids}
        for advisory in answer.advisories:
            if advisory.id not in reported and not answer.problems:
                found = f"OSV names {advisory.id}, pip-audit's report does not"
                yield Finding.unavailable(CHECK, "audit-incomplete", subject, found=found, hint=_AGAIN)


def _judge_one(vulnerability: Vulnerability, ignores: tuple[Ignore, ...], today: dt.date) -> Iterator[Finding]:
    subject = f"{vulnerability.package} {vulnerability.version}"
    valid = [i for i in ignores if _covers(i, vulnerability) and today <= i.expires <= _latest(today)]
    if valid:
        ignore = max(valid, key=lambda i: i.expires)
        yield Finding.passed(
            CHECK, subject, f"{vulnerability.id} is ignored until {ignore.expires.isoformat()}: {ignore.reason}"
        )
        return
    fixes = vulnerability.fixes
    upgrade = f"require {vulnerability.package}>={fixes[-1]} and lock again" if fixes else "there is no fixed version"
    yield Finding.failed(
        CHECK,
        "vulnerable-dependency",
        subject,
        expected="no known vulnerability",
        found=_described(vulnerability),
        hint=f"{upgrade}; or add an [[audit.ignore]] with a reason to {POLICY_FILE}, for at most {MAX_DAYS} days",
    )


def _described(vulnerability: Vulnerability) -> str:
    aliases = f" ({', '.join(vulnerability.aliases)})" if vulnerability.aliases else ""
    fixed = f"fixed in {', '.join(vulnerability.fixes)}" if vulnerability.fixes else "not fixed in any version"
    return "; ".join(part for part in (f"{vulnerability.id}{aliases}", vulnerability.severity, fixed) if part)


def _judge_ignores(
    ignores: tuple[Ignore, ...], known: tuple[Vulnerability, ...], today: dt.date, *, complete: bool
) -> Iterator[Finding]:
    """Every ignore is still valid, not valid for too long, and needed. An ignore gets one answer at most."""
    for ignore in ignores:
        subject = f"{ignore.id} of {ignore.package}"
        if ignore.expires < today:
            hint = f"upgrade the package, or look at the reason again and set a new date in {POLICY_FILE}"
            yield _rule("ignore-expired", subject, f"a date from {today.isoformat()} on", ignore, hint)
        elif ignore.expires > _latest(today):
            hint = f"set an earlier date in {POLICY_FILE}; it may be renewed later"
            yield _rule("ignore-too-long", subject, f"at most {_latest(today).isoformat()}", ignore, hint)
        elif complete and not any(_covers(ignore, vulnerability) for vulnerability in known):
            yield Finding.failed(
                CHECK,
                "ignore-stale",
                subject,
                expected="a vulnerability that it covers",
                found="none in the closure",
                hint=f"remove it from {POLICY_FILE}",
            )


def _rule(code: str, subject: str, expected: str, ignore: Ignore, hint: str) -> Finding:
    return Finding.failed(CHECK, code, subject, expected=expected, found=ignore.expires.isoformat(), hint=hint)


def _latest(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=MAX_DAYS)


def _covers(ignore: Ignore, vulnerability: Vulnerability) -> bool:
    names = {name.lower() for name in vulnerability.ids}
    return ignore.id.lower() in names and canonicalize_name(ignore.package) == vulnerability.package


def _packages(closure: Closure) -> frozenset[Package]:
    return frozenset((pin.name, pin.version) for pin in closure.pins)


def _count(number: int) -> str:
    return f"{number} dependenc" + ("y" if number == 1 else "ies")


def _unavailable(error: Unavailable, package: Package | None = None) -> Finding:
    subject = " ".join(package) if package else ""
    return Finding.unavailable(CHECK, error.code, subject, found=error.message, hint=error.hint)
