"""The environment is what a repository's settings can guard, so it has to be where the upload is."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.programs import PYPI, TESTPYPI
from sealwright.doctor.workflow import Job

_NONE = blocking(
    "publish-without-environment",
    "a job that publishes outside any environment",
    "Only an environment lets a person approve, or limits publishing to tags: without one, whoever can push a"
    " workflow file publishes, as at nx and elementary-data.",
    "Put `environment: pypi` on the publish job, create that environment in the repository's settings with a"
    " required reviewer and with tags alone, and enter its name with the trusted publisher on PyPI.",
)
_WRONG = blocking(
    "environment-on-wrong-job",
    "an environment on another job than the one that publishes",
    "The approval then guards the build, while the job with the identity runs unguarded; seen in well-known workflows.",
    "Move the `environment:` to the job with the upload. A publisher on PyPI that is bound to the environment"
    " refuses the job as it is.",
)
_SHARED = advice(
    "environment-shared",
    "one environment for TestPyPI and PyPI",
    "Its rules have to let pass whatever tries things out on TestPyPI, and so let it pass to PyPI as well.",
    "Give each index an environment of its own, for example `testpypi` and `pypi`, and bind each publisher to its own.",
)
_TEST = advice(
    "testpypi-without-environment",
    "a job that publishes to TestPyPI outside any environment",
    "A publisher on TestPyPI that is not bound to an environment takes any job of that workflow, on any branch.",
    "Put `environment: testpypi` on the job and enter it with the publisher on TestPyPI.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    told: set[object] = set()
    for upload in posture.uploads:
        if upload.job.environment is not None or upload.job.place in told:
            continue
        told.add(upload.job.place)
        misplaced = _misplaced(posture, upload)
        if upload.index == PYPI and misplaced is not None and misplaced.environment is not None:
            found = f"{misplaced.environment.name} on {misplaced.id}; {upload.job.id} has none"
            fix = f"move `environment: {misplaced.environment.name}` from job {misplaced.id} to job {upload.job.id}"
            yield Defect(_WRONG, misplaced.environment.place, found, fix, f"on {upload.job.id}, which publishes")
        else:
            name = "pypi" if upload.index == PYPI else "testpypi"
            code = _NONE if upload.index == PYPI else _TEST
            fix = f"add `environment: {name}` to job {upload.job.id}, and bind the publisher to it"
            yield Defect(code, upload.job.place, f"job {upload.job.id} has no environment", fix)
    yield from _shared(posture)


def _misplaced(posture: Posture, upload: Upload) -> Job | None:
    """A job before the upload that has an environment without doing anything that needs one."""
    before = upload.workflow.needed_by(upload.job)
    return next((j for j in before if j.environment and not j.identity and j.place not in posture.upload_places), None)


def _shared(posture: Posture) -> Iterator[Defect]:
    tried = {
        upload.job.environment.name.lower(): upload.job
        for upload in posture.uploads
        if upload.index == TESTPYPI and upload.job.environment and upload.job.environment.known
    }
    for upload in posture.to_pypi:
        environment = upload.job.environment
        other = tried.get(environment.name.lower()) if environment is not None else None
        # In one and the same job it cannot be otherwise, and the audit `grants` asks for two.
        if environment is not None and other is not None and other.place != upload.job.place:
            found = f"{environment.name}, in job {upload.job.id} and in job {other.id}"
            yield Defect(_SHARED, environment.place, found, "`environment: testpypi` for the one, `pypi` for the other")


AUDIT = Audit(
    "environments", "does every upload run in an environment of its own?", (_NONE, _WRONG, _SHARED, _TEST), _look
)
