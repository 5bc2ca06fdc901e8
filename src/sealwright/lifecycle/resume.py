"""Continues a release from here, as far as that needs no token that is stored: its page on GitHub.

Uploads to an index are made by the release workflow alone, which proves to PyPI what it is. So nothing here uploads.
"""

from __future__ import annotations

from sealwright.endpoints import Endpoints
from sealwright.errors import Refused, UsageError
from sealwright.lifecycle.held import SIGNER, Held
from sealwright.lifecycle.look import Standing
from sealwright.model import FileRef, Finding
from sealwright.services.index import IndexClient
from sealwright.stages.announce import announce
from sealwright.stages.draft import draft
from sealwright.stages.release_assets import provenance_name
from sealwright.stages.release_page import Site
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.pep740 import ExpectedPublisher, verify_provenance
from sealwright.verify.standing import GITHUB, PYPI, Progress

_WORKFLOW = "release.yml"


def resume(standing: Standing, endpoints: Endpoints, token: str, root: TrustRoot) -> tuple[Finding, ...]:
    """Complete the draft and, where PyPI has everything, publish it; what the stages found that were made up for.

    Raises UsageError (`token-missing`), Refused (`not-continued`, `index-provenance`), and what GitHub and the index
    raise.
    """
    if not token:
        raise UsageError(
            "token-missing", "continuing writes to GitHub", hint="GH_TOKEN=$(gh auth token) in front of the command"
        )
    _refuse_doubts(standing)
    held = standing.held
    site = Site.of(held.plan, held.settings, endpoints.github_api_url, token)
    findings = draft(site, held.wanted, held.read, held.notes, endpoints.github_url).findings
    if standing.passed(PYPI) and not any(f.state.value == "fail" for f in findings):
        answers = _provenance(held, IndexClient(endpoints.pypi), root)
        index = {ref.name: ref for ref in answers}
        findings += announce(site, held.wanted, index, answers.__getitem__).findings
    return findings


def _refuse_doubts(standing: Standing) -> None:
    """Continue only what is unfinished and nothing else, and signed by the release workflow."""
    if standing.progress is not Progress.INCOMPLETE or not standing.passed(SIGNER):
        raise Refused(
            "not-continued",
            f"the release is {standing.progress}"
            + ("" if standing.passed(SIGNER) else f", and its release.json is not known to be signed by {_WORKFLOW}"),
            hint="only an incomplete release whose signature holds is continued; without --continue it is explained",
        )
    if any(f.check == GITHUB and f.state.value == "fail" for f in standing.findings):
        raise Refused(
            "not-continued",
            "the release is published on GitHub, without all of its files",
            hint="what is published is never touched from here; release a new version",
        )


def _provenance(held: Held, client: IndexClient, root: TrustRoot) -> dict[FileRef, bytes]:
    """What PyPI answers about each distribution, found to name this release's workflow.

    Raises Refused (`index-provenance`) for anything else.
    """
    plan = held.plan
    expected = ExpectedPublisher(
        plan.repository, _WORKFLOW, held.settings.environments.pypi, commit=plan.commit, ref=plan.ref
    )
    answers = {}
    for ref in held.distributions:
        answer = client.provenance(plan.project.name, plan.version, ref.name)
        judged = verify_provenance(answer, ref.name, ref.sha256, root, expected) if answer else ()
        wrong = [f for f in judged if f.state.value != "pass" and f.code != "environment-unproven"]
        if answer is None or not judged or wrong:
            raise Refused(
                "index-provenance",
                f"PyPI does not show that this release's workflow published {ref.name}: "
                + (", ".join(f"{f.code} {f.found}".strip() for f in wrong) or "it has no provenance of it"),
                hint="a provenance of another publisher means that somebody else uploaded the file; none at all may "
                "mean that PyPI does not show it yet: run the job confirm again",
            )
        answers[FileRef.of(f"published/{provenance_name(ref.name)}", answer)] = answer
    return answers
