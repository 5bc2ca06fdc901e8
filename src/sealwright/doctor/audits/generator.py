"""slsa-github-generator is called in one way, or fails."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.actions import is_generator
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import LEVELS, Job, Place

_REF = blocking(
    "generator-not-by-tag",
    "slsa-github-generator called by something other than its tag",
    "It refuses to run then, and the release stops after the tag was pushed.",
    "Its provenance names the tag as the builder, so it has to be called by a full version tag such as"
    " `@v2.1.0`. What ran is pinned all the same: the certificate names the commit (Build Signer Digest),"
    " which the gate of our pipeline checks.",
)
_GRANTS = blocking(
    "generator-permissions",
    "slsa-github-generator without the permissions that it asks for",
    "GitHub refuses the whole workflow when a called one asks for more than its caller grants.",
    "It needs `actions: read`, `id-token: write` and `contents: write`, the last even with `upload-assets: false`.",
)
_ASSETS = advice(
    "generator-uploads-assets",
    "slsa-github-generator told to upload to the release by itself",
    "It does so whenever it ends, which may be after the release is public, and fails where releases are immutable.",
    "Found for `upload-assets: true`. Leave it off, download the artifact that its output `provenance-name`"
    " names, and upload it with the other files before the release is published.",
)
_NEEDED = {"actions": "read", "id-token": "write", "contents": "write"}


def _look(posture: Posture) -> Iterator[Defect]:
    for workflow in posture.workflows:
        for job in workflow.jobs:
            if job.uses is not None and is_generator(job.uses):
                yield from _called(job)


def _called(job: Job) -> Iterator[Defect]:
    assert job.uses is not None
    if not job.uses.ref.startswith("v") or job.uses.ref.count(".") != 2:
        path = job.uses.text.value.partition("@")[0]
        yield Defect(_REF, Place.of(job.uses.text), f"@{job.uses.ref}", f"uses: {path}@v2.1.0", "a tag such as v2.1.0")
    uploads = job.with_.get("upload-assets")
    if uploads is not None and uploads.value == "true":
        yield Defect(_ASSETS, Place.of(uploads), f"in job {job.id}", "`upload-assets: false`")
    if job.permissions is None:
        return  # the repository's default, which cannot be seen here, and never has an identity: said by `grants`
    missing = [f"{scope}: {level}" for scope, level in _NEEDED.items() if job.permissions.level(scope) < LEVELS[level]]
    if missing:
        found = f"job {job.id} lacks {', '.join(missing)}"
        yield Defect(_GRANTS, job.permissions.place, found, f"add `{'`, `'.join(missing)}` to the job's permissions")


def _skip(posture: Posture) -> str:
    called = (job.uses for workflow in posture.workflows for job in workflow.jobs if job.uses)
    return "" if any(map(is_generator, called)) else "no job calls it"


AUDIT = Audit("generator", "is the SLSA generator called as it has to be?", (_REF, _GRANTS, _ASSETS), _look, skip=_skip)
