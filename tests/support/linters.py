"""The linters of workflows, as programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
_BIN = Path(sys.executable).parent


def installed(name: str) -> str:
    """The path of a linter; the test is skipped where it is not installed."""
    search = os.pathsep.join([str(_BIN), str(REPOSITORY / "build" / "tools"), os.environ.get("PATH", "")])
    found = shutil.which(name, path=search)
    if found is None:
        pytest.skip(f"{name} is not installed; scripts/lint.sh installs it")
    return found


def zizmor(folder: Path, *paths: str) -> None:
    """Assert that zizmor has nothing to say about these paths, or everything, of a repository."""
    options = ("--offline", "--no-progress", "--strict-collection", "--persona", "auditor")
    _lint(installed("zizmor"), *options, *(paths or (".",)), cwd=folder)


def actionlint(folder: Path, workflow: str) -> None:
    """Assert that actionlint has nothing to say about a workflow."""
    _lint(installed("actionlint"), workflow, cwd=folder)


def schema(folder: Path, workflow: str) -> None:
    """Assert that a workflow satisfies the schema of workflows."""
    _lint(installed("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", workflow, cwd=folder)


def _lint(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
