"""The gate's answer as a SLSA Verification Summary: unsigned here, signed by the job seal.

https://slsa.dev/spec/v1.1/verification_summary
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sealwright import __version__
from sealwright.errors import Refused
from sealwright.model import FileRef, Plan, State, Verdict
from sealwright.verify.evidence import Evidence
from sealwright.verify.provenance import at
from sealwright.verify.statement import VERIFICATION_SUMMARY, Statement, make, parse

PASSED = "PASSED"
FAILED = "FAILED"
SLSA_VERSION = "1.1"
LEVEL = "SLSA_BUILD_LEVEL_2"
"""The most that is ever claimed: the generator makes provenance about digests that our own build job handed it."""
_UNEVALUATED = "SLSA_BUILD_LEVEL_UNEVALUATED"
_PROVENANCE = ("provenance", "provenance-github")


def compose(
    evidence: Evidence, plan: Plan, verdict: Verdict, inputs: Iterable[FileRef], *, policy: FileRef, verifier: str
) -> bytes:
    """The bytes of the statement, the same for the same arguments.

    `timeVerified` is the latest signing time found in verified evidence: the gate reads no clock, so that the same
    inputs give the same bytes, and no evidence is younger than that. Where nothing verified it is the commit's date.
    `verifier` is the URI of the workflow that judges, which is the project's own: its word, and no third party's.
    `inputs` are the files that were looked at, `policy` is the one that was applied.
    """
    predicate = {
        "verifier": {"id": verifier, "version": {"sealwright": __version__}},
        "timeVerified": _latest(evidence, plan).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resourceUri": f"pkg:pypi/{plan.project.name}@{plan.version}",
        "policy": {"uri": policy.path, "digest": {"sha256": policy.sha256}},
        "inputAttestations": [{"uri": ref.path, "digest": {"sha256": ref.sha256}} for ref in sorted(inputs)],
        "verificationResult": PASSED if verdict.passed else FAILED,
        "verifiedLevels": [_level(verdict)],
        "slsaVersion": SLSA_VERSION,
        # Not of the specification, which lets a predicate be extended: what PASSED does not mean.
        "sealwright": {"mode": plan.mode.value, "unjudged": unjudged(verdict)},
    }
    return make(verdict.subjects, VERIFICATION_SUMMARY, predicate)


def unjudged(verdict: Verdict) -> list[str]:
    """Checks that have not been made, in part at least: absent, unavailable or skipped."""
    open_states = (State.ABSENT, State.UNAVAILABLE, State.SKIPPED)
    return sorted({f.check for f in verdict.findings if f.state in open_states})


def result_of(data: bytes, where: str) -> str:
    """`PASSED` or `FAILED`, as an unsigned summary says. Raises Refused (`statement-malformed`)."""
    statement = parse(data, where)
    result = read(statement).result
    if statement.predicate_type != VERIFICATION_SUMMARY or result not in (PASSED, FAILED):
        raise Refused("statement-malformed", f"{where} is not a verification summary")
    return result


@dataclass(frozen=True, slots=True)
class Summary:
    """What a verification summary says; empty for whatever it does not say in the expected form."""

    result: str
    verifier: str
    mode: str
    inputs: Mapping[str, str]
    """Path to sha256 of the evidence that was looked at."""


def read(statement: Statement) -> Summary:
    """The parts of a summary that are compared. Its signature is the caller's matter."""
    predicate = statement.predicate
    inputs = at(predicate, "inputAttestations")
    entries = inputs if isinstance(inputs, list) else []
    return Summary(
        result=str(at(predicate, "verificationResult") or ""),
        verifier=str(at(predicate, "verifier", "id") or ""),
        mode=str(at(predicate, "sealwright", "mode") or ""),
        inputs={str(at(entry, "uri")): str(at(entry, "digest", "sha256")) for entry in entries},
    )


def _latest(evidence: Evidence, plan: Plan) -> datetime:
    times = [signed.verified.signed_at for signed in evidence.signed if signed.verified is not None]
    return max(times, default=datetime.fromtimestamp(plan.epoch, UTC))


def _level(verdict: Verdict) -> str:
    if not verdict.passed:
        return FAILED
    made = [f for check in _PROVENANCE for f in verdict.of(check)]
    return LEVEL if made and all(f.state is State.PASS for f in made) else _UNEVALUATED
