"""A job that has ended hands out what it put out, and runs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sealwright.errors import UsageError
from sealwright.rehearsal.act.replay import replay
from sealwright.rehearsal.act.workflow import Workflow

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="jobs need a POSIX system")
OUTPUTS = {"record": "ab", "sums": "eA==", "artifact": "build.build-1"}


def call(variables: dict[str, str], folder: Path) -> tuple[int, str]:
    """One step as act starts it: (exit code, outputs)."""
    (folder / "script").write_text(f"touch {folder}/ran\n")
    (folder / "output").write_text("")
    bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", folder / "script"]
    environ = {"PATH": "/usr/bin:/bin", "GITHUB_OUTPUT": str(folder / "output"), **variables}
    done = subprocess.run(bash, env=environ, capture_output=True, check=False)
    return done.returncode, (folder / "output").read_text()


def test_each_step_puts_out_its_own_outputs_and_no_script_is_run(workflow: Workflow, tmp_path: Path) -> None:
    variables = replay(tmp_path / "it's a folder", workflow, "build", OUTPUTS)
    said = {}
    for step in workflow.steps("build"):
        code, said[step] = call(variables, tmp_path)
        assert code == 0
    assert said["stage"] == "record=ab\nsums=eA==\n"
    assert said["keep-artifact"] == "artifact-id=build.build-1\n"
    assert not (tmp_path / "ran").exists()


def test_a_step_more_than_the_job_has_fails(workflow: Workflow, tmp_path: Path) -> None:
    variables = replay(tmp_path / "build", workflow, "build", OUTPUTS)
    for _ in workflow.steps("build"):
        call(variables, tmp_path)
    assert call(variables, tmp_path)[0] != 0
    assert not (tmp_path / "ran").exists()


def test_a_path_that_bash_would_evaluate_is_refused(workflow: Workflow, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        replay(tmp_path / "$(touch x)", workflow, "build", OUTPUTS)
