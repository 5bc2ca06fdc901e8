"""Publishing where an index cannot tell who publishes."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking, unless_workflows
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Place
from sealwright.model import State

_INSIDE = blocking(
    "publish-in-reusable",
    "publishing inside a reusable workflow",
    "PyPI matches the token against the called workflow and the attestation against the calling one, so"
    " trusted publishing and attestations cannot both hold (pypi/warehouse#11096).",
    "Found where a workflow with `on: workflow_call` uploads. Keep the publish job, with its download and the"
    " publish action, in the workflow that the tag starts; what builds the files may be called.",
)
_ELSEWHERE = advice(
    "called-workflow-unseen",
    "a workflow of another repository gets an identity or the secrets",
    "What it does with them is decided there, and could not be looked at here.",
    "Found where a job calls a workflow of another repository with `id-token: write` or `secrets: inherit`."
    " The SLSA generator is the exception: what runs there is named in the certificate that it gets.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    fix = "move the publish job into the workflow that the tag starts, and register that one as the publisher"
    for upload in posture.uploads:
        if upload.workflow.called and upload.job.identity:
            found = f"job {upload.job.id} of {upload.workflow.file}, which has `on: workflow_call`"
            yield Defect(_INSIDE, upload.place, found, fix)
    for _, job in posture.elsewhere:
        if job.uses is not None:
            hint = (
                f"read {job.uses.text.value} yourself, pin it to a full commit, and keep publishing in this repository"
            )
            yield Defect(_ELSEWHERE, Place.of(job.uses.text), f"job {job.id} calls it", hint, state=State.UNAVAILABLE)


AUDIT = Audit(
    "reusable",
    "does every upload happen in the workflow that the index knows?",
    (_INSIDE, _ELSEWHERE),
    _look,
    skip=unless_workflows,
)
