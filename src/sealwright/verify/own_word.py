"""The gate's own verdict, as whoever has only the files of a release sees it: signed, and the project's own word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sealwright.dossier.store import EVIDENCE, RELEASE
from sealwright.model import Finding, State
from sealwright.verify import vsa
from sealwright.verify.bundle import VerifiedStatement
from sealwright.verify.evidence import RELEASE_SIGNATURE, SUMMARY_BUNDLE, Evidence, Scope, refs_in
from sealwright.verify.expected import canonical, judge_claims
from sealwright.verify.statement import VERIFICATION_SUMMARY

CHECK = "gate"
LATER = (RELEASE_SIGNATURE, SUMMARY_BUNDLE)
"""Evidence that was made after the verdict, and so is neither listed nor looked at in it."""


def check_verdict(evidence: Evidence) -> Iterator[Finding]:
    """The gate's own verdict: signed by the same release, PASSED, about these distributions and this evidence.

    Codes: `signature-missing`, those of `verify_statement` and `judge_claims`, `verdict-kind`, `verdict-failed`,
    `verdict-verifier`, `verdict-mode`, `verdict-subjects`, `verdict-inputs`.
    """
    seal = evidence.provenances[SUMMARY_BUNDLE]
    if not isinstance(seal.verified, VerifiedStatement):
        yield from () if seal.error is None else (replace(seal.error, check=CHECK),)
        return
    for path in LATER:
        claims = evidence.provenances[path].claims
        if claims is not None:
            judged = judge_claims(claims, evidence.case.expected, CHECK, path)
            yield from (finding for finding in judged if finding.state is not State.PASS)
    yield from _judge_summary(evidence, seal.verified)


def _judge_summary(evidence: Evidence, verified: VerifiedStatement) -> Iterator[Finding]:
    summary, files = vsa.read(verified.statement), evidence.case.files
    ours = {ref.name: ref.sha256 for ref in evidence.distributions}
    looked_at = (*refs_in(files, EVIDENCE), *([files[RELEASE].ref] if RELEASE in files else []))
    inputs = {ref.path: ref.sha256 for ref in looked_at if ref.path not in LATER}
    pairs = (
        ("verdict-kind", VERIFICATION_SUMMARY, verified.statement.predicate_type),
        ("verdict-failed", vsa.PASSED, summary.result),
        ("verdict-verifier", canonical(evidence.case.expected.workflow_uri), canonical(summary.verifier)),
        ("verdict-mode", evidence.case.mode.value, summary.mode),
        ("verdict-subjects", *_apart(ours, _of_concern(evidence, verified.statement.subjects, ours))),
        ("verdict-inputs", *_apart(inputs, _of_concern(evidence, summary.inputs, inputs))),
    )
    wrong = [
        Finding.failed(
            CHECK, code, SUMMARY_BUNDLE, expected=expected or "nothing", found=found or "nothing", hint=_HINTS[code]
        )
        for code, expected, found in pairs
        if expected != found
    ]
    yield from wrong or [Finding.passed(CHECK, found=f"{summary.result}, says the project itself ({summary.mode})")]


def _of_concern(evidence: Evidence, said: Mapping[str, str], here: Mapping[str, str]) -> Mapping[str, str]:
    """What is said of the files that are here, where only some of a release's files are to be judged."""
    if evidence.case.scope is not Scope.FILES:
        return said
    return {name: digest for name, digest in said.items() if name in here}


def _apart(here: Mapping[str, str], said: Mapping[str, str]) -> tuple[str, str]:
    """Only what differs, on either side; both are empty where nothing does."""
    names = {name for name in here.keys() | said.keys() if here.get(name) != said.get(name)}
    mine, theirs = ({name: side[name] for name in names if name in side} for side in (here, said))
    return _spell(mine), _spell(theirs)


def _spell(digests: Mapping[str, str]) -> str:
    return ", ".join(f"{name} sha256:{digest}" for name, digest in sorted(digests.items()))


_HINTS = {
    "verdict-kind": "another statement was put in the place of the gate's verdict",
    "verdict-failed": "the project's own gate did not let this release pass; ask the project",
    "verdict-verifier": "the verdict is of another workflow or another tag than the one that signed",
    "verdict-mode": "a rehearsal is no release: it was signed with a trust root of its own and published nowhere",
    "verdict-subjects": "the gate judged other distributions than these",
    "verdict-inputs": "the gate judged other evidence than what is here; get all files of the release again",
}
