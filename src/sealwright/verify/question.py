"""What somebody asks about a release that others made, and what follows from its certificates.

The asker names the repository; nothing in the release can. Tag, commit and run are not known to most askers: they are
taken from one verified certificate of that repository's release workflow, and everything else must then agree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.version import Version

from sealwright.endpoints import GITHUB_URL
from sealwright.model import FileRef, Finding
from sealwright.project.versions import normal_version, version_in_tag, version_of
from sealwright.verify.claims import Claims
from sealwright.verify.evidence import Accept
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
    """The deployment environment that the signing jobs must run in. Where the index alone has attestations, that of the
    publishing job."""
    index_environment: str = ""
    """The deployment environment of the publishing job, where it is another one."""
    trigger: str = "push"
    """The event that must have started the workflow."""
    accept: Accept = Accept.RELEASE
    """What is enough."""

    def expected(self, claims: Claims | None) -> Expected:
        """What all certificates must say, given those that one of them proves."""
        found = claims or Claims("")
        return Expected(
            self.repository or owner_and_name(found),
            found.commit or "0" * 40,
            f"{_TAGS}{self.tag}" if self.tag else found.ref or "none",
            self.workflow,
            trigger=self.trigger,
        )


def chosen(question: Question, certificates: Iterable[Claims]) -> Claims | None:
    """The certificate that the others are compared with: the first of the repository and tag asked about, else any.

    Where several disagree nothing passes, whichever is chosen; this decides what is said to be the odd one out.
    """
    found = list(certificates)
    fitting = [c for c in found if not _repository_differs(question, c)]
    tagged = [c for c in fitting if question.tag and c.ref == f"{_TAGS}{question.tag}"]
    return next(iter((*tagged, *fitting, *found)), None)


def owner_and_name(claims: Claims) -> str:
    """The repository that a certificate names; nobody's where it names none."""
    return claims.repository.removeprefix(f"{GITHUB_URL}/") or _NOBODY


def judge_question(question: Question, claims: Claims | None, distributions: tuple[FileRef, ...]) -> Iterator[Finding]:
    """Whether it is the release that was asked about.

    Codes: `repository-not-named`, `release-unsigned`, `repository-mismatch`, `tag-mismatch`, `tag-missing`,
    `version-mismatch`.
    """
    if claims is None:
        hint = "see `signatures`; evidence of a rehearsal holds only with its own `--trust-config`"
        yield Finding.absent(CHECK, "release-unsigned", expected="one certificate that holds", hint=hint)
        return
    wrong = [*_repository(question, claims), *_tag(question, claims), *_versions(question, claims, distributions)]
    yield from wrong
    if not wrong:
        tag = claims.ref.removeprefix(_TAGS)
        made_of = f"tag {tag}" if tag != claims.ref else claims.ref
        yield Finding.passed(CHECK, found=f"{owner_and_name(claims)}, {made_of} at {claims.commit[:7]}")


def _repository_differs(question: Question, claims: Claims) -> bool:
    return canonical(f"{GITHUB_URL}/{question.repository}") != canonical(claims.repository)


def _repository(question: Question, claims: Claims) -> Iterator[Finding]:
    claimed = owner_and_name(claims)
    if not question.repository:
        yield Finding.absent(
            CHECK,
            "repository-not-named",
            expected="the repository whose release you expect",
            hint=f"it claims to be of {claimed}; if that is whose release you want, add `--repo {claimed}`",
        )
    elif _repository_differs(question, claims):
        hint = "somebody else's release; do not use it as this one"
        yield Finding.failed(CHECK, "repository-mismatch", expected=question.repository, found=claimed, hint=hint)


def _tag(question: Question, claims: Claims) -> Iterator[Finding]:
    if not claims.ref.startswith(_TAGS):
        if question.accept is not Accept.RELEASE and not question.tag:
            return  # others release from branches; the answer says from which
        hint = f"a release is made of a tag; this was signed for {claims.ref or 'nothing'}"
        yield Finding.absent(CHECK, "tag-missing", expected="refs/tags/...", hint=hint)
    elif question.tag and claims.ref != f"{_TAGS}{question.tag}":
        hint = "it is the release of another tag"
        found = claims.ref.removeprefix(_TAGS)
        yield Finding.failed(CHECK, "tag-mismatch", expected=question.tag, found=found, hint=hint)


def _versions(question: Question, claims: Claims, distributions: tuple[FileRef, ...]) -> Iterator[Finding]:
    tag = claims.ref.removeprefix(_TAGS)
    named = version_in_tag(tag) if claims.ref.startswith(_TAGS) else None
    wanted = Version(question.version) if normal_version(question.version) else None
    for ref in distributions:
        found = version_of(ref.name)
        if question.version and (wanted is None or found != wanted):
            expected, hint = question.version, "it is another version than the one you asked about"
        elif named is not None and found != named:
            expected = f"{named}, which the tag {tag} names"
            hint = "a file of another version was put beside this release's evidence"
        else:
            continue
        said = str(found) if found else "a name without a version"
        yield Finding.failed(CHECK, "version-mismatch", ref.name, expected=expected, found=said, hint=hint)
