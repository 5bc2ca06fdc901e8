"""Wheels that a real backend makes of a few files, without a network: hatchling is part of the test environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.projects import write

WHEEL = "tiny_project-1.2.3-py3-none-any.whl"
HEAD = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "tiny-project"
version = "1.2.3"
requires-python = ">=3.11"
"""
PACK = '[tool.hatch.build.targets.wheel]\nonly-include = ["src"]\nsources = ["src"]\n'
"""Packs everything below src/ as it is."""


def wheel_of(folder: Path, files: Mapping[str, str], project: str = "", pack: str = PACK) -> bytes:
    """The wheel of a project with these files. `project` continues [project], `pack` says what goes in."""
    write(folder, {"pyproject.toml": f"{HEAD}{project}\n{pack}", **files})
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(build, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / "out" / WHEEL).read_bytes()
