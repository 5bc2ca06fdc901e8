"""The page about a rehearsal: the gate's verdict, and what the jobs after it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sealwright.config import Policy
from sealwright.model import Level, Mode, Verdict
from sealwright.rehearsal.rehearse import Outcome
from sealwright.report.html.page import Page
from sealwright.report.rehearsal import verdict_line
from sealwright.verify.anybody import examine_release
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.evidence import FileContent, Scope
from sealwright.verify.question import Question


def rehearsal_page(
    outcome: Outcome, gate: Verdict, policy: Policy, root: TrustRoot, files: Mapping[str, FileContent]
) -> Page:
    """How a rehearsal ended that reached the gate, whose verdict is `gate`, by `policy`."""
    subject = outcome.subject
    asked = (
        ("Rehearsed", "against stand-ins on one machine; nothing was published"),
        ("Trust root", f"this rehearsal's own, sha256:{root.sha256}"),
        ("Policy", f"sha256:{gate.policy}"),
    )
    return Page(
        title=f"{subject.project} {subject.version}, rehearsed",
        conclusion=verdict_line(outcome),
        exit_code=outcome.exit_code,
        verdict=_to_the_end(outcome, gate, policy),
        claims=examine_release(files, Question(), root, scope=Scope.DOSSIER).claims,
        mode=Mode.REHEARSAL,
        asked=asked,
        files=files,
        meaning=(
            "A rehearsal says how a release would end. It does not say that the commit was reviewed, or harmless.",
        ),
        not_looked_at=outcome.not_rehearsed,
    )


def _to_the_end(outcome: Outcome, gate: Verdict, policy: Policy) -> Verdict:
    """The gate's verdict with the answers of later jobs, each weighed by the same policy."""
    later = outcome.jobs[outcome.jobs.index("gate") + 1 :]
    added = tuple(finding for job in later for finding in outcome.findings(job))
    weights = {finding.check: policy.level(finding.check, Mode.REHEARSAL) for finding in added}
    required = (check for check, level in weights.items() if level is Level.REQUIRE)
    enforced = (check for check, level in weights.items() if level is Level.ENFORCE)
    return replace(
        gate,
        required=tuple(dict.fromkeys((*gate.required, *required))),
        enforced=tuple(dict.fromkeys((*gate.enforced, *enforced))),
        findings=tuple(dict.fromkeys((*gate.findings, *added))),
    )
