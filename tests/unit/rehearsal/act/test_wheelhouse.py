"""Where pip finds the jobs' tools."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.projects import git

from sealwright.locks import lock_of
from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import Role
from sealwright.rehearsal.act import wheelhouse
from sealwright.rehearsal.cache import cache_home
from sealwright.services.git import Repository
from sealwright.services.package_index import PackageIndex
from sealwright.services.processes import ProcessFailed

JOBS = table(Options((Cell("ubuntu-24.04", "3.11"),), tool="checkout"))
PYTHON = Path(sys.executable)
LOCKS = {role.value: lock_of(role.value).encode() for role in Role}
_ENTRY = re.search(rb"^packaging==.*\n(?: +--hash.*\n)+", LOCKS["plan"], re.MULTILINE)
assert _ENTRY
LOCK = _ENTRY[0]
NOWHERE = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "http://127.0.0.1:9/simple/", "PIP_RETRIES": "0"}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Somebody with an empty cache."""
    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="module")
def filled(user: dict[str, str]) -> Path:
    """The folder with the wheel of `LOCK`."""
    return wheelhouse.fill(PYTHON, [LOCK], user, {**user, **PackageIndex.from_pip(user).pip_env()})


def install(folder: Path, wheels: Path) -> subprocess.CompletedProcess[str]:
    """What a job does, where the index does not answer."""
    folder.mkdir()
    (folder / "lock.txt").write_bytes(LOCK)
    (folder / "tools.txt").write_text(wheelhouse.options(wheels))
    options = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", folder / "installed")
    return subprocess.run(
        [PYTHON, "-m", "pip", "install", *options, "-r", folder / "lock.txt"],
        env={**NOWHERE, "PIP_CONSTRAINT": (folder / "tools.txt").as_uri()},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.index
def test_a_job_installs_its_tools_without_asking_an_index(tmp_path: Path, filled: Path) -> None:
    done = install(tmp_path / "a job's", filled)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a job's/installed/packaging/__init__.py").is_file()


@pytest.mark.index
def test_a_wheel_that_was_changed_in_the_cache_is_refused(tmp_path: Path, filled: Path) -> None:
    (wheel,) = filled.iterdir()
    (tmp_path / "changed").mkdir()
    (tmp_path / "changed" / wheel.name).write_bytes(wheel.read_bytes() + b"\0")
    done = install(tmp_path / "job", tmp_path / "changed")
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr


@pytest.mark.index
def test_what_is_in_the_cache_is_not_fetched_again(user: dict[str, str], filled: Path) -> None:
    assert wheelhouse.fill(PYTHON, [LOCK, LOCK], user, NOWHERE) == filled


@pytest.mark.index
def test_files_that_cannot_be_had_are_an_error_and_leave_nothing(user: dict[str, str], filled: Path) -> None:
    with pytest.raises(ProcessFailed) as caught:
        wheelhouse.fill(PYTHON, [LOCK + b"# another\n"], user, NOWHERE)
    assert "packaging" in caught.value.message
    assert list((cache_home(user) / "wheels").iterdir()) == [filled]


def test_the_locks_are_those_of_the_jobs_roles() -> None:
    assert set(wheelhouse.our_locks(JOBS)) == set(LOCKS.values())
    (draft,) = (job for job in JOBS if job.id == "draft")
    assert wheelhouse.our_locks([draft]) == (LOCKS["github"],)


def test_a_program_that_is_taken_from_the_commit_has_the_locks_of_the_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    folder = tmp_path / "src/sealwright/locks"
    folder.mkdir(parents=True)
    (folder / "plan.txt").write_bytes(b"as tagged")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "locks")
    (folder / "plan.txt").write_bytes(b"as changed since")
    repository = Repository(tmp_path, os.environ)
    assert wheelhouse.tagged_locks(JOBS, repository, repository.commit_of("HEAD")) == (b"as tagged",)
