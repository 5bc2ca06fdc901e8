"""The job's token, left lying in the checkout."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions
from sealwright.doctor.codes import Audit, Defect, advice
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job

_PERSISTED = advice(
    "checkout-credentials",
    "a checkout that leaves the job's token behind",
    "Everything that runs afterwards can read it, and it ends up in artifacts that hold the whole checkout.",
    "Found for actions/checkout without `persist-credentials: false` in jobs that publish, build or sign. A"
    " job that pushes to the repository needs them, and is left out.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        if (job.identity or posture.makes_files(job)) and not _pushes(posture, job):
            for step in posture.steps(job):
                if step.action == actions.CHECKOUT and not step.is_off("persist-credentials"):
                    fix = "add `persist-credentials: false` under its `with:`"
                    yield Defect(_PERSISTED, step.place, f"in job {job.id}", fix)


def _pushes(posture: Posture, job: Job) -> bool:
    return any(ran.command.starts("git", "push") for ran in posture.ran(job))


AUDIT = Audit("checkout", "does no checkout leave a token behind?", (_PERSISTED,), _look)
