"""Whether a publication waits for what was meant to stop it."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.expressions import ignores_failures
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.reach import could_run, starts
from sealwright.doctor.workflow import Job

_TESTS = blocking(
    "tests-not-awaited",
    "a publication that does not wait for the tests beside it",
    "The tests fail, and the version is published all the same: nothing connects the two.",
    "Found where a workflow has a job that runs tests and a job that uploads to PyPI, and the second does not"
    " need the first, not even through others. Add it to `needs:`. A workflow without tests is not complained"
    " about: they may have run before the tag.",
)
_DESPITE = blocking(
    "publish-despite-failure",
    "a publication that runs although something before it failed",
    "`always()` and its like switch off what `needs:` is there for.",
    "Found where the condition of a job that uploads to PyPI holds `always()`, `failure()` or `!cancelled()`"
    " and compares no `needs.*.result`. Remove it, or compare every result with 'success'.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    told: set[object] = set()
    for upload in posture.to_pypi:
        if upload.job.place in told:
            continue
        told.add(upload.job.place)
        yield from _ignored(upload)
        yield from _untested(posture, upload)


def _ignored(upload: Upload) -> Iterator[Defect]:
    condition = upload.job.condition
    if condition and ignores_failures(condition) and ".result" not in condition:
        fix = "remove the condition, so that it runs only after everything it needs has succeeded"
        yield Defect(_DESPITE, upload.job.place, f"`if: {' '.join(condition.split())}` on job {upload.job.id}", fix)


def _untested(posture: Posture, upload: Upload) -> Iterator[Defect]:
    before = {job.id for job in upload.workflow.needed_by(upload.job)} | {upload.job.id}
    # What runs after it, such as a try of the published package, is no gate before it.
    after = {j.id for j in upload.workflow.jobs if upload.job.id in {n.id for n in upload.workflow.needed_by(j)}}
    others = [job for job in upload.workflow.jobs if job.id not in before | after and _gates(posture, job)]
    # One that does not run for a release could not be waited for.
    ways = [start.facts for start in starts(posture, upload)]
    missing = [job for job in others if any(could_run(upload.workflow, job, facts) for facts in ways)]
    if missing:
        names = ", ".join(job.id for job in missing)
        fix = f"add {names} to `needs:` of job {upload.job.id}"
        yield Defect(_TESTS, upload.job.place, f"job {upload.job.id} does not need {names}", fix)


def _gates(posture: Posture, job: Job) -> bool:
    return posture.tests(job) and job.place not in posture.upload_places


AUDIT = Audit("gates", "does the publication wait for everything that should stop it?", (_TESTS, _DESPITE), _look)
