"""The verdict for somebody who has a release's files, a trust root, and a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sealwright.config import Policy
from sealwright.dossier.store import PUBLISHED
from sealwright.model import Finding, Mode, Verdict
from sealwright.verify.bundle import Claims, TrustRoot
from sealwright.verify.evidence import Evidence, FileContent, Scope, Signed
from sealwright.verify.published import answer_checks, examine_published, published_case, stated_mode, weigh_answers
from sealwright.verify.question import Question, chosen, judge_question
from sealwright.verify.vouched import judge_vouched

if TYPE_CHECKING:
    from sealwright.verify.pep740 import Opened

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
    signed: tuple[Signed, ...] = ()
    """Every bundle that is there, verified or not."""


def verify_release(
    files: Mapping[str, FileContent],
    question: Question,
    root: TrustRoot,
    *,
    scope: Scope = Scope.ASSETS,
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
    return judge_examined_release(
        examine_release(files, question, root, scope=scope, policy=policy, policy_sha256=policy_sha256),
        question,
        own_root=own_root,
        further=further,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A release with all of its signatures verified, each once, and nothing judged yet."""

    evidence: Evidence
    """Its expectations are those that follow from the question and `claims`."""
    answers: Mapping[str, Opened]
    """What the index said, by path."""
    claims: Claims | None


def examine_release(
    files: Mapping[str, FileContent],
    question: Question,
    root: TrustRoot,
    *,
    scope: Scope = Scope.ASSETS,
    policy: Policy | None = None,
    policy_sha256: str = "",
) -> Examined:
    """Verify the signatures, and find out which commit it claims to be of: what needs more than files goes by that."""
    case = published_case(
        files,
        question.expected(None),
        root,
        policy=policy,
        policy_sha256=policy_sha256,
        environment=question.environment,
        scope=scope,
        accept=question.accept,
    )
    evidence, answers = examine_published(case), _answers(files, root)
    if answers:
        from sealwright.verify.index_evidence import signed_answers  # noqa: PLC0415 - as in `_answers`

        evidence = replace(evidence, provenances={**evidence.provenances, **signed_answers(answers)})
    claims = chosen(question, (signed.claims for signed in evidence.signed if signed.claims is not None))
    expecting = replace(case, expected=question.expected(claims))
    return Examined(replace(evidence, case=expecting), answers, claims)


def judge_examined_release(
    examined: Examined, question: Question, *, own_root: bool = False, further: Iterable[Finding] = ()
) -> Answer:
    """`verify_release` for what was examined already."""
    mode = stated_mode(examined.evidence) if own_root else Mode.RELEASE
    evidence = replace(examined.evidence, case=replace(examined.evidence.case, mode=mode))
    found = [
        *judge_question(question, examined.claims, evidence.distributions),
        *answer_checks(evidence),
        *_judge_answers(evidence, examined.answers, question),
    ]
    found += judge_vouched(evidence.distributions, found, question.accept)
    if not evidence.case.generator:
        found.append(Finding.skipped(GENERATOR, "not made; GitHub's provenance is judged instead"))
    return Answer(weigh_answers(evidence, [*found, *further]), examined.claims, mode, evidence.signed)


def _judge_answers(evidence: Evidence, answers: Mapping[str, Opened], question: Question) -> Iterator[Finding]:
    if answers:
        from sealwright.verify.index_evidence import judge_answers  # noqa: PLC0415 - as in `_answers`

        signed_elsewhere = any(signed.verified is not None for signed in evidence.signatures)
        environment = question.index_environment or ("" if signed_elsewhere else question.environment)
        yield from judge_answers(evidence, answers, environment)


def _answers(files: Mapping[str, FileContent], root: TrustRoot) -> Mapping[str, Opened]:
    if not any(path.startswith(f"{PUBLISHED}/") for path in files):
        return {}
    # pypi-attestations costs a third of a second, which most who verify a folder do not need.
    from sealwright.verify.index_evidence import open_answers  # noqa: PLC0415

    return open_answers(files, root)
