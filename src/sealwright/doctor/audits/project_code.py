"""Code of the project where only an identity should be."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions, programs
from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job

_IDENTITY = blocking(
    "project-code-with-identity",
    "the project's code runs in a job with an identity",
    "A build runs build backends, plugins and setup.py, a test runs every dependency: each of them can take"
    " the identity and publish, as at Ultralytics and TanStack.",
    "Found for builds, tests, make, tox, nox, installs of the project itself and scripts of the repository in"
    " jobs with `id-token: write`. Build in a job without it, keep the files with actions/upload-artifact, and"
    " let the publish job do nothing but download, check and upload.",
)
_TOGETHER = blocking(
    "built-where-published",
    "built in the job that uploads",
    "Whatever runs during the build can take the credential of the upload, or change the files before it.",
    "Found where a job without an identity of its own builds and uploads. Split it: a job that builds and"
    " keeps the files, and a job with `needs:` on it that downloads and uploads them.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        if job.identity:
            yield from _with_identity(posture, job)
        elif job.place in posture.upload_places:
            yield from _together(posture, job)


def _with_identity(posture: Posture, job: Job) -> Iterator[Defect]:
    fix = f"build in a job without `id-token: write`, and let {job.id} fetch its files by artifact id"
    for step in posture.steps(job):
        if actions.builds(step):
            yield Defect(_IDENTITY, step.place, f"{step.action} in job {job.id}", fix)
    for ran in posture.ran(job):
        if ran.own and programs.runs_project(ran.command) and not programs.uploads(ran.command):
            yield Defect(_IDENTITY, ran.place, f"`{' '.join(str(ran.command).split())[:70]}` in job {job.id}", fix)


def _together(posture: Posture, job: Job) -> Iterator[Defect]:
    uploads = [upload for upload in posture.uploads if upload.job.place == job.place]
    if posture.builds(job):
        fix = "build in a job of its own, keep the files with actions/upload-artifact, and download them here"
        yield Defect(_TOGETHER, uploads[0].place, f"job {job.id} builds and uploads", fix)


AUDIT = Audit("project-code", "do jobs that can publish run none of the project's code?", (_IDENTITY, _TOGETHER), _look)
