"""The verdict for somebody who has a release's files, a trust root, and a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealwright.config import Policy
from sealwright.model import Finding, Mode, Verdict
from sealwright.verify.bundle import Claims, TrustRoot
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, FileContent, refs_in
from sealwright.verify.published import judge_published, published_case, stated_mode
from sealwright.verify.question import Question, first_claims, judge_question

GENERATOR = "generator"
"""The check that says whether slsa-github-generator's provenance is there beside GitHub's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, and whose release it is about as far as its certificates say."""

    verdict: Verdict
    claims: Claims | None
    """Of one certificate that holds; all others were compared with it. None where none holds."""
    mode: Mode
    """A rehearsal is only ever judged as one with the trust root of that rehearsal."""


def verify_release(
    files: Mapping[str, FileContent],
    question: Question,
    root: TrustRoot,
    *,
    policy: Policy | None = None,
    policy_sha256: str = "",
    own_root: bool = False,
    further: Iterable[Finding] = (),
) -> Answer:
    """Judge a release by its files, laid out as in a dossier: `dist/...`, `evidence/...`, `release.json`.

    Nothing is taken from the files but what their certificates prove. `own_root` says that the asker brought `root`;
    only then can a rehearsal pass, as one. `further` are findings of checks that need more than the files. Never raises
    for anything that the files contain.
    """
    claims = first_claims(files, root)
    mode = stated_mode(files, root) if own_root else Mode.RELEASE
    # Of the two that make provenance, a project may do without the generator; its signed list of files tells if
    # somebody took that away.
    generator = GENERATOR_BUNDLE in files or GITHUB_BUNDLE not in files
    case = published_case(
        files,
        question.expected(claims),
        root,
        policy=policy,
        policy_sha256=policy_sha256,
        environment=question.environment,
        generator=generator,
        mode=mode,
    )
    asked = judge_question(question, claims, refs_in(files, "dist"))
    without = () if generator else (Finding.skipped(GENERATOR, "not made; GitHub's provenance is judged instead"),)
    return Answer(judge_published(case, (*asked, *without, *further)), claims, mode)
