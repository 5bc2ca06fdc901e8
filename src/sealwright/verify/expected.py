"""What a certificate must say, and the comparison of a certificate with it.

Expectations come from the plan, the command line or a policy, never from the thing that is judged.
The claims are Fulcio's certificate extensions: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

from sealwright.endpoints import GITHUB_ISSUER, GITHUB_URL
from sealwright.model import Finding, Plan

if TYPE_CHECKING:  # bundle.py costs the import of sigstore, which comparing strings does not need
    from sealwright.verify.bundle import Claims

WORKFLOW = ".github/workflows/release.yml"
ENVIRONMENT = "environment"
"""The check that answers for the deployment environment of every certificate."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One run of one release workflow. Everything but `run_uri` must be given: an empty expectation fits anything."""

    repository: str
    """`owner/name`."""
    commit: str
    ref: str
    """Full, such as `refs/tags/v1.0`."""
    workflow: str = WORKFLOW
    run_uri: str = ""
    """`https://github.com/owner/name/actions/runs/ID/attempts/N`; empty where it is not known, then not checked."""
    trigger: str = "push"
    runner: str = "github-hosted"
    issuer: str = GITHUB_ISSUER
    server_url: str = GITHUB_URL

    def __post_init__(self) -> None:
        empty = [f.name for f in fields(self) if f.name != "run_uri" and not getattr(self, f.name)]
        if empty:
            raise ValueError(f"an empty expectation fits anything: {', '.join(empty)}")

    @classmethod
    def of(cls, plan: Plan, *, run_uri: str = "", server_url: str = GITHUB_URL) -> Expected:
        """What certificates of the planned release must say."""
        return cls(plan.repository, plan.commit, plan.ref, run_uri=run_uri, server_url=server_url)

    @property
    def repository_url(self) -> str:
        """`https://github.com/owner/name`."""
        return f"{self.server_url}/{self.repository}"

    @property
    def workflow_uri(self) -> str:
        """`https://github.com/owner/name/.github/workflows/release.yml@refs/tags/v1.0`."""
        return f"{self.repository_url}/{self.workflow}@{self.ref}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The workflow file whose job asked for the certificate; another one than the run's where that was reusable."""

    uri: str
    """With `@ref`, as in the certificate's subject alternative name."""
    commit: str

    @classmethod
    def own(cls, expected: Expected) -> Signer:
        """The release workflow itself."""
        return cls(expected.workflow_uri, expected.commit)


def judge_claims(
    claims: Claims,
    expected: Expected,
    check: str,
    subject: str,
    *,
    environment: str | None = None,
    signer: Signer | None = None,
) -> tuple[Finding, ...]:
    """Whether a certificate is the one expected, by default one of our own workflow.

    One finding for each disagreement, one pass if there is none. With `environment`, a further finding of the check
    `environment`. Codes: `signer-issuer`, `signer-workflow`, `signer-commit`, `signer-repository`, `signer-ref`,
    `signer-trigger`, `signer-runner`, `signer-run`.
    """
    by = signer or Signer.own(expected)
    pairs = (
        ("signer-workflow", by.uri, claims.san),
        ("signer-workflow", by.uri, claims.build_signer_uri),
        ("signer-commit", by.commit, claims.build_signer_digest),
    )
    wrong = (*disagreements(pairs, check, subject), *judge_run(claims, expected, check, subject))
    answer = wrong or (Finding.passed(check, subject, f"signed by {claims.san}"),)
    return answer if environment is None else (*answer, judge_environment(claims, environment, subject))


def judge_run(claims: Claims, expected: Expected, check: str, subject: str) -> tuple[Finding, ...]:
    """Every disagreement about the run that asked for the certificate, whichever workflow file signed in it."""
    pairs = (
        ("signer-issuer", expected.issuer, claims.issuer),
        ("signer-repository", expected.repository_url, claims.repository),
        ("signer-commit", expected.commit, claims.commit),
        ("signer-ref", expected.ref, claims.ref),
        ("signer-workflow", expected.workflow_uri, claims.build_config_uri),
        ("signer-commit", expected.commit, claims.build_config_digest),
        ("signer-trigger", expected.trigger, claims.trigger),
        ("signer-runner", expected.runner, claims.runner),
        *((("signer-run", expected.run_uri, claims.run_uri),) if expected.run_uri else ()),
    )
    return disagreements(pairs, check, subject)


def disagreements(
    pairs: Iterable[tuple[str, str, str]], check: str, subject: str, hints: Mapping[str, str] = MappingProxyType({})
) -> tuple[Finding, ...]:
    """One failure for each (code, wanted, found) whose addresses or texts differ, each said once."""
    wrong = {
        (code, wanted, found): Finding.failed(
            check, code, subject, expected=wanted, found=found or "nothing", hint=hints.get(code) or _HINTS[code]
        )
        for code, wanted, found in pairs
        if canonical(wanted) != canonical(found)
    }
    return tuple(wrong.values())


def judge_environment(claims: Claims, environment: str, subject: str) -> Finding:
    """Whether the signing job ran in the deployment environment it had to run in.

    Certificates made before Fulcio knew environments say nothing; that is reported as absent, not as agreement.
    """
    if not claims.environment:
        return Finding.absent(
            ENVIRONMENT,
            "environment-unproven",
            subject,
            expected=environment,
            hint="the certificate does not name its deployment environment; approval is not shown by this signature",
        )
    if claims.environment != environment:
        return Finding.failed(
            ENVIRONMENT,
            "environment-mismatch",
            subject,
            expected=environment,
            found=claims.environment,
            hint="it was signed by a job outside the environment whose protection rules guard this signature",
        )
    return Finding.passed(ENVIRONMENT, subject, environment)


def canonical(text: str) -> str:
    """`text` for comparison: scheme, host, owner and name of an address in lower case, as GitHub ignores their case."""
    head, separator, tail = text.partition("://")
    if not separator:
        return text
    parts = tail.split("/", 3)
    return "/".join([head.lower() + ":/", *(part.lower() for part in parts[:3]), *parts[3:]])


_HINTS = {
    "signer-issuer": "only identities of GitHub Actions can have signed a release",
    "signer-workflow": "another workflow file signed this; it is not evidence about this release",
    "signer-commit": "the workflow that signed this was not at the expected commit; the tag may have been moved",
    "signer-repository": "it was signed in another repository, a fork perhaps",
    "signer-ref": "it was signed for another tag or branch; evidence of another release may have been copied here",
    "signer-trigger": "a release starts by a tag push and in no other way",
    "signer-runner": "self-hosted runners keep state between jobs and are not accepted",
    "signer-run": "it is from another run of the workflow; all evidence of a release comes from one run",
}
