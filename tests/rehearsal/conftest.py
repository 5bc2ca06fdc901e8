"""One rehearsal of the tiny project for all workers, kept as it was after some of its jobs; and one under act."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sealwright.workflow.render import WORKFLOW_FILE
from tests.rehearsal import support, under_act
from tests.support.projects import make_project

POINTS = ("build", "attest", "gate", "testpypi-check")
"""Jobs after which a copy is kept."""
ACT_POINTS = ("draft", "testpypi-check")


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `project`, `after-<job>` for each point, and the finished `done`."""
    return _once(tmp_path_factory, "rehearsed", lambda shared: _rehearse(make_project(shared / "project"), POINTS))


@pytest.fixture(scope="session")
def act(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with act on PATH."""
    shared = _once(tmp_path_factory, "act", lambda shared: (shared / "path").write_text(f"{under_act.install_act()}"))
    return under_act.environment(Path((shared / "path").read_text()))


@pytest.fixture(scope="session")
def acted(tmp_path_factory: pytest.TempPathFactory, act: dict[str, str]) -> Path:
    """The same as `rehearsed` under act, and what its steps were started with in `steps`.

    The project has a release.yml of its own, as it is rendered.
    """

    def make(shared: Path) -> None:
        recorder = under_act.make_recorder(shared)
        project = make_project(shared / "project", **{WORKFLOW_FILE: under_act.rendered()})
        _rehearse(project, ACT_POINTS, {**act, "PATH": f"{recorder}:{act['PATH']}"})

    return _once(tmp_path_factory, "acted", make)


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by whichever worker comes first."""
    base = factory.getbasetemp()
    shared = (base.parent if "popen" in base.name else base) / name
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "ready").exists():
            shutil.rmtree(shared, ignore_errors=True)
            shared.mkdir()
            make(shared)
            (shared / "ready").touch()
    return shared


def _rehearse(project: Path, points: tuple[str, ...], act: Mapping[str, str] | None = None) -> None:
    out = project.parent / "done"
    for number, point in enumerate(points):
        outcome = support.run(project, out, resume=number > 0, stop_after=point, act=act)
        assert not support.failed(outcome), (support.codes(outcome), outcome.results)
        shutil.copytree(out, project.parent / f"after-{point}", symlinks=True)
    outcome = support.run(project, out, resume=True, act=act)
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)


@pytest.fixture
def after(rehearsed: Path, tmp_path: Path) -> Callable[[str], support.Snapshot]:
    """Give the test its own copy of the rehearsal as it was after a job."""

    def copy(job: str) -> support.Snapshot:
        return support.copy_of(rehearsed / f"after-{job}", rehearsed / "project", tmp_path / "out")

    return copy


@pytest.fixture
def after_in_act(acted: Path, act: dict[str, str], tmp_path: Path) -> Callable[[str], support.Snapshot]:
    """Like `after`, to be continued under act."""

    def copy(job: str) -> support.Snapshot:
        return support.copy_of(acted / f"after-{job}", acted / "project", tmp_path / "out", act)

    return copy


@pytest.fixture
def done(rehearsed: Path) -> Path:
    """The dossier of the finished rehearsal; not to be changed."""
    return rehearsed / "done"
