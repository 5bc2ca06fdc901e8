"""Every request to an index goes wrong once, in every way; a second run publishes and confirms the same bytes."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import twine.__main__
from tests.support.confirming import SDIST, WHEEL, context_of
from tests.support.faults import KINDS, fail_each_request, without_pauses
from tests.support.pypi import PUBLISHER, World, make_world, write_release

from sealwright.endpoints import TESTPYPI_UPLOAD_URL
from sealwright.model import Finding, State, sha256_hex
from sealwright.rehearsal.actions import publish
from sealwright.rehearsal.standins.pypi import PyPIStandIn
from sealwright.rehearsal.standins.server import StandIn
from sealwright.services.processes import Finished
from sealwright.stages import confirm

PUBLISHERS = (PUBLISHER, replace(PUBLISHER, environment="testpypi"))
INPUTS = {
    "testpypi": {"attestations": "false", "repository_url": TESTPYPI_UPLOAD_URL},
    "pypi": {"attestations": "true"},
}
Make = Callable[[Path], AbstractContextManager[World]]


class Publishing:
    """A publishing job, each run of which fetches the distributions anew."""

    def __init__(self, world: World, index: str, dist: Path) -> None:
        self.world, self.index, self.dist = world, index, dist
        self.runs = itertools.count()

    @property
    def standin(self) -> PyPIStandIn:
        return self.world.pypi if self.index == "pypi" else self.world.testpypi

    def run(self) -> bool:
        fetched = self.world.folder / f"run-{next(self.runs)}" / "dist"
        shutil.copytree(self.dist, fetched)
        self.world.publish(fetched, self.world.environ(self.index), **INPUTS[self.index])
        return True

    def complete(self) -> None:
        stored = {file.filename: file for file in self.standin.store.of_project("tiny")}
        assert len(self.standin.store.ledger.files) == len(stored)
        assert {name: file.sha256 for name, file in stored.items()} == {
            name: sha256_hex((self.dist / name).read_bytes()) for name in (WHEEL, SDIST)
        }
        assert {file.provenance for file in stored.values()} == {self.index == "pypi"}


class Confirming(Publishing):
    """The job that looks at the index afterwards."""

    def run(self) -> bool:
        folder = self.world.folder / f"run-{next(self.runs)}" / "dist"
        shutil.copytree(self.dist, folder)
        return {finding.state for finding in confirm.run(context_of(self.world, folder)).findings} == {State.PASS}


def twine_here(arguments: Sequence[str | Path], env: Mapping[str, str]) -> Finished:
    """The real twine in this process: starting it each time would take most of the time."""
    said, code = io.StringIO(), 1
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        contextlib.suppress(Exception),  # what it does not catch ends the program
    ):
        patch.setattr(logging.root, "handlers", [])  # twine leaves one of its own, which prints on stdout
        patch.setattr(sys, "argv", ["twine", "--no-color", *map(str, arguments)])
        for name in set(os.environ) - set(env):
            patch.delenv(name)
        for name, value in env.items():
            patch.setenv(name, value)
        code = int(bool(twine.__main__.main()))
    return Finished((), code, said.getvalue(), "")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world's keys; making them takes longer than everything else."""
    folder = tmp_path_factory.mktemp("keys")
    with make_world(folder, PUBLISHERS):
        return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    write_release(folder)
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, keys: Path, dist: Path) -> Path:
    """The same world after the release was published on PyPI."""
    folder = tmp_path_factory.mktemp("published") / "world"
    shutil.copytree(keys, folder)
    with make_world(folder, PUBLISHERS) as world:
        Publishing(world, "pypi", dist).run()
    return folder


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    without_pauses(monkeypatch)
    monkeypatch.setattr(publish, "_twine", twine_here)
    numbers = itertools.count()

    @contextmanager
    def made(state: Path) -> Iterator[World]:
        folder = tmp_path / str(next(numbers))
        shutil.copytree(state, folder, ignore=shutil.ignore_patterns("run-*"))
        with make_world(folder, PUBLISHERS) as world:
            yield world

    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("index", ["testpypi", "pypi"])
def test_whatever_goes_wrong_while_publishing_a_second_run_publishes_the_same(
    make: Make, keys: Path, dist: Path, index: str, kind: str
) -> None:
    @contextmanager
    def world() -> Iterator[tuple[Publishing, StandIn]]:
        with make(keys) as made:
            job = Publishing(made, index, dist)
            yield job, job.standin

    fail_each_request(world, kind)


@pytest.mark.parametrize("service", ["identity", "sigstore"])
def test_whatever_goes_wrong_with_identity_and_signing_nothing_is_published_twice(
    make: Make, keys: Path, dist: Path, service: str
) -> None:
    @contextmanager
    def world() -> Iterator[tuple[Publishing, StandIn]]:
        with make(keys) as made:
            yield Publishing(made, "pypi", dist), getattr(made, service)

    fail_each_request(world, "down from then on")


@pytest.mark.parametrize("kind", ["done, and the answer cut", "down from then on"])
def test_whatever_goes_wrong_while_confirming_a_second_run_confirms(
    make: Make, published: Path, dist: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm, "check_install", lambda *_: Finding.passed("install"))  # it has tests of its own

    @contextmanager
    def world() -> Iterator[tuple[Publishing, StandIn]]:
        with make(published) as made:
            yield Confirming(made, "pypi", dist), made.pypi

    fail_each_request(world, kind)
