"""Provenance by others, one bundle or several: each judged as its maker's, all together about every distribution."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import assert_never

from sealwright.model import FileRef, Finding
from sealwright.verify import github_provenance, slsa
from sealwright.verify.bundle import VerifiedStatement
from sealwright.verify.evidence import MAKERS, Evidence, FileContent, Maker, Scope, data_at, refs_in
from sealwright.verify.provenance import at
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, SLSA_PROVENANCE_V1

_SUFFIX = ".jsonl"
EXTRA = "subject-extra"
"""The code for evidence about a file that is not here."""


def makers_in(files: Mapping[str, FileContent]) -> dict[str, Maker]:
    """Whose provenance the bundles of a release claim to be, by path: ours by their names, others by what they say.

    Only decides who is asked about a bundle; nothing is believed before its signature and its signer were judged.
    """
    found = dict(MAKERS)
    for ref in refs_in(files, "evidence"):
        if ref.path not in MAKERS and ref.name.endswith(_SUFFIX):
            maker = _claimed(data_at(files, ref.path) or b"")
            found |= {ref.path: maker} if maker else {}
    return found


def judge_made(evidence: Evidence, maker: Maker) -> Iterator[Finding]:
    """Whether the bundles of `maker` vouch for every distribution, and are right about each.

    Findings of the maker's own check. A single bundle must cover all distributions, several must do so together.
    Codes: those of `judge_generator` or `judge_github`.
    """
    paths = evidence.case.made_by(maker)
    found = [finding for path in paths for finding in _judge(evidence, maker, path, alone=len(paths) == 1)]
    if evidence.case.scope is Scope.FILES:
        found = [finding for finding in found if finding.code != EXTRA]
    yield from found
    if len(paths) > 1:
        yield from _uncovered(evidence, found, maker)


def _judge(evidence: Evidence, maker: Maker, path: str, *, alone: bool) -> tuple[Finding, ...]:
    case, verified = evidence.case, evidence.provenances[path].verified
    if not isinstance(verified, VerifiedStatement):
        return _refused(evidence, maker, path)
    subjects = evidence.distributions if alone else _named(verified, evidence.distributions)
    match maker:
        case Maker.GENERATOR:
            return slsa.judge_generated(verified, subjects, case.expected, where=path)
        case Maker.GITHUB:
            environment = case.environment or None
            return github_provenance.judge_attested(
                verified, subjects, case.expected, environment=environment, where=path
            )
        case _:
            assert_never(maker)


def _refused(evidence: Evidence, maker: Maker, path: str) -> tuple[Finding, ...]:
    """Why a bundle does not hold, in the words that suit its maker."""
    case = evidence.case
    judge = slsa.judge_generator if maker is Maker.GENERATOR else github_provenance.judge_github
    return judge(data_at(case.files, path) or b"", evidence.distributions, case.expected, case.root, where=path)


def _named(verified: VerifiedStatement, distributions: tuple[FileRef, ...]) -> tuple[FileRef, ...]:
    subjects = verified.statement.subjects
    digests = set(subjects.values())
    # A bundle about none of them is held against all, which says what is missing.
    return tuple(r for r in distributions if r.name in subjects or r.sha256 in digests) or distributions


def _uncovered(evidence: Evidence, found: list[Finding], maker: Maker) -> Iterator[Finding]:
    check = slsa.CHECK if maker is Maker.GENERATOR else github_provenance.CHECK
    about = {finding.subject for finding in found if finding.check == check}
    for ref in evidence.distributions:
        if ref.name not in about:
            hint = "none of the bundles is about this file"
            expected = f"sha256:{ref.sha256}"
            yield Finding.failed(check, "subject-missing", ref.name, expected=expected, found="nothing", hint=hint)


def _claimed(bundle: bytes) -> Maker | None:
    try:
        document = json.loads(bundle)
        payload = at(document, "dsseEnvelope", "payload") or at(document, "payload")
        statement = json.loads(base64.b64decode(payload, validate=True))
    except (ValueError, TypeError, RecursionError):
        return None  # said where its signature is judged
    match at(statement, "predicateType"), at(statement, "predicate", "buildDefinition", "buildType"):
        case str(kind), _ if kind == SLSA_PROVENANCE_V0_2:
            return Maker.GENERATOR
        case str(kind), str(build) if kind == SLSA_PROVENANCE_V1 and build == github_provenance.BUILD_TYPE:
            return Maker.GITHUB
    return None
