from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sealwright.locks.__main__ import roles
from sealwright.pipeline.steps import Role

SOURCE = Path(__file__).parents[3] / "src"


def locks(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Without site-packages, as in the environment of a job before its tools are installed.
    command = [sys.executable, "-S", "-m", "sealwright.locks", *arguments]
    return subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=False)


def test_every_role_has_a_lock_that_is_found_with_nothing_installed() -> None:
    assert {role.value for role in Role} <= set(roles())
    done = locks("sign")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("sign.txt\n")
    assert Path(done.stdout.strip()).is_file()


@pytest.mark.parametrize("arguments", [(), ("nobody",), ("../locks/sign",), ("sign", "gate")])
def test_anything_else_is_a_usage_error_without_output(arguments: tuple[str, ...]) -> None:
    done = locks(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


@pytest.mark.parametrize("role", roles())
def test_every_requirement_of_every_lock_has_a_version_and_hashes(role: str) -> None:
    text = (SOURCE / "sealwright/locks" / f"{role}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    assert all("==" in line and "--hash=sha256:" in line for line in lines)
