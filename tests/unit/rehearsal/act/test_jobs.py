"""What becomes of a job's events."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.rehearsal.act.jobs import RunningJob
from sealwright.rehearsal.act.log import Begun, Broke, Printed, PutOut
from sealwright.rehearsal.results import JobState

OUTPUTS = {"record": ("stage", "record"), "artifact": ("keep-artifact", "artifact-id")}


@pytest.fixture
def job(tmp_path: Path) -> RunningJob:
    return RunningJob("build", tmp_path / "build.log")


def test_a_job_that_succeeded_has_the_outputs_of_its_steps(job: RunningJob) -> None:
    job.take(PutOut("build", "stage", "record", "ab"))
    job.take(PutOut("build", "keep-artifact", "artifact-id", "build.build-1"))
    job.take(PutOut("build", "other", "record", "cd"))
    result = job.result(succeeded=True, outputs=OUTPUTS)
    assert (result.state, result.message) == (JobState.OK, "")
    assert result.outputs == {"record": "ab", "artifact": "build.build-1"}


def test_an_output_that_was_never_set_is_empty_as_on_github(job: RunningJob) -> None:
    assert job.result(succeeded=True, outputs=OUTPUTS).outputs == {"record": "", "artifact": ""}


@pytest.mark.parametrize(("code", "state"), [(1, JobState.FAILED), (2, JobState.FAILED), (3, JobState.UNJUDGED)])
def test_the_exit_code_says_whether_something_failed_or_could_not_be_judged(
    job: RunningJob, code: int, state: JobState
) -> None:
    job.take(Broke("build", code, f"exit status {code}"))
    job.take(Broke("build", 1, "exit status 1"))
    assert job.result(succeeded=False, outputs=OUTPUTS).state is state


def test_a_step_that_failed_without_a_record_is_explained_by_what_it_printed(job: RunningJob) -> None:
    for event in (
        Begun("build", "Python"),
        Printed("build", "unrelated"),
        Begun("build", "Tools"),
        Printed("build", "no such package"),
        Broke("build", 1, "exit status 1"),
        Begun("build", "Keep"),
        Printed("build", "afterwards"),
    ):
        job.take(event)
    assert job.result(succeeded=False, outputs=OUTPUTS).message == "no such package"
    log = job.log.read_text("utf-8").splitlines()
    assert log == [
        *("$ Python", "unrelated", "$ Tools", "no such package", "exit status 1", "$ Keep", "afterwards"),
    ]


def test_what_a_stage_recorded_needs_no_further_words(job: RunningJob) -> None:
    job.take(Printed("build", "FAIL something"))
    job.take(PutOut("build", "stage", "record", "ab"))
    job.take(Broke("build", 1, "exit status 1"))
    assert job.result(succeeded=False, outputs=OUTPUTS).message == ""


def test_an_error_of_act_itself_is_said(job: RunningJob) -> None:
    job.take(Broke("build", None, "Cannot find: bash in PATH"))
    assert job.result(succeeded=False, outputs=OUTPUTS).message == "Cannot find: bash in PATH"
