"""The check that metadata will render and be taken."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Place

_OFF = advice(
    "verify-metadata-off",
    "the check of metadata before the upload is switched off",
    "What the index refuses is then found half-way, after the first file was taken.",
    "Found for `verify-metadata: false` of the publish action on uploads to PyPI. Run `twine check --strict"
    " dist/*` after the build, correct what it says, and remove the line.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for upload in posture.to_pypi:
        for name in ("verify-metadata", "verify_metadata"):
            if upload.command is None and upload.step.is_off(name):
                place = Place.of(upload.step.with_[name])
                yield Defect(_OFF, place, f"in job {upload.job.id}", "remove this line", "verify-metadata: true")


AUDIT = Audit("metadata", "is the metadata checked before the upload?", (_OFF,), _look)
