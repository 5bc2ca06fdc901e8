"""The verdict on a release: every check, joined. Bytes and expectations in, findings out.

The gate asks it before anything is published; whoever has the same files and expectations gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sealwright.errors import Refused
from sealwright.model import Finding, Level, Verdict
from sealwright.verify import files, rebuild, records, signatures
from sealwright.verify.closure import parse_pylock
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, PYLOCK, SBOM_SUFFIX, Case, Evidence, data_at
from sealwright.verify.github_provenance import judge_github
from sealwright.verify.sbom import judge_sbom
from sealwright.verify.slsa import judge_generator
from sealwright.verify.taken_wheels import judge_taken
from sealwright.verify.vex import VEX, judge_vex

_AUDIT = "statements/audit.json"
Check = Callable[[Evidence], Iterable[Finding]]


def check_provenance(evidence: Evidence) -> Iterator[Finding]:
    """The generator's provenance covers exactly the distributions. Code: `provenance-missing` and `judge_generator`'s.

    A project may do without the generator; then this check is not among the required ones.
    """
    case, bundle = evidence.case, data_at(evidence.case.files, GENERATOR_BUNDLE)
    if not case.generator:
        return
    if bundle is None:
        yield _missing("provenance", GENERATOR_BUNDLE, "the generator's artifact is kept for five days only")
        return
    yield from judge_generator(bundle, evidence.distributions, case.expected, case.root, where=GENERATOR_BUNDLE)


def check_github_provenance(evidence: Evidence) -> Iterator[Finding]:
    """GitHub's own attestation covers exactly the distributions. Code: `provenance-missing` and `judge_github`'s."""
    case, bundle = evidence.case, data_at(evidence.case.files, GITHUB_BUNDLE)
    if bundle is None:
        yield _missing("provenance-github", GITHUB_BUNDLE, "the job attest takes it in from actions/attest")
        return
    yield from judge_github(
        bundle,
        evidence.distributions,
        case.expected,
        case.root,
        environment=case.environment or None,
        where=GITHUB_BUNDLE,
    )


def check_sbom(evidence: Evidence) -> Iterator[Finding]:
    """Each wheel has an SBOM that binds to it and lists its closure. Codes: `sbom-missing`, and `judge_sbom`'s.

    Silent in a rehearsal that has no wheel to describe, which the check `wheels` says.
    """
    if evidence.unrehearsed:
        return
    try:
        closure = parse_pylock(data_at(evidence.case.files, PYLOCK) or b"", PYLOCK)
    except Refused as error:
        yield Finding.failed("sbom", error.code, PYLOCK, found=error.message, hint=error.hint)
        return
    if not evidence.wheels:
        yield Finding.absent("sbom", "wheel-missing", "dist", expected="a wheel", hint="an SBOM describes a wheel")
    for wheel in evidence.wheels:
        path = f"evidence/{wheel.name}{SBOM_SUFFIX}"
        data = data_at(evidence.case.files, path)
        if data is None:
            hint = "the job examine writes one for each wheel"
            yield Finding.absent("sbom", "sbom-missing", wheel.name, expected=path, hint=hint)
        else:
            yield from judge_sbom(data, wheel, closure, path)


def check_wheels(evidence: Evidence) -> Iterator[Finding]:
    """A project that builds its wheels itself has wheels, for platforms that an index takes. Codes: `judge_taken`'s.

    Of any other project nothing is asked.
    """
    case = evidence.case
    if case.wheels:
        yield from judge_taken((ref.name for ref in evidence.wheels), case.wheels, case.mode)


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
    "wheels": check_wheels,
    "smoke": records.check_smoke,
    "signatures": signatures.check_signatures,
    "statements": signatures.check_statements,
    "signer": signatures.check_signer,
    "runner": signatures.check_runner,
    "provenance": check_provenance,
    "provenance-github": check_github_provenance,
    "agreement": signatures.check_agreement,
    "sbom": check_sbom,
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


def weigh(evidence: Evidence, found: Iterable[Finding], due: Iterable[str]) -> Verdict:
    """Findings by the policy, those of the checks `due` and of any other; a required check that is silent is absent."""
    findings = tuple(dict.fromkeys(found))
    checks = dict.fromkeys([*due, *(finding.check for finding in findings)])
    levels = {check: evidence.case.policy.level(check, evidence.case.mode) for check in checks}
    required = tuple(check for check, level in levels.items() if level is Level.REQUIRE)
    answered = {finding.check for finding in findings}
    silent = tuple(
        Finding.absent(check, "unanswered", hint="nothing answered for this check, which is not an agreement")
        for check in required
        if check not in answered
    )
    return Verdict(
        policy=evidence.case.policy_sha256,
        subjects=evidence.distributions,
        required=required,
        enforced=tuple(check for check, level in levels.items() if level is Level.ENFORCE),
        findings=(*findings, *silent),
    )


def _missing(check: str, path: str, hint: str) -> Finding:
    return Finding.absent(check, "provenance-missing", path, expected=path, hint=hint)
