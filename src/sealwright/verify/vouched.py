"""Whether somebody who signed, and was found to be the one expected, vouches for each distribution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sealwright.model import FileRef, Finding, State
from sealwright.verify.evidence import Accept

CHECK = "vouched"
_SIGNATURE, _PROVENANCE, _INDEX = "signature", "provenance", "index attestation"
_KINDS = {
    "signer": _SIGNATURE,
    "provenance": _PROVENANCE,
    "provenance-github": _PROVENANCE,
    "index-provenance": _INDEX,
}
"""The checks that pass about a distribution only if its signature holds and its signer is the one expected."""


def judge_vouched(distributions: tuple[FileRef, ...], findings: Iterable[Finding], accept: Accept) -> Iterator[Finding]:
    """One finding for each distribution. Code: `not-vouched`."""
    answers = [finding for finding in findings if finding.check in _KINDS]
    for ref in distributions:
        states: dict[str, set[State]] = {}
        for finding in answers:
            if finding.subject in (ref.name, ref.path):
                states.setdefault(_KINDS[finding.check], set()).add(finding.state)
        kinds = [kind for kind, found in states.items() if State.PASS in found and State.FAIL not in found]
        yield _judge(ref, kinds, accept)


def _judge(ref: FileRef, kinds: list[str], accept: Accept) -> Finding:
    wanted = (_SIGNATURE, _PROVENANCE, _INDEX) if accept is Accept.SIGNED else (_PROVENANCE,)
    if any(kind in wanted for kind in kinds):
        return Finding.passed(CHECK, ref.name, ", ".join(sorted(kinds)))
    hint = f"what it has is {', '.join(kinds)}" if kinds else "nobody you would expect signed anything about this file"
    return Finding.absent(CHECK, "not-vouched", ref.name, expected=" or ".join(wanted), hint=hint)
