"""The verdict on a published release: what anybody can check who has its files, without the records of its jobs.

The checks are the gate's own, wherever they need no record. Two take the records' place: release.json, which lists the
files, and the signed verification summary. Both are the project's own word and are never enough alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sealwright.config import Policy
from sealwright.dossier.store import DIST, EVIDENCE, RELEASE
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, Mode, State, Sums, Verdict
from sealwright.verify import release_json, signatures, vsa
from sealwright.verify.bundle import TrustRoot, VerifiedStatement
from sealwright.verify.evidence import (
    RELEASE_SIGNATURE,
    STATEMENT_SUFFIX,
    SUMMARY_BUNDLE,
    Case,
    Evidence,
    FileContent,
    data_at,
    refs_in,
)
from sealwright.verify.expected import Expected, judge_claims
from sealwright.verify.release import Check, check_github_provenance, check_provenance, check_sbom, weigh
from sealwright.verify.stated import judge_stated, maker_of
from sealwright.verify.statement import VERIFICATION_SUMMARY
from sealwright.verify.taken_wheels import PURE

_LATER = (RELEASE_SIGNATURE, SUMMARY_BUNDLE)
_OWN_WORD = "gate"


def published_case(
    files: Mapping[str, FileContent],
    expected: Expected,
    root: TrustRoot,
    *,
    policy: Policy | None = None,
    policy_sha256: str = "",
    environment: str = "",
    generator: bool = True,
    mode: Mode = Mode.RELEASE,
) -> Case:
    """A case of files alone: `dist/...`, `evidence/...` and `release.json`, laid out as in a dossier.

    Everything else is the asker's: never take `expected`, `policy` or `mode` from the files.
    """
    return Case(
        files=files,
        records={},
        sums=Sums.of(()),
        jobs={},
        expected=expected,
        environment=environment,
        policy=policy or Policy(),
        policy_sha256=policy_sha256,
        root=root,
        index={},
        generator=generator,
        mode=mode,
    )


def judge_published(case: Case) -> Verdict:
    """The verdict on a published release. Never raises for anything the files contain."""
    evidence = examine_published(case)
    found = [finding for check in CHECKS.values() for finding in check(evidence)]
    due = [check for check in CHECKS if check != "provenance" or case.generator]
    return weigh(evidence, found, due)


def examine_published(case: Case) -> Evidence:
    """Every signature that is there, verified."""
    by_others = {**signatures.signatures_by_others(case), **signatures.signatures_by_seal(case)}
    over_files, stated = signatures.signatures_over_files(case), signatures.signatures_published(case)
    return Evidence(case, None, {}, (), over_files, stated, by_others)


def check_listed(evidence: Evidence) -> Iterator[Finding]:
    """The files are exactly those that the signed release.json lists.

    Codes: `release-missing`, `malformed`, `signature-missing` and those of `verify_file`, `file-unclaimed`,
    `file-missing`, `digest-mismatch`.
    """
    data, seal = data_at(evidence.case.files, RELEASE), evidence.provenances[RELEASE_SIGNATURE]
    if data is None:
        yield Finding.absent(
            "files", "release-missing", RELEASE, hint="nothing says which files the release consists of"
        )
        return
    if seal.error is not None:
        yield replace(seal.error, check="files")
        return
    try:
        wanted = release_json.listed(data)
    except Refused as error:
        yield Finding.failed("files", error.code, RELEASE, found=error.message)
        return
    here = {ref.path: ref for folder in (DIST, EVIDENCE) for ref in refs_in(evidence.case.files, folder)}
    due = {path: ref for path, ref in wanted.items() if path.partition("/")[0] in (DIST, EVIDENCE)}
    wrong = [_difference(path, due.get(path), here.get(path)) for path in sorted(due.keys() | here.keys())]
    found = [finding for finding in wrong if finding is not None]
    yield from found
    if not found:
        yield Finding.passed("files", found=f"{len(due)} named, {len(due)} present, 0 unclaimed")


def check_stated(evidence: Evidence) -> Iterator[Finding]:
    """What our own jobs stated is of their kind and about these distributions. Codes: those of `judge_stated`."""
    for signed in evidence.statements:
        what = signed.path.rpartition("/")[2].removesuffix(STATEMENT_SUFFIX)
        # What rebuild stated is about files that were not published.
        if isinstance(signed.verified, VerifiedStatement) and what != "rebuild":
            path = f"statements/{what}.json"
            apart = bool(evidence.case.wheels) or not all(ref.name.endswith(PURE) for ref in evidence.wheels)
            wrong = judge_stated(
                maker_of(what), path, signed.verified.statement, evidence.distributions, (), apart=apart
            )
            yield from wrong or (Finding.passed("statements", signed.path),)


def check_verdict(evidence: Evidence) -> Iterator[Finding]:
    """The gate's own verdict: signed by the same release, PASSED, about these distributions and this evidence.

    Codes: `signature-missing`, those of `verify_statement` and `judge_claims`, `verdict-kind`, `verdict-failed`,
    `verdict-verifier`, `verdict-mode`, `verdict-subjects`, `verdict-inputs`.
    """
    seal = evidence.provenances[SUMMARY_BUNDLE]
    if not isinstance(seal.verified, VerifiedStatement):
        yield from () if seal.error is None else (replace(seal.error, check=_OWN_WORD),)
        return
    for path in _LATER:
        claims = evidence.provenances[path].claims
        if claims is not None:
            judged = judge_claims(claims, evidence.case.expected, _OWN_WORD, path)
            yield from (finding for finding in judged if finding.state is not State.PASS)
    yield from _judge_summary(evidence, seal.verified)


CHECKS: dict[str, Check] = {
    "files": check_listed,
    "signatures": signatures.check_signatures,
    "statements": check_stated,
    "signer": signatures.check_signer,
    "runner": signatures.check_runner,
    "provenance": check_provenance,
    "provenance-github": check_github_provenance,
    "agreement": signatures.check_agreement,
    "sbom": check_sbom,
    _OWN_WORD: check_verdict,
}


def _difference(path: str, wanted: FileRef | None, found: FileRef | None) -> Finding | None:
    if wanted is None:
        if path in _LATER:
            return None
        hint = "it is not part of the release"
        return Finding.failed("files", "file-unclaimed", path, expected="a file that release.json lists", hint=hint)
    if found is None:
        return Finding.absent("files", "file-missing", path, expected=f"sha256:{wanted.sha256}", hint="get all files")
    if found.sha256 == wanted.sha256:
        return None
    hint = "it was changed after the release was signed"
    expected, other = f"sha256:{wanted.sha256}", f"sha256:{found.sha256}"
    return Finding.failed("files", "digest-mismatch", path, expected=expected, found=other, hint=hint)


def _judge_summary(evidence: Evidence, verified: VerifiedStatement) -> Iterator[Finding]:
    summary, files = vsa.read(verified.statement), evidence.case.files
    ours = {ref.name: ref.sha256 for ref in evidence.distributions}
    looked_at = (*refs_in(files, EVIDENCE), *([files[RELEASE].ref] if RELEASE in files else []))
    inputs = {ref.path: ref.sha256 for ref in looked_at if ref.path not in _LATER}
    pairs = (
        ("verdict-kind", VERIFICATION_SUMMARY, verified.statement.predicate_type),
        ("verdict-failed", vsa.PASSED, summary.result),
        ("verdict-verifier", evidence.case.expected.workflow_uri, summary.verifier),
        ("verdict-mode", evidence.case.mode.value, summary.mode),
        ("verdict-subjects", _spell(ours), _spell(verified.statement.subjects)),
        ("verdict-inputs", _spell(inputs), _spell(summary.inputs)),
    )
    wrong = [
        Finding.failed(_OWN_WORD, code, SUMMARY_BUNDLE, expected=expected, found=found or "nothing")
        for code, expected, found in pairs
        if expected != found
    ]
    yield from wrong or [Finding.passed(_OWN_WORD, found=f"{summary.result}, says the project itself ({summary.mode})")]


def _spell(digests: Mapping[str, str]) -> str:
    return ", ".join(f"{name} sha256:{digest}" for name, digest in sorted(digests.items()))
