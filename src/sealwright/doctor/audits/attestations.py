"""Attestations that a release could have, and is told to do without."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice
from sealwright.doctor.posture import Posture
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


def _look(posture: Posture) -> Iterator[Defect]:
    for upload in posture.to_pypi:
        if upload.command is None and upload.step.is_off("attestations"):
            place = Place.of(upload.step.with_["attestations"])
            yield Defect(_OFF, place, f"in job {upload.job.id}", "remove this line", "attestations: true")


AUDIT = Audit("attestations", "will the index have attestations for every file?", (_OFF,), _look)
