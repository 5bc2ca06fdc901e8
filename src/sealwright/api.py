"""What other programs may call: the verdicts of `sealwright verify` and `verify-artifact`, about bytes in memory.

Nothing here opens a file, a connection or a clock. docs/api.md has examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealwright.config import Policy
from sealwright.model import FileRef, Finding, Verdict
from sealwright.verify import anybody, artifact
from sealwright.verify.anybody import Answer
from sealwright.verify.artifact import NotVerified, Verified, Wanted
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.evidence import FileContent, Scope
from sealwright.verify.placing import TALK, place_of
from sealwright.verify.question import Question

_CHECK = "artifact"


@dataclass(frozen=True, slots=True)
class ArtifactAnswer:
    """The verdict on artifacts, and what their provenance proves."""

    verdict: Verdict
    verified: Verified | None
    """None where the verdict did not pass."""


def verify_release(
    files: Mapping[str, bytes],
    question: Question,
    root: TrustRoot,
    *,
    scope: Scope = Scope.ASSETS,
    policy: Policy | None = None,
    own_root: bool = False,
    further: Iterable[Finding] = (),
) -> Answer:
    """Judge a release by its files, and by nothing else.

    `files` are by their name on the release page, or by their path in a dossier. `question` is what you expect; without
    its repository nothing passes. `root` is what signatures are held against: the public one's bytes come with
    sigstore, and `TrustRoot.parse` reads them. `own_root` says that you brought another one on purpose: only then can a
    rehearsal pass, as one. `further` are findings of checks of your own, which count like all others.

    `answer.verdict.passed` is the answer; `answer.verdict.findings` are the reasons. Never raises for what is in files.
    """
    placed = {place_of(name): data for name, data in files.items() if name not in TALK}
    contents = {path: FileContent.of(path, data) for path, data in placed.items()}
    return anybody.verify_release(
        contents, question, root, scope=scope, policy=policy, own_root=own_root, further=further
    )


def verify_artifact(
    provenance: bytes, artifacts: Mapping[str, str], wanted: Wanted, root: TrustRoot, *, allow_unlogged: bool = False
) -> ArtifactAnswer:
    """Judge artifacts by SLSA provenance, as slsa-verifier does.

    `artifacts` is file name to sha256 in hexadecimal; all must be covered. The one finding is of the check `artifact`;
    where it fails, its code is slsa-verifier's name of the error, such as `ErrorMismatchHash`. Raises ValueError for
    what is no SHA-256.
    """
    subjects = tuple(FileRef(name, sha256.lower(), 0) for name, sha256 in artifacts.items())
    digests = tuple(subject.sha256 for subject in subjects)
    try:
        verified = artifact.verify_artifact(provenance, digests, wanted, root, allow_unlogged=allow_unlogged)
    except NotVerified as error:
        finding = Finding.failed(_CHECK, error.reason.value, found=error.detail, expected=wanted.source_uri)
        return ArtifactAnswer(_verdict(subjects, finding), None)
    logged = "" if verified.logged else ", without a log entry"
    finding = Finding.passed(_CHECK, found=f"{verified.builder} at commit {verified.commit}{logged}")
    return ArtifactAnswer(_verdict(subjects, finding), verified)


def _verdict(subjects: tuple[FileRef, ...], finding: Finding) -> Verdict:
    return Verdict(policy="", subjects=subjects, required=(_CHECK,), enforced=(), findings=(finding,))
