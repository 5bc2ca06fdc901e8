"""Known vulnerabilities of everything the wheel brings along, on any platform; no answer is never "none"."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sealwright.errors import Refused, Unavailable
from sealwright.model import FileRef, Finding, Mode, State
from sealwright.services.advisories import audit, auditor, query_url, reach
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.advisories import Package, Vulnerability
from sealwright.verify.audit import CHECK, judge, judge_control, judge_nothing, vulnerabilities
from sealwright.verify.closure import Closure, parse_pylock
from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.statement import VULNERABILITIES, make

PYLOCK = "evidence/pylock.toml"
STATEMENT = "statements/audit.json"

# A laptop without a network learns it at once; a release waits for a slow service rather than start over.
_PATIENCE = {Mode.REHEARSAL: 2.5, Mode.RELEASE: 20.0}


def run(context: Context) -> Result:
    """Ask about every package of the closure and judge the answers by the policy.

    Check: `audit`. Writes statements/audit.json about the wheels, unless something could not be looked at.
    """
    ref = _closure_ref(context)
    pylock = context.dossier.read(ref)
    closure = parse_pylock(pylock, PYLOCK)
    started = dt.datetime.now(dt.UTC)
    ignores = context.policy.audit.ignore
    if not closure.pins:
        return Result(judge_nothing(ignores, today=started.date()))
    try:
        report, answers = _ask(context, pylock, closure)
    except Unavailable as error:
        return Result((finding_of(error, CHECK),))
    findings = judge(report, answers, closure, ignores, today=started.date())
    if not any(finding.state is State.UNAVAILABLE for finding in findings):
        known = vulnerabilities(report, answers)
        predicate = _predicate(known, context.endpoints.osv_url, ref, started)
        context.dossier.add(STATEMENT, make(context.wheels() or context.distributions(), VULNERABILITIES, predicate))
    return Result(findings, (auditor(),), summary=_summary(findings))


def _closure_ref(context: Context) -> FileRef:
    ref = next((ref for ref in context.dossier.outputs if ref.path == PYLOCK), None)
    if ref is None:
        raise Refused(
            "closure-missing", f"there is no {PYLOCK}", hint="the stage resolve writes it; see why it did not"
        )
    return ref


def _ask(context: Context, pylock: bytes, closure: Closure) -> tuple[bytes, dict[Package, bytes]]:
    url = context.endpoints.osv_url
    deaf = judge_control(reach(url, seconds=_PATIENCE[context.plan.mode]))
    if deaf is not None:
        raise Unavailable(deaf.code, f"{query_url(url)}: {deaf.found}", hint=deaf.hint)
    packages = {(pin.name, pin.version) for pin in closure.pins}
    return audit(pylock, url, packages, context.environ)


def _predicate(
    known: tuple[Vulnerability, ...], osv_url: str, closure: FileRef, started: dt.datetime
) -> dict[str, Any]:
    """The predicate (https://github.com/in-toto/attestation/blob/main/spec/predicates/vuln.md)."""
    tool = auditor()
    return {
        "scanner": {
            "uri": f"pkg:pypi/{tool.name}",
            "version": tool.version,
            # A live service without versions: what it knew is dated by the question.
            "db": {"uri": osv_url, "lastUpdate": _time(started)},
            "result": [_result(vulnerability) for vulnerability in known],
        },
        "metadata": {
            "scanStartedOn": _time(started),
            "scanFinishedOn": _time(dt.datetime.now(dt.UTC)),
            # What was asked about; the subjects are what brings it along.
            "closure": {"name": closure.path, "digest": {"sha256": closure.sha256}},
        },
    }


def _result(vulnerability: Vulnerability) -> dict[str, Any]:
    score = vulnerability.severity
    severity = [{"method": "cvss" if score.startswith("CVSS:") else "osv", "score": score}] if score else []
    annotation = {
        "package": purl_of(vulnerability.package, vulnerability.version),
        "aliases": list(vulnerability.aliases),
        "fixedIn": list(vulnerability.fixes),
    }
    return {"id": vulnerability.id, "severity": severity, "annotations": [annotation]}


def _time(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _summary(findings: tuple[Finding, ...]) -> str:
    lines = (": ".join(part for part in (finding.subject, finding.found) if part) for finding in findings)
    return "\n".join(["Audit:", *(f"- {line}" for line in lines)])
