"""Every stage and stand-in runs in the environment of its role, with nothing else of this one importable."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import Job, Stage, Tools
from sealwright.rehearsal.actions import STAND_INS
from sealwright.rehearsal.cache import cache_home
from sealwright.rehearsal.toolsets import Toolsets
from sealwright.services.environments import PackageIndex

pytestmark = pytest.mark.index
TABLE = table(Options((Cell("ubuntu-24.04", "3.13"),), notify="notify"))


def modules() -> list[tuple[str, str]]:
    """(role, module) for everything that is started in a role's environment."""
    found = []
    for job in TABLE:
        if isinstance(job, Job):
            roles = [step.role.value for step in job.steps if isinstance(step, Tools)]
            stages = [name for step in job.steps if isinstance(step, Stage) for name in step.names]
            found += [(roles[0], f"sealwright.stages.{name}") for name in stages]
    found += [(role, f"sealwright.rehearsal.actions.{name}") for name, role in STAND_INS.values()]
    return sorted(set(found))


@pytest.mark.parametrize(("role", "module"), modules())
def test_a_role_s_environment_has_what_its_stage_imports(role: str, module: str, tmp_path: Path) -> None:
    toolsets = Toolsets(cache_home(os.environ) / "tools", PackageIndex.from_pip(os.environ), os.environ)
    python = toolsets.bin(role) / "python"
    code = f"import {module}, sys; assert 'pytest' not in sys.modules; print({module}.__name__)"
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_role_s_environment_has_nothing_of_the_one_it_was_made_from(tmp_path: Path) -> None:
    toolsets = Toolsets(cache_home(os.environ) / "tools", PackageIndex.from_pip(os.environ), os.environ)
    code = "import pytest"
    done = subprocess.run([toolsets.bin("github") / "python", "-c", code], cwd=tmp_path, env={}, check=False)
    assert done.returncode != 0
