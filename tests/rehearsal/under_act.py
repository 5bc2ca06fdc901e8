"""act for tests, and a bash that writes down what each step of each job is started with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sealwright.config import load_settings
from sealwright.project import options_for
from sealwright.workflow.render import render_for
from tests.support.projects import PYPROJECT

REPOSITORY = Path(__file__).parents[2]
SECRETS = {"AWS_SECRET_ACCESS_KEY": "hunter2", "GITHUB_TOKEN": "hunter2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hunter2"}
"""What a user may have in the environment that no job may see."""
MINUTES = pytest.mark.timeout(2400)
"""For tests that wait for a whole run under act, and for another process that is making it."""

# Between act and the real bash, as a runner might be: it changes nothing, and it knows everything.
_RECORDER = """\
#!{bash}
if [ -n "$GITHUB_JOB" ] && [ -n "$GITHUB_OUTPUT" ] && [ "$1" = --noprofile ]; then
  folder={folder}/$GITHUB_JOB
  mkdir -p "$folder"
  n=$(ls "$folder" | wc -l)
  {{ env -0; printf 'WORKSPACE_HOLDS=%s\\0' "$(ls -A | tr '\\n' ' ')"; }} > "$folder/$n"
fi
exec {bash} "$@"
"""


def rendered() -> str:
    """release.yml of the tiny project, with some published Sealwright or other."""
    settings = load_settings(PYPROJECT)
    return render_for(replace(options_for(settings, settings.cells), release=("0.0.1", "0" * 64)))


def install_act() -> Path:
    """The folder of an act, which is installed below build/ where there is none; fails where that is impossible."""
    done = subprocess.run(
        [REPOSITORY / "scripts" / "act.sh"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"no act: {done.stderr}")
    return Path(done.stdout.strip()).parent


def environment(act: Path, recorder: Path | None = None) -> dict[str, str]:
    """A user's environment with act on PATH, and with secrets."""
    folders = [*([str(recorder)] if recorder else []), str(act), os.environ["PATH"]]
    return {**os.environ, **SECRETS, "PATH": os.pathsep.join(folders)}


def make_recorder(folder: Path) -> Path:
    """A folder with a bash that records into `folder`/steps."""
    bash = shutil.which("bash")
    assert bash is not None
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "bash"
    program.write_text(_RECORDER.format(bash=bash, folder=folder / "steps"))
    program.chmod(0o755)
    return folder / "bin"


@dataclass(frozen=True)
class Steps:
    """What was recorded: for each job, the variables of its steps in order."""

    jobs: Mapping[str, list[dict[str, str]]]

    @classmethod
    def of(cls, folder: Path) -> Steps:
        return cls({job.name: _steps(job) for job in (folder / "steps").iterdir()})


def _steps(job: Path) -> list[dict[str, str]]:
    return [_variables(job / str(number)) for number in range(len(list(job.iterdir())))]


def _variables(file: Path) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in file.read_text().split("\0") if "=" in entry)
