"""Known vulnerabilities of everything the wheel brings along, on any platform; no answer is never "none"."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterable
from typing import Any

from sealwright.auditing.audit import Explain, audit
from sealwright.auditing.explaining import explainer
from sealwright.auditing.places import Pyproject
from sealwright.auditing.sarif import audit_sarif
from sealwright.auditing.vex import compose
from sealwright.dossier.codec import encode_json
from sealwright.dossier.store import VEX, is_sbom
from sealwright.errors import Refused, SealwrightError
from sealwright.model import FileRef, Finding
from sealwright.report.markdown import code
from sealwright.sbom.schema import judge_schema
from sealwright.services.advisories import Patience, Sources, auditor
from sealwright.services.git import Repository
from sealwright.services.package_index import PackageIndex
from sealwright.services.resolving import python_floor
from sealwright.stages.base import Context, Result
from sealwright.verify.closure import Closure, lock_path, parse_pylock
from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.inventory import Inventory, read_inventory
from sealwright.verify.judgement import Known, Subject
from sealwright.verify.origins import Origins
from sealwright.verify.statement import VULNERABILITIES, make
from sealwright.verify.vex import CHECK as VEX_CHECK
from sealwright.verify.wheel import read_wheel

PYLOCK = lock_path()
STATEMENT = "statements/audit.json"
SARIF = "reports/audit.sarif"
_PYPROJECT = "pyproject.toml"


def run(context: Context) -> Result:
    """Ask about every package of the closure and judge the answers by the policy.

    Checks: `audit`, `audit-ignores`, `audit-yanked`, and `vex` where one cannot be written. If there is anything to
    ask about, writes reports/audit.sarif, and, unless something could not be looked at, statements/audit.json about the
    wheels and evidence/vex.cdx.json.
    """
    ref = _closure_ref(context)
    closure = parse_pylock(context.dossier.read(ref), PYLOCK)
    sources = Sources(
        context.endpoints.osv_url,
        PackageIndex.of(context.environ),
        context.environ,
        Patience.of(context.plan.mode),
    )
    ignores = context.policy.audit.ignore
    done = audit({PYLOCK: Subject(closure.pins)}, sources, ignores, explain=_explain(context, closure))
    judgement = done.judgements[PYLOCK]
    findings = judgement.findings
    if closure.pins:
        blocking = context.policy.judge(findings, context.plan.mode)
        context.dossier.add(SARIF, encode_json(audit_sarif(judgement, blocking, _pyproject(context))))
        if judgement.complete:
            findings = (*findings, *_write(context, judgement.known, ref, done.at))
    return Result(findings, (auditor(),), summary=_summary(findings))


def _closure_ref(context: Context) -> FileRef:
    ref = next((ref for ref in context.dossier.outputs if ref.path == PYLOCK), None)
    if ref is None:
        raise Refused(
            "closure-missing", f"there is no {PYLOCK}", hint="the stage resolve writes it; see why it did not"
        )
    return ref


def _explain(context: Context, closure: Closure) -> Explain:
    def explain(subject: Subject) -> Origins:
        try:
            ref = context.readable_wheels()[0]
            with context.dossier.file(ref).open("rb") as stream:
                wheel = read_wheel(stream, ref.name)
            floor = python_floor(closure.requires_python, [])
        except (SealwrightError, IndexError):
            return Origins()  # a wheel that cannot be read is what the stage inspect is for
        return explainer(wheel.requires_dist, floor, context.environ, context.workspace)(subject)

    return explain


def _pyproject(context: Context) -> Pyproject:
    """As it was committed; empty where there is none."""
    path = posixpath.normpath(posixpath.join(context.plan.project.directory, _PYPROJECT))
    try:
        data = Repository(context.source, context.environ).read(context.plan.commit, path)
    except SealwrightError:
        data = None
    return Pyproject(path, (data or b"").decode("utf-8", "replace"))


def _write(context: Context, known: tuple[Known, ...], closure: FileRef, started: dt.datetime) -> tuple[Finding, ...]:
    """The statement and the VEX; why there is no VEX, if so. Code: `vex-schema-invalid`."""
    predicate = _predicate(known, context.endpoints.osv_url, closure, started)
    context.dossier.add(STATEMENT, make(context.wheels() or context.distributions(), VULNERABILITIES, predicate))
    vex = compose(started, known, _sboms(context), [auditor()])
    invalid = judge_schema(vex, VEX)
    if not invalid:
        context.dossier.add(VEX, vex)
    return tuple(
        Finding.failed(VEX_CHECK, "vex-schema-invalid", VEX, expected=f.expected, found=f.found, hint=f.hint)
        for f in invalid
    )


def _sboms(context: Context) -> list[Inventory]:
    refs = [ref for ref in context.dossier.outputs if is_sbom(ref.path)]
    return [read_inventory(context.dossier.read(ref), ref.path) for ref in refs]


def _predicate(known: tuple[Known, ...], osv_url: str, closure: FileRef, started: dt.datetime) -> dict[str, Any]:
    """The predicate (https://github.com/in-toto/attestation/blob/main/spec/predicates/vuln.md)."""
    tool = auditor()
    return {
        "scanner": {
            "uri": f"pkg:pypi/{tool.name}",
            "version": tool.version,
            # A live service without versions: what it knew is dated by the question.
            "db": {"uri": osv_url, "lastUpdate": _time(started)},
            "result": [_result(entry) for entry in known],
        },
        "metadata": {
            "scanStartedOn": _time(started),
            "scanFinishedOn": _time(dt.datetime.now(dt.UTC)),
            # What was asked about; the subjects are what brings it along.
            "closure": {"name": closure.path, "digest": {"sha256": closure.sha256}},
        },
    }


def _result(known: Known) -> dict[str, Any]:
    vulnerability = known.vulnerability
    severity = [{"method": r.method, "score": r.vector or r.word} for r in vulnerability.ratings]
    annotation: dict[str, Any] = {
        "package": purl_of(vulnerability.package, vulnerability.version),
        "aliases": list(vulnerability.aliases),
        "fixedIn": list(vulnerability.fixes),
    }
    if known.path:
        annotation["path"] = list(known.path)
    if known.ignore is not None:
        annotation["ignoredUntil"] = known.ignore.expires.isoformat()
    return {"id": vulnerability.id, "severity": severity, "annotations": [annotation]}


def _time(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _summary(findings: Iterable[Finding]) -> str:
    """What advisories and policies say is somebody else's text, so none of it is taken as Markdown."""
    lines = (": ".join(code(part) for part in (finding.subject, finding.found) if part) for finding in findings)
    return "\n".join(["### Audit", "", *(f"- {line}" for line in lines)])
