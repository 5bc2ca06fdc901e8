"""Signs what the release consists of, and what earlier jobs stated about it.

The only stage before the gate with an identity; it runs no project code and opens no archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import EVIDENCE, REBUILT, SBOM_SUFFIX, STATEMENTS
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, State
from sealwright.services.signing import Signer, open_signer
from sealwright.services.trust import trust_root
from sealwright.stages.base import Context, Result
from sealwright.stages.workflow_run import expected_of
from sealwright.verify.bundle import TrustRoot, Verified, verify_file, verify_statement
from sealwright.verify.evidence import GITHUB_BUNDLE, SIGNATURE_SUFFIX, STATEMENT_SUFFIX
from sealwright.verify.expected import Expected, judge_claims
from sealwright.verify.github_provenance import judge_github
from sealwright.verify.stated import judge_stated
from sealwright.verify.statement import parse

BUNDLE_VARIABLE = "GITHUB_BUNDLE"


@dataclass(frozen=True)
class Attestation:
    """One signer, and what its certificate must say: everything is signed by one key and verified at once."""

    context: Context
    signer: Signer
    expected: Expected
    environment: str
    root: TrustRoot

    def file(self, ref: FileRef) -> tuple[Finding, ...]:
        """Sign a file. Adds evidence/<name>.sigstore.json."""
        bundle = self.signer.sign_file(self.context.dossier.file(ref))
        return self._keep(f"{ref.name}{SIGNATURE_SUFFIX}", bundle, ref, verify_file(bundle, ref.sha256, self.root))

    def statement(self, ref: FileRef, payload: bytes) -> tuple[Finding, ...]:
        """Sign a statement as it is. Adds evidence/<what>.intoto.jsonl. Raises Refused (`statement-differs`)."""
        bundle = self.signer.sign_statement(payload)
        verified = verify_statement(bundle, self.root)
        if verified.payload != payload:
            raise Refused("statement-differs", f"the bundle made for {ref.path} is over other bytes")
        return self._keep(f"{ref.name.removesuffix('.json')}{STATEMENT_SUFFIX}", bundle, ref, verified)

    def _keep(self, name: str, bundle: bytes, ref: FileRef, verified: Verified) -> tuple[Finding, ...]:
        self.context.dossier.add(f"{EVIDENCE}/{name}", bundle)
        judged = judge_claims(verified.claims, self.expected, "signer", ref.path, environment=self.environment)
        return (Finding.passed("signatures", ref.path, "signed and verified again"), *judged)


def run(context: Context) -> Result:
    """Adds evidence/*.sigstore.json, evidence/<what>.intoto.jsonl and evidence/github.intoto.jsonl.

    Checks: `signatures`, `signer`, `environment`, `statements`, `provenance-github`. Nothing is signed unless
    everything may be: public logs are permanent.
    """
    statements = tuple((job, ref, context.dossier.read(ref)) for job, ref in _statements(context))
    refused = tuple(finding for job, ref, data in statements for finding in _judge(context, job, ref, data))
    if refused:
        return Result(refused)
    expected, root = expected_of(context.environ, this_attempt=True), trust_root(context.endpoints)
    environment = context.settings.environments.sign
    findings = list(_take_in(context, expected, environment, root))
    if _failed(findings):
        return Result(tuple(findings))
    with open_signer(context.endpoints.trust_config, context.environ) as signer:
        attestation = Attestation(context, signer, expected, environment, root)
        for ref in (*context.distributions(), *_sboms(context)):
            findings += attestation.file(ref)
        for _, ref, data in statements:
            findings += attestation.statement(ref, data)
    return Result(tuple(findings))


def _sboms(context: Context) -> tuple[FileRef, ...]:
    made = context.record("examine").outputs_in(EVIDENCE)
    return tuple(ref for ref in made if ref.name.endswith(SBOM_SUFFIX))


def _statements(context: Context) -> Iterator[tuple[str, FileRef]]:
    for job, record in sorted(context.records.items()):
        for ref in record.outputs_in(STATEMENTS):
            yield job, ref


def _judge(context: Context, job: str, ref: FileRef, data: bytes) -> tuple[Finding, ...]:
    rebuilt = context.record("rebuild").outputs_in(REBUILT)
    apart = context.settings.wheels is not None
    return judge_stated(job, ref.path, parse(data, ref.path), context.distributions(), rebuilt, apart=apart)


def _failed(findings: Iterable[Finding]) -> bool:
    return any(finding.state is State.FAIL for finding in findings)


def _take_in(context: Context, expected: Expected, environment: str, root: TrustRoot) -> tuple[Finding, ...]:
    """Judge what actions/attest made in an earlier step of this job, and keep it if it is right."""
    path = context.environ.get(BUNDLE_VARIABLE, "")
    if not path or not Path(path).is_file():
        raise Refused(
            "github-bundle-missing",
            f"{BUNDLE_VARIABLE} names no file: {path!r}",
            hint="the step that runs actions/attest must come first and must have succeeded",
        )
    data = Path(path).read_bytes()
    judged = judge_github(
        data, context.distributions(), expected, root, environment=environment, where="actions/attest's bundle"
    )
    if not _failed(judged):
        context.dossier.add(GITHUB_BUNDLE, data)
    return judged
