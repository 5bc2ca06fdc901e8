"""Permissions and systems without which a release stops after its tag was pushed."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions
from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.workflow import Job, Place

_IDENTITY = blocking(
    "identity-missing",
    "trusted publishing without an identity",
    "The publish action has neither a password nor an identity to exchange for one, so the upload fails after"
    " the tag was pushed.",
    "Found where pypa/gh-action-pypi-publish gets no `password` and its job has no `id-token: write`. No"
    " default of a repository grants it; it has to be written down.",
)
_ATTEST = blocking(
    "attest-permission-missing",
    "an attestation without the permissions that it needs",
    "actions/attest fails without them, after the tag was pushed.",
    "It needs `id-token: write` and `attestations: write` in its job.",
)
_LINUX = blocking(
    "publish-not-on-linux",
    "the publish action on another system than Linux",
    "pypa/gh-action-pypi-publish runs a Linux container and fails anywhere else.",
    "Give the publish job `runs-on: ubuntu-24.04`; what was built elsewhere is downloaded there.",
)
_TWICE = blocking(
    "publish-action-twice",
    "the publish action twice in one job",
    "The second call finds the attestations that the first one made beside the files, and fails half-way.",
    "Give each index a job of its own, which also gives each an environment of its own.",
)
_ATTESTS = ("actions/attest", "actions/attest-build-provenance", "actions/attest-sbom")


def _look(posture: Posture) -> Iterator[Defect]:
    seen: set[Place] = set()
    for upload in posture.uploads:
        if upload.tool != actions.PUBLISH:
            continue
        yield from _upload(upload)
        if upload.job.place in seen:
            fix = "move it into a job of its own"
            yield Defect(_TWICE, upload.place, f"again in job {upload.job.id}", fix, "once a job")
        seen.add(upload.job.place)
    for _, job in posture.release_jobs:
        yield from _attestations(posture, job)


def _upload(upload: Upload) -> Iterator[Defect]:
    job = upload.job
    inherited = upload.workflow.called and job.permissions is None
    if "password" not in upload.step.with_ and not job.identity and not inherited:
        place = job.permissions.place if job.permissions is not None and job.own_permissions else job.place
        fix = f"add `permissions: id-token: write` to job {job.id}"
        yield Defect(_IDENTITY, place, f"job {job.id} has no identity", fix, "id-token: write")
    other = next((label for label in job.runs_on if label.value.startswith(("macos", "windows"))), None)
    if other is not None:
        yield Defect(_LINUX, Place.of(other), other.value, "`runs-on: ubuntu-24.04`", "Linux")


def _attestations(posture: Posture, job: Job) -> Iterator[Defect]:
    for step in posture.steps(job):
        if step.action in _ATTESTS and job.permissions is not None:
            missing = [scope for scope in ("id-token", "attestations") if not job.may(scope)]
            if missing:
                grants = ", ".join(f"`{scope}: write`" for scope in missing)
                yield Defect(_ATTEST, step.place, f"job {job.id} lacks {grants}", f"add {grants} to its permissions")


AUDIT = Audit(
    "grants",
    "does every publish and attest job have what it cannot do without?",
    (_IDENTITY, _ATTEST, _LINUX, _TWICE),
    _look,
)
