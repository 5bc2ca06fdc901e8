"""Builds a project once, outside of any release, for the version that it gives itself.

`python -m sealwright.rehearsal.trial_build CLONE DIRECTORY EPOCH OUT` runs in the environment of the role `build`, as
the build job does, and leaves the distributions in the folder OUT. Only there is the package `build` for certain.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sealwright.config import load_settings
from sealwright.project.reading import PYPROJECT
from sealwright.services.environments import PackageIndex
from sealwright.stages.build_environment import Workshop
from sealwright.stages.building import Builder


def build(clone: Path, directory: str, epoch: int, out: Path) -> None:
    """Build what lies in `directory` of a clone, into `out`. Raises SealwrightError."""
    project = clone / directory
    written = project / PYPROJECT
    settings = load_settings(written.read_text("utf-8") if written.is_file() else "")
    workshop = Workshop(out.parent, os.environ, PackageIndex.of(os.environ))
    floor = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = workshop.prepare(project, clone, settings, floor, lambda env: Builder(project, env, epoch).requirements())
    Builder(project, made.environment, epoch).build(out)


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve(), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]).resolve())
