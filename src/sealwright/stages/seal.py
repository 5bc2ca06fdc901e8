"""Signs the gate's verdict. It judges nothing itself: it signs exactly the bytes whose digests the gate put out."""

from __future__ import annotations

from sealwright.dossier.store import RELEASE, STATEMENTS
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.model.digest import is_sha256
from sealwright.services.signing import open_signer
from sealwright.services.trust import trust_root
from sealwright.stages.base import Context, Result
from sealwright.stages.workflow_run import expected_of
from sealwright.verify.bundle import Claims, verify_file, verify_statement
from sealwright.verify.evidence import RELEASE_SIGNATURE, SUMMARY_BUNDLE
from sealwright.verify.expected import judge_claims
from sealwright.verify.vsa import PASSED, result_of

SUMMARY = f"{STATEMENTS}/vsa.json"


def run(context: Context) -> Result:
    """Adds evidence/release.json.sigstore.json and evidence/vsa.intoto.jsonl. Checks: `signer`, `environment`."""
    release, summary = _by_output(context, RELEASE, "RELEASE"), _by_output(context, SUMMARY, "VSA")
    payload = context.dossier.read(summary)
    result = result_of(payload, SUMMARY)
    if result != PASSED:
        raise Refused("verdict-not-passed", f"{SUMMARY} says {result}", hint="a failed verdict is not signed")
    root = trust_root(context.endpoints)
    with open_signer(context.endpoints.trust_config, context.environ) as signer:
        signature = signer.sign_file(context.dossier.file(release))
        bundle = signer.sign_statement(payload)
    signed, stated = verify_file(signature, release.sha256, root), verify_statement(bundle, root)
    if stated.payload != payload:
        raise Refused("statement-differs", f"the bundle made for {SUMMARY} is over other bytes")
    context.dossier.add(RELEASE_SIGNATURE, signature)
    context.dossier.add(SUMMARY_BUNDLE, bundle)
    return Result((*_judge(context, signed.claims, RELEASE), *_judge(context, stated.claims, SUMMARY)))


def _by_output(context: Context, path: str, variable: str) -> FileRef:
    """What the gate recorded at `path`, if it is also what the gate put out as a job output."""
    digest = context.environ.get(variable, "")
    ref = context.record("gate").output(path)
    if not is_sha256(digest) or ref is None or ref.sha256 != digest:
        recorded = f"sha256:{ref.sha256}" if ref else "nothing"
        raise Refused(
            "gate-output-differs",
            f"the gate put out {digest or 'nothing'!r} as the digest of {path} and recorded {recorded}",
            hint="only what both agree on is signed; run the gate again",
        )
    return ref


def _judge(context: Context, claims: Claims, path: str) -> tuple[Finding, ...]:
    expected = expected_of(context.environ, this_attempt=True)
    return judge_claims(claims, expected, "signer", path, environment=context.settings.environments.seal)
