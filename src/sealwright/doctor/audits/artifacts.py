"""Which files a publish job takes for those that were built."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions, programs
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.workflow import Place, Step

_PATTERN = advice(
    "artifacts-by-pattern",
    "files fetched by a pattern and published unchecked",
    "Any job of the run can keep a file under a fitting name, and it is then published with the others.",
    "Found where a job that uploads downloads artifacts by `pattern`, or all there are, and checks no digests"
    " before the upload. Download by `artifact-ids` from the outputs of the jobs that built, or compare with"
    " digests that travelled as a job output: `sha256sum --strict -c`, and the folder must hold nothing else.",
)
_ELSEWHERE = blocking(
    "artifacts-of-another-run",
    "files of another run are published",
    "That run may have been a pull request's: what it built is then published with this workflow's identity.",
    "Found where a job that uploads downloads with `run-id`, `gh run download`, or an action made for"
    " fetching from other workflows. Build what is published in the run of the tag.",
)
_FETCHERS = ("dawidd6/action-download-artifact", "aochmann/actions-download-artifact")


def _look(posture: Posture) -> Iterator[Defect]:
    told: set[Place] = set()
    for upload in posture.uploads:
        for defect in (*_patterns(posture, upload), *_elsewhere(posture, upload)):
            if defect.place not in told:
                told.add(defect.place)
                yield defect


def _patterns(posture: Posture, upload: Upload) -> Iterator[Defect]:
    if any(programs.checks_sums(ran.command) for ran in posture.ran(upload.job)):
        return
    for step in posture.steps(upload.job):
        if step.action == actions.DOWNLOAD and not step.given("artifact-ids") and not step.given("name"):
            pattern = step.given("pattern")
            found = f"pattern {pattern!r}" if pattern else "every artifact of the run"
            fix = "`artifact-ids: ${{ needs.JOB.outputs.ARTIFACT }}`, from the output `artifact-id` of upload-artifact"
            yield Defect(_PATTERN, step.place, f"{found} in job {upload.job.id}", fix, "artifact ids, or digests")


def _elsewhere(posture: Posture, upload: Upload) -> Iterator[Defect]:
    fix = "build it in this workflow, in a job that the publish job needs"
    for step in posture.steps(upload.job):
        if step.action in _FETCHERS or (step.action == actions.DOWNLOAD and _other_run(step)):
            yield Defect(_ELSEWHERE, step.place, f"{step.action} in job {upload.job.id}", fix)
    for ran in posture.ran(upload.job):
        if ran.command.starts("gh", "run", "download"):
            yield Defect(_ELSEWHERE, ran.place, f"`gh run download` in job {upload.job.id}", fix)


def _other_run(step: Step) -> bool:
    return step.given("run-id").replace(" ", "") not in ("", "${{github.run_id}}")


AUDIT = Audit("artifacts", "is exactly what was built published?", (_PATTERN, _ELSEWHERE), _look)
