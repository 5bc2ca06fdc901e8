"""Uploads that pass over what is there already."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.workflow import Place

_SKIP = blocking(
    "skip-existing",
    "files that exist already are passed over",
    "PyPI takes identical bytes again without an error, so the option only ever hides that the index has other bytes.",
    "Found for `skip-existing: true` of the publish action, `--skip-existing` of twine and poetry, and"
    " `--check-url` of uv, on uploads to PyPI. Remove it: a re-run with the same files passes, and one with"
    " other files must not.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for upload in posture.to_pypi:
        place = _skipping(upload)
        if place is not None:
            yield Defect(_SKIP, place, f"in job {upload.job.id}", "remove it; identical files are taken again anyway")


def _skipping(upload: Upload) -> Place | None:
    for name in ("skip-existing", "skip_existing"):
        if upload.step.is_on(name):
            return Place.of(upload.step.with_[name])
    command = upload.command
    return upload.place if command is not None and command.has("--skip-existing", "--check-url") else None


AUDIT = Audit("existing", "does an upload fail where the index has other bytes?", (_SKIP,), _look)
