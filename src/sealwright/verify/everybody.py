"""The checks that need no record, and the weighing: the same for the gate and for whoever has only the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sealwright.dossier.store import SBOM_SUFFIX
from sealwright.errors import Refused
from sealwright.model import Finding, Level, Verdict
from sealwright.verify.closure import parse_pylock
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, PYLOCK, Case, Evidence, Maker, data_at
from sealwright.verify.made import judge_made
from sealwright.verify.sbom import judge_sbom
from sealwright.verify.taken_wheels import judge_taken

Check = Callable[[Evidence], Iterable[Finding]]


def check_wheels(evidence: Evidence) -> Iterator[Finding]:
    """A project that builds its wheels itself has wheels, for platforms that an index takes. Codes: `judge_taken`'s.

    Of any other project nothing is asked.
    """
    case = evidence.case
    if case.wheels:
        yield from judge_taken((ref.name for ref in evidence.wheels), case.wheels, case.mode)


def check_provenance(evidence: Evidence) -> Iterator[Finding]:
    """The generator's provenance covers exactly the distributions. Code: `provenance-missing` and `judge_generator`'s.

    A project may do without the generator; then this check is not among the required ones.
    """
    case = evidence.case
    if case.made_by(Maker.GENERATOR):
        yield from judge_made(evidence, Maker.GENERATOR)
    elif case.generator:
        yield _missing("provenance", GENERATOR_BUNDLE)


def check_github_provenance(evidence: Evidence) -> Iterator[Finding]:
    """GitHub's own attestation covers exactly the distributions. Code: `provenance-missing` and `judge_github`'s."""
    if evidence.case.made_by(Maker.GITHUB):
        yield from judge_made(evidence, Maker.GITHUB)
    else:
        yield _missing("provenance-github", GITHUB_BUNDLE)


def check_sbom(evidence: Evidence) -> Iterator[Finding]:
    """Each wheel has an SBOM that binds to it and lists its closure. Codes: `sbom-missing`, and `judge_sbom`'s.

    Silent in a rehearsal that has no wheel to describe, which the check `wheels` says.
    """
    if evidence.unrehearsed:
        return
    lock = data_at(evidence.case.files, PYLOCK)
    if lock is None:
        hint = "without it nobody knows what an SBOM must list; the job examine writes it"
        yield Finding.absent("sbom", "closure-missing", PYLOCK, expected=PYLOCK, hint=hint)
        return
    try:
        closure = parse_pylock(lock, PYLOCK)
    except Refused as error:
        yield Finding.failed("sbom", error.code, PYLOCK, found=error.message, hint=error.hint)
        return
    if not evidence.wheels:
        yield Finding.absent("sbom", "wheel-missing", "dist", expected="a wheel", hint="an SBOM describes a wheel")
    for wheel in evidence.wheels:
        path = f"evidence/{wheel.name}{SBOM_SUFFIX}"
        data = data_at(evidence.case.files, path)
        if data is None:
            hint = "a release by Sealwright has one for each wheel, from its job examine"
            yield Finding.absent("sbom", "sbom-missing", wheel.name, expected=path, hint=hint)
        else:
            yield from judge_sbom(data, wheel, closure, path)


def weigh(evidence: Evidence, found: Iterable[Finding], due: Iterable[str]) -> Verdict:
    """Findings by the policy, those of the checks `due` and of any other; a required check that is silent is absent."""
    findings = tuple(dict.fromkeys(found))
    checks = dict.fromkeys([*due, *(finding.check for finding in findings)])
    levels = {check: _level(evidence.case, check) for check in checks}
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


def _level(case: Case, check: str) -> Level:
    level = case.policy.level(check, case.mode)
    if check not in case.lenient or check in case.policy.checks:
        return level
    return min(level, Level.ENFORCE, key=lambda item: item.weight)


def _missing(check: str, path: str) -> Finding:
    hint = "a release by Sealwright has it, from its job attest; get all of its files"
    return Finding.absent(check, "provenance-missing", path, expected=path, hint=hint)
