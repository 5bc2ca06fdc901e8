"""The verdict on a release: every check, joined. Bytes and expectations in, findings out.

The gate asks it before anything is published; whoever has the same files and expectations gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.dossier.store import SBOM_SUFFIX, VEX
from sealwright.model import Finding, Verdict
from sealwright.verify import everybody, files, rebuild, records, signatures
from sealwright.verify.everybody import Check, weigh
from sealwright.verify.evidence import Case, Evidence, data_at
from sealwright.verify.vex import judge_vex

_AUDIT = "statements/audit.json"


def check_vex(evidence: Evidence) -> Iterator[Finding]:
    """The VEX is about these SBOMs. Codes: `vex-missing` beside an audit that was complete, and `judge_vex`'s."""
    files = evidence.case.files
    data = data_at(files, VEX)
    if data is not None:
        paths = [f"evidence/{wheel.name}{SBOM_SUFFIX}" for wheel in evidence.wheels]
        sboms = {path: found for path in paths if (found := data_at(files, path)) is not None}
        yield from judge_vex(data, sboms, VEX)
    elif _AUDIT in files:
        hint = "the job examine writes both or none"
        yield Finding.failed("vex", "vex-missing", VEX, expected=f"a VEX beside {_AUDIT}", found="none", hint=hint)
    else:
        yield Finding.skipped("vex", "there was nothing to ask about, or not everything was answered", VEX)


CHECKS: dict[str, Check] = {
    "plan": records.check_plan,
    "records": records.check_records,
    "files": files.check_files,
    "wheels": everybody.check_wheels,
    "smoke": records.check_smoke,
    "signatures": signatures.check_signatures,
    "statements": signatures.check_statements,
    "signer": signatures.check_signer,
    "runner": signatures.check_runner,
    "provenance": everybody.check_provenance,
    "provenance-github": everybody.check_github_provenance,
    "agreement": signatures.check_agreement,
    "sbom": everybody.check_sbom,
    "vex": check_vex,
    "rebuild": rebuild.check_rebuild,
    "index": files.check_index,
}
"""What the gate answers itself, in the order in which it is shown."""

_ELSEWHERE = (*records.ANSWERED_BY, "environment")
"""Answered by the records of other jobs, and along with the signers."""


def examine(case: Case) -> Evidence:
    """Read and verify what can be read and verified of a case; whatever cannot is said by the checks."""
    usable, problems = records.load(case)
    plan, plan_problems = records.load_plan(case, usable)
    return Evidence(
        case,
        plan,
        usable,
        (*problems, *plan_problems),
        signatures.signatures_over_files(case),
        signatures.signatures_over_statements(case),
        signatures.signatures_by_others(case),
    )


def judge_release(case: Case) -> Verdict:
    """The verdict on `case`. Never raises for anything the files contain."""
    return judge(examine(case))


def judge(evidence: Evidence) -> Verdict:
    """The verdict on evidence that was read already."""
    found = [finding for check in CHECKS.values() for finding in check(evidence)]
    found += records.check_answers(evidence)
    found += records.carry_over(evidence, frozenset({*CHECKS, "environment"}))
    return weigh(evidence, found, (*_due(evidence), *_ELSEWHERE))


def _due(evidence: Evidence) -> list[str]:
    """The checks that have something to answer about this release."""
    asked = {
        "provenance": evidence.case.generator,
        "wheels": bool(evidence.case.wheels),
        "sbom": not evidence.unrehearsed,
    }
    return [check for check in CHECKS if asked.get(check, True)]
