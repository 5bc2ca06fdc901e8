"""What act is given differs from what was rendered in nothing but variables of single jobs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from sealwright.errors import UsageError
from sealwright.pipeline.steps import AnyJob, Call, Job, outputs
from sealwright.rehearsal.act.workflow import Workflow

AWKWARD = {
    "HOME": "/home/a b/'\"#: c",
    "URL": "http://127.0.0.1:1/idtoken?api-version=2.0",
    "EMPTY": "",
    "TRUTH": "true",
}


def without_variables(document: dict[Any, Any]) -> dict[Any, Any]:
    jobs = {id_: {key: value for key, value in job.items() if key != "env"} for id_, job in document["jobs"].items()}
    return {**document, "jobs": jobs}


def test_no_job_that_is_rendered_has_variables_of_its_own(workflow: Workflow) -> None:
    assert not [id_ for id_, job in workflow.document["jobs"].items() if "env" in job]


def test_only_variables_are_added_and_exactly_those(workflow: Workflow, jobs: tuple[AnyJob, ...]) -> None:
    given = {job.id: {**AWKWARD, "WHO": job.id} for job in jobs if isinstance(job, Job)}
    copy = yaml.safe_load(workflow.with_variables(given))
    assert without_variables(copy) == workflow.document
    assert {id_: job["env"] for id_, job in copy["jobs"].items() if "env" in job} == given


def test_every_line_that_was_rendered_is_still_there(workflow: Workflow) -> None:
    lines = iter(workflow.with_variables({"plan": AWKWARD, "pypi": AWKWARD}).splitlines())
    assert all(line in lines for line in workflow.text.splitlines())


def test_a_job_without_variables_stays_as_it_is(workflow: Workflow) -> None:
    assert workflow.with_variables({"plan": {}}) == workflow.text


def test_a_value_that_would_be_evaluated_is_refused(workflow: Workflow) -> None:
    with pytest.raises(UsageError) as caught:
        workflow.with_variables({"plan": {"HOME": "/home/${{ github.token }}"}})
    assert caught.value.code == "value-evaluated"


def test_outputs_are_those_of_the_table(workflow: Workflow, jobs: tuple[AnyJob, ...]) -> None:
    own = [job for job in jobs if isinstance(job, Job)]
    assert {job.id: tuple(workflow.outputs(job.id)) for job in own} == {job.id: outputs(job) for job in own}


def test_each_output_is_that_of_a_step_of_the_job(workflow: Workflow, jobs: tuple[AnyJob, ...]) -> None:
    for job in jobs:
        if not isinstance(job, Call):
            steps = workflow.steps(job.id)
            assert {step for step, _ in workflow.outputs(job.id).values()} <= set(steps)


def test_runners_are_all_labels(workflow: Workflow) -> None:
    assert set(workflow.runners) <= {"ubuntu-24.04", "macos-15"}
    assert "ubuntu-24.04" in workflow.runners
