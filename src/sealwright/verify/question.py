"""What somebody asks about a release that others made, and what follows from its certificates.

The asker names the repository; nothing in the release can. Tag, commit and run are not known to most askers: they are
taken from one verified certificate of that repository's release workflow, and everything else must then agree with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.endpoints import GITHUB_URL
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.project.versions import normal_version, version_in_tag, version_of
from sealwright.verify.bundle import Claims, TrustRoot, verify_file, verify_statement
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, SIGNATURE_SUFFIX, FileContent, data_at, refs_in
from sealwright.verify.expected import WORKFLOW, Expected, canonical

CHECK = "release"
_TAGS = "refs/tags/"
_NOBODY = "nobody/nothing"
"""An expectation that no certificate meets, for a release without any that holds."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the asker knows. Empty is unknown."""

    repository: str = ""
    """`owner/name` on GitHub. Without it nothing passes: it is the one thing that nobody else can say."""
    tag: str = ""
    version: str = ""
    workflow: str = WORKFLOW
    """Path of the workflow file that may release."""
    environment: str = ""
    """The deployment environment that signing jobs must run in."""

    def expected(self, claims: Claims | None) -> Expected:
        """What all certificates must say, given those that one of them proves."""
        if claims is None:
            return Expected(self.repository or _NOBODY, "0" * 40, f"{_TAGS}{self.tag or '0'}", self.workflow)
        ref = f"{_TAGS}{self.tag}" if self.tag else claims.ref
        return Expected(
            self.repository or owner_and_name(claims), claims.commit or "0" * 40, ref or "none", self.workflow
        )


def first_claims(files: Mapping[str, FileContent], root: TrustRoot) -> Claims | None:
    """Of the first bundle that holds: over a distribution, else GitHub's provenance, else the generator's."""
    for ref in refs_in(files, "dist"):
        bundle = data_at(files, f"evidence/{ref.name}{SIGNATURE_SUFFIX}")
        if bundle is not None and (claims := _claims_over(bundle, ref, root)) is not None:
            return claims
    for path in (GITHUB_BUNDLE, GENERATOR_BUNDLE):
        bundle = data_at(files, path)
        if bundle is not None and (claims := _claims_over(bundle, None, root)) is not None:
            return claims
    return None


def owner_and_name(claims: Claims) -> str:
    """The repository that a certificate names."""
    return claims.repository.removeprefix(f"{GITHUB_URL}/") or _NOBODY


def judge_question(
    question: Question, claims: Claims | None, distributions: tuple[FileRef, ...], *, tagged: bool = True
) -> Iterator[Finding]:
    """Whether it is the release that was asked about. `tagged` says that it must have been made of a tag.

    Codes: `repository-not-named`, `release-unsigned`, `repository-mismatch`, `tag-mismatch`, `tag-missing`,
    `version-mismatch`.
    """
    if claims is None:
        hint = "nothing that was signed could be verified; see `signatures`"
        yield Finding.absent(CHECK, "release-unsigned", expected="one certificate that holds", hint=hint)
        return
    tag_wrong = _tag(question, claims) if tagged else ()
    wrong = [*_repository(question, claims), *tag_wrong, *_versions(question, claims, distributions)]
    yield from wrong
    if not wrong:
        of = f"tag {claims.ref.removeprefix(_TAGS)}" if claims.ref.startswith(_TAGS) else claims.ref or "no ref"
        yield Finding.passed(CHECK, found=f"{owner_and_name(claims)}, {of} at {claims.commit[:7]}")


def _repository(question: Question, claims: Claims) -> Iterator[Finding]:
    claimed = owner_and_name(claims)
    if not question.repository:
        yield Finding.absent(
            CHECK,
            "repository-not-named",
            expected="the repository whose release you expect",
            hint=f"it claims to be of {claimed}; if that is whose release you want, add `--repo {claimed}`",
        )
    elif canonical(f"{GITHUB_URL}/{question.repository}") != canonical(claims.repository):
        hint = "somebody else's release; do not use it as this one"
        yield Finding.failed(CHECK, "repository-mismatch", expected=question.repository, found=claimed, hint=hint)


def _tag(question: Question, claims: Claims) -> Iterator[Finding]:
    if not claims.ref.startswith(_TAGS):
        hint = "a release is made of a tag; this was signed for something else"
        yield Finding.failed(CHECK, "tag-missing", expected="refs/tags/...", found=claims.ref or "nothing", hint=hint)
    elif question.tag and claims.ref != f"{_TAGS}{question.tag}":
        hint = "it is the release of another tag"
        found = claims.ref.removeprefix(_TAGS)
        yield Finding.failed(CHECK, "tag-mismatch", expected=question.tag, found=found, hint=hint)


def _versions(question: Question, claims: Claims, distributions: tuple[FileRef, ...]) -> Iterator[Finding]:
    tag = claims.ref.removeprefix(_TAGS)
    named = version_in_tag(tag) if claims.ref.startswith(_TAGS) else None
    wanted = normal_version(question.version) or question.version
    for ref in distributions:
        found = version_of(ref.name)
        if question.version and str(found) != wanted:
            expected, hint = question.version, "it is another version than the one you asked about"
        elif named is not None and found != named:
            expected = f"{named}, which the tag {tag} names"
            hint = "a file of another version was put beside this release's evidence"
        else:
            continue
        said = str(found) if found else "a name without a version"
        yield Finding.failed(CHECK, "version-mismatch", ref.name, expected=expected, found=said, hint=hint)


def _claims_over(bundle: bytes, ref: FileRef | None, root: TrustRoot) -> Claims | None:
    try:
        verified = verify_statement(bundle, root) if ref is None else verify_file(bundle, ref.sha256, root)
    except Refused:
        return None  # said where signatures are judged
    return verified.claims
