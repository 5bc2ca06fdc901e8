"""Machines that a release leaves its traces on, or finds those of others."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job, Place

_IDENTITY = blocking(
    "self-hosted-with-identity",
    "a job with an identity on a machine of one's own",
    "What an earlier job left on the machine runs beside the publication, and whoever verifies the release"
    " finds a certificate that does not say GitHub-hosted.",
    "Found for `runs-on` with `self-hosted` or a group of runners, in jobs with `id-token: write`. Publish"
    " and sign on GitHub's own runners.",
)
_BUILD = advice(
    "self-hosted-build",
    "what is published is built on a machine of one's own",
    "Provenance of such a build says as much as the machine is worth: SLSA's build level 3 asks for isolated builds.",
    "Found for jobs that make files for a publish job. Where it cannot be avoided, use machines that are"
    " thrown away after each job.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        place = _own(job)
        if place is not None and (job.identity or posture.makes_files(job)):
            code = _IDENTITY if job.identity else _BUILD
            yield Defect(code, place, f"job {job.id}", "`runs-on: ubuntu-24.04`", "a GitHub-hosted runner")


def _own(job: Job) -> Place | None:
    label = next((label for label in job.runs_on if label.value.lower() == "self-hosted"), None)
    if label is not None:
        return Place.of(label)
    return job.place if job.runner_group else None


AUDIT = Audit(
    "runners", "do release jobs run on machines that nobody else leaves traces on?", (_IDENTITY, _BUILD), _look
)
