"""Whether PyPI would take the publish job for the publisher that it knows."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.material import LastRelease, Unseen
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.publishers import Publisher, differences, predicted, publishers_in
from sealwright.doctor.workflow import Place
from sealwright.endpoints import PYPI_URL
from sealwright.errors import Refused
from sealwright.model import State

_MISMATCH = blocking(
    "publisher-mismatch",
    "the publish job is not the publisher that PyPI used last",
    "PyPI refuses a token whose repository, workflow file or environment differs from the publisher on file,"
    " and says so only after the tag was pushed.",
    "The claims of the job's identity token are predicted from the workflow and compared with the publisher"
    " that PyPI names in the provenance of the last release's files (`--online`), or in a provenance file"
    " (`--provenance FILE`). Change the workflow back, or correct the publisher in the project's settings on"
    " PyPI.",
)
_UNBOUND = advice(
    "publisher-unbound",
    "the publisher on PyPI is bound to no environment",
    "Any job of that workflow, at any ref, can then publish, and no approval stands in its way.",
    "Remove the publisher on PyPI and add it again with the environment that the publish job runs in.",
)
_NONE = advice(
    "publisher-unproven",
    "the last release names no publisher",
    "Whether PyPI knows this workflow shows only when it is asked for a token, after the tag was pushed.",
    "Found where the last release has no provenance, as one that was uploaded with a stored token, or where"
    " nothing was released yet. Compare the publisher in the project's settings on PyPI with the prediction by"
    " eye.",
)
_UNSEEN = advice(
    "publisher-unseen",
    "the publisher was not compared with the last release",
    "What was not looked at may be wrong.",
    "Found without `--online`, where the index does not answer, and where the environment of the job is"
    " computed when it runs, so that no token can be predicted.",
)
_SETTINGS = "the project's Publishing settings on PyPI"


def _look(posture: Posture) -> Iterator[Defect]:
    last = posture.material.last_release
    ours = {upload: predicted(upload, posture.material.repository) for upload in _trusted(posture)}
    for upload, claims in ours.items():
        if claims is None:
            found = f"the environment of job {upload.job.id} is computed"
            fix = "write its name out, so that it can be compared"
            yield Defect(_UNSEEN, _place(upload), found, fix, state=State.UNAVAILABLE)
    known = {upload: claims for upload, claims in ours.items() if claims is not None}
    if known:
        yield from _compared(last, known)


def _trusted(posture: Posture) -> tuple[Upload, ...]:
    """The uploads to PyPI whose job has an identity to exchange, as far as that can be told."""
    return tuple(upload for upload in posture.to_pypi if upload.job.identity or upload.workflow.called)


def _skip(posture: Posture) -> str:
    return "" if _trusted(posture) else "no upload to PyPI has an identity"


def _compared(last: LastRelease | Unseen, ours: dict[Upload, Publisher]) -> Iterator[Defect]:
    upload, claims = next(iter(ours.items()))
    if isinstance(last, Unseen):
        found = f"{last.reason}; the job will name {claims}"
        yield Defect(_UNSEEN, _place(upload), found, last.hint, state=State.UNAVAILABLE)
        return
    try:
        known = publishers_in(last.provenance) if last.provenance is not None else ()
    except Refused as error:
        yield Defect(_UNSEEN, _place(upload), error.message, "ask the index again", state=State.UNAVAILABLE)
        return
    if not known:
        found = f"{last.filename or last.version or 'nothing'} names no publisher on GitHub; the job will name {claims}"
        yield Defect(_NONE, _place(upload), found, f"compare by eye with {_SETTINGS}", state=State.ABSENT)
        return
    yield from _judged(last, known, ours)


def _judged(last: LastRelease, known: tuple[Publisher, ...], ours: dict[Upload, Publisher]) -> Iterator[Defect]:
    """A project may be one of several in its repository: any upload may be its own."""
    misses = {upload: differences(known[0], claims) for upload, claims in ours.items()}
    upload = min(misses, key=lambda each: len(misses[each]))
    for what, on_file, found in misses[upload]:
        expected = f"{what} {on_file} ({last.version}'s provenance)"
        fix = f"{_change(what, on_file, upload)}, or correct the publisher in {_SETTINGS} ({PYPI_URL}/manage/projects/)"
        yield Defect(_MISMATCH, _place_of(what, upload), f"{what} {found}", fix, expected)
    if not misses[upload] and not known[0].environment:
        fix = f"bind it to environment {ours[upload].environment or 'pypi'!r} in {_SETTINGS}"
        yield Defect(_UNBOUND, _place(upload), str(known[0]), fix, "an environment")


def _change(what: str, on_file: str, upload: Upload) -> str:
    match what:
        case "environment":
            return f"`environment: {on_file}` on job {upload.job.id}"
        case "workflow":
            return f"`git mv {upload.workflow.path} .github/workflows/{on_file}`"
    return f"release from {on_file}"


def _place(upload: Upload) -> Place:
    return upload.job.environment.place if upload.job.environment else upload.job.place


def _place_of(what: str, upload: Upload) -> Place:
    return _place(upload) if what == "environment" else upload.place


AUDIT = Audit(
    "publisher",
    "would PyPI take the publish job for the publisher it knows?",
    (_MISMATCH, _UNBOUND, _NONE, _UNSEEN),
    _look,
    skip=_skip,
)
