"""Attestations that a release could have, and is told to do without."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.actions import PUBLISH
from sealwright.doctor.codes import Audit, Defect, advice
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.workflow import Place

_OFF = advice(
    "attestations-off",
    "attestations are switched off",
    "Nobody can tell this project's uploads from those of a thief, and whoever checks a lock file sees"
    " provenance lost.",
    "Found for `attestations: false` of the publish action on uploads to PyPI, where trusted publishing would"
    " make them by itself. On TestPyPI they belong switched off: an attestation made there could be replayed"
    " on PyPI.",
)
_NONE = advice(
    "attestations-none",
    "an upload that makes no attestations",
    "The index has nothing then that ties its files to this repository, and a stolen token leaves no other trace.",
    "Found for uploads to PyPI by a password, which cannot be attested, and by programs that make no"
    " attestations by themselves: twine without `--attestations`, uv, flit, poetry, hatch, pdm, maturin. Not"
    " where a job signs them with pypi-attestations beforehand. pypa/gh-action-pypi-publish makes and uploads"
    " them.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for upload in posture.to_pypi:
        if upload.command is None and upload.step.is_off("attestations"):
            place = Place.of(upload.step.with_["attestations"])
            yield Defect(_OFF, place, f"in job {upload.job.id}", "remove this line", "attestations: true")
        elif not _attested(posture, upload):
            fix = "upload with pypa/gh-action-pypi-publish, by trusted publishing"
            yield Defect(_NONE, upload.place, f"{upload.tool} in job {upload.job.id}", fix, "attestations")


def _attested(posture: Posture, upload: Upload) -> bool:
    """Whether anything makes attestations for an upload."""
    if upload.command is None:
        return upload.tool == PUBLISH and "password" not in upload.step.with_
    signed = any(ran.command.starts("pypi-attestations", "sign") for ran in posture.ran(upload.job))
    return upload.command.has("--attestations") or signed


AUDIT = Audit("attestations", "will the index have attestations for every file?", (_OFF, _NONE), _look)
