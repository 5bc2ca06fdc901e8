"""The verdict on a package as an index has it: distributions, and what the index publishes about who uploaded them.

An index has no SBOM, no provenance of the build and no verdict, so nothing is said about those. What its attestations
show is which workflow of which repository, at which commit, handed over these very bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sealwright.config import Policy
from sealwright.model import FileRef, Finding, Mode, Verdict
from sealwright.verify import pep740
from sealwright.verify.anybody import Answer
from sealwright.verify.bundle import Claims, TrustRoot
from sealwright.verify.evidence import Evidence, FileContent, data_at, refs_in
from sealwright.verify.published import published_case
from sealwright.verify.question import CHECK as RELEASE
from sealwright.verify.question import Question, judge_question, owner_and_name
from sealwright.verify.release import weigh
from sealwright.verify.served import FILES, provenance_path, unattested

EVIDENCE = "evidence"
"""The check that says what a package on an index cannot show."""
_DUE = (RELEASE, FILES, pep740.CHECK)


def verify_indexed(
    files: Mapping[str, FileContent],
    question: Question,
    root: TrustRoot,
    *,
    policy: Policy | None = None,
    policy_sha256: str = "",
    further: Iterable[Finding] = (),
) -> Answer:
    """Judge what an index serves of one version: `dist/NAME`, and `published/NAME.provenance.json` where it has that.

    `further` are the findings of whoever asked the index, of the check `index-files`. Never raises for anything that
    the files contain. Codes: those of `judge_question` and `verify_provenance`, `provenance-missing`,
    `evidence-not-on-index`.
    """
    distributions = refs_in(files, "dist")
    claims = attested_claims(files, root)
    found = [
        *further,
        *judge_question(question, claims, distributions, tagged=bool(question.tag)),
        *_provenances(files, question, claims, root),
        _beyond(claims),
    ]
    case = published_case(files, question.expected(claims), root, policy=policy, policy_sha256=policy_sha256)
    return Answer(weigh(Evidence(case, None, {}, (), (), (), {}), found, _DUE), claims, Mode.RELEASE)


def unjudged(findings: tuple[Finding, ...], policy_sha256: str = "") -> Answer:
    """The answer where not all of a release could be had: nothing is judged of a part, and what is missing blocks."""
    checks = tuple(dict.fromkeys(finding.check for finding in findings))
    return Answer(Verdict(policy_sha256, (), checks, (), findings), None, Mode.RELEASE)


def attested_claims(files: Mapping[str, FileContent], root: TrustRoot) -> Claims | None:
    """Of the first attestation that holds, of any distribution; None where none does."""
    for ref in refs_in(files, "dist"):
        provenance = data_at(files, provenance_path(ref.name)) or b""
        for attestation in pep740.holding(provenance, ref.name, ref.sha256, root):
            return attestation.claims
    return None


def workflow_of(claims: Claims) -> str:
    """The path of the workflow file that a certificate names."""
    return claims.build_config_uri.removeprefix(f"{claims.repository}/").partition("@")[0]


def judge_publisher(
    provenance: bytes, ref: FileRef, root: TrustRoot, question: Question, claims: Claims | None
) -> tuple[Finding, ...]:
    """Whether the index's provenance of a distribution names the publisher in question, at the commit of `claims`."""
    repository = question.repository or (owner_and_name(claims) if claims else "")
    workflow = question.workflow.rpartition("/")[2]
    if repository.count("/") != 1 or not workflow:
        hint = "no attestation of it holds under this trust root, and nobody said whose it should be"
        return (Finding.absent(pep740.CHECK, "publisher-unknown", ref.name, hint=hint),)
    tag = f"refs/tags/{question.tag}" if question.tag else ""
    expected = pep740.ExpectedPublisher(
        repository,
        workflow,
        question.environment or None,
        commit=claims.commit if claims else "",
        ref=tag or (claims.ref if claims else ""),
    )
    return pep740.verify_provenance(provenance, ref.name, ref.sha256, root, expected)


def _provenances(
    files: Mapping[str, FileContent], question: Question, claims: Claims | None, root: TrustRoot
) -> Iterator[Finding]:
    for ref in refs_in(files, "dist"):
        provenance = data_at(files, provenance_path(ref.name))
        if provenance is None:
            yield unattested(ref.name)
        else:
            yield from judge_publisher(provenance, ref, root, question, claims)


def _beyond(claims: Claims | None) -> Finding:
    tag = claims.ref.removeprefix("refs/tags/") if claims and claims.ref.startswith("refs/tags/") else "TAG"
    where = f"github:{owner_and_name(claims)}@{tag}" if claims else "github:OWNER/REPO@TAG"
    return Finding.absent(
        EVIDENCE,
        "evidence-not-on-index",
        expected="SBOM, provenance of the build, a signed verdict",
        hint=f"an index keeps none of them; if the project publishes them, `sealwright verify {where}` judges them",
    )
