"""One rehearsal of the tiny project for all workers, kept as it was after some of its jobs."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal import support
from tests.support.projects import make_project

POINTS = ("build", "attest", "gate", "testpypi-check")
"""Jobs after which a copy is kept."""


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `project`, `after-<job>` for each point, and the finished `done`."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "popen" in base.name else base) / "rehearsed"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "ready").exists():
            shutil.rmtree(shared, ignore_errors=True)
            _rehearse(shared)
            (shared / "ready").touch()
    return shared


def _rehearse(shared: Path) -> None:
    project = make_project(shared / "project")
    out = shared / "done"
    for number, point in enumerate(POINTS):
        outcome = support.run(project, out, resume=number > 0, stop_after=point)
        assert not support.failed(outcome), support.codes(outcome)
        shutil.copytree(out, shared / f"after-{point}", symlinks=True)
    outcome = support.run(project, out, resume=True)
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)


@pytest.fixture
def after(rehearsed: Path, tmp_path: Path) -> Callable[[str], support.Snapshot]:
    """Give the test its own copy of the rehearsal as it was after a job."""

    def copy(job: str) -> support.Snapshot:
        return support.copy_of(rehearsed / f"after-{job}", rehearsed / "project", tmp_path / "out")

    return copy


@pytest.fixture
def done(rehearsed: Path) -> Path:
    """The dossier of the finished rehearsal; not to be changed."""
    return rehearsed / "done"
