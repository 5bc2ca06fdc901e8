"""A local action for every third-party one, with the very reference and all inputs that the workflow uses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sealwright.pipeline.steps import AnyJob, Call, outputs
from sealwright.rehearsal.act import replacements
from sealwright.rehearsal.act.replacements import generator, local_repositories, write_programs
from sealwright.rehearsal.act.workflow import Workflow
from sealwright.rehearsal.actions import STAND_INS

FLOW = "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml"


def used(workflow: Workflow) -> Iterator[tuple[str, dict[str, Any]]]:
    """(`uses`, inputs) of all steps."""
    for job in workflow.document["jobs"].values():
        for step in job.get("steps", ()):
            if "uses" in step:
                yield step["uses"], step["with"]


def test_every_action_is_replaced_under_the_reference_that_the_workflow_names(
    workflow: Workflow, tmp_path: Path
) -> None:
    found = local_repositories(tmp_path, {})
    for reference, inputs in used(workflow):
        action = yaml.safe_load((found[reference] / "action.yml").read_text())
        assert set(inputs) <= set(action["inputs"]), reference


def test_the_generator_is_replaced_under_the_reference_that_the_workflow_names(
    workflow: Workflow, jobs: tuple[AnyJob, ...], tmp_path: Path
) -> None:
    found = local_repositories(tmp_path, {})
    for job in jobs:
        if isinstance(job, Call):
            called = workflow.document["jobs"][job.id]
            owner, name, path = called["uses"].split("/", 2)
            path, _, ref = path.partition("@")
            replaced = yaml.safe_load((found[f"{owner}/{name}@{ref}"] / path).read_text())
            call = replaced[True]["workflow_call"]  # YAML 1.1 reads the key `on` as a truth value
            assert set(called["with"]) <= set(call["inputs"])
            assert tuple(call["outputs"]) == outputs(job)
            # What it keeps and what it logs is the calling job's.
            assert list(replaced["jobs"]) == [job.id]
            assert tuple(generator().outputs(job.id)) == outputs(job)


def test_a_called_workflow_has_the_variables_of_the_job_that_calls_it(tmp_path: Path) -> None:
    local_repositories(tmp_path, {"provenance": {"TOKEN": "mine"}})
    text = (tmp_path / ".github/workflows/generator_generic_slsa3.yml").read_text()
    assert yaml.safe_load(text)["jobs"]["provenance"]["env"] == {"TOKEN": "mine"}


@pytest.mark.parametrize("name", [name for name in STAND_INS if name != FLOW])
def test_an_action_hands_on_every_input_and_every_output(name: str) -> None:
    function = STAND_INS[name].function
    action = yaml.safe_load((Path(replacements.__file__).parent / "standins" / function / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    assert step["env"] == {f"INPUT_{input_.upper()}": f"${{{{ inputs.{input_} }}}}" for input_ in action["inputs"]}
    assert step["run"] == f'exec "${replacements.VARIABLE}/{function}"'
    for output, declared in action.get("outputs", {}).items():
        assert declared["value"] == f"${{{{ steps.{step['id']}.outputs.{output} }}}}"


class OwnToolsets:
    """This very environment for every role."""

    def bin(self, _role: str) -> Path:
        return Path(sys.executable).parent


@pytest.mark.skipif(sys.platform == "win32", reason="jobs need a POSIX system")
def test_a_program_runs_the_function_with_inputs_that_no_variable_of_a_shell_could_be_named_after(
    tmp_path: Path,
) -> None:
    write_programs(tmp_path / "programs", OwnToolsets())  # type: ignore[arg-type]
    (tmp_path / "workspaces").mkdir()
    environ = {
        "PATH": "/usr/bin:/bin",
        "GITHUB_JOB": "build",
        "GITHUB_WORKSPACE": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        replacements.WORKSPACES: str(tmp_path / "workspaces"),
        "INPUT_PERSIST-CREDENTIALS": "true",
    }
    program = tmp_path / "programs" / "checkout"
    done = subprocess.run([program], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "only persist-credentials: false is played" in done.stderr
    assert (tmp_path / "workspaces" / "build").read_text() == str(tmp_path)
