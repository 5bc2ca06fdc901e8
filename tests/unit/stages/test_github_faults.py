"""Every request to GitHub goes wrong once, in every way; a second run completes the release, once and the same."""

from __future__ import annotations

import itertools
import shutil
from contextlib import contextmanager

import pytest
from tests.support.faults import KINDS, fail_each_request, without_pauses
from tests.support.release_page import ALL, DISTS, PREPARED, PUBLISHED, Page, github

from sealwright.model import State, sha256_hex
from sealwright.stages import announce, draft

CONTENT = {path.rpartition("/")[2]: sha256_hex(data) for path, data in {**DISTS, **PUBLISHED}.items()}


class Drafting:
    """The job draft."""

    stage, names = draft, PREPARED

    def __init__(self, page):
        self.page = page

    def run(self):
        findings = self.stage.run(self.page.context(self.stage.CHECK)).findings
        return {f.state for f in findings if f.check == self.stage.CHECK} == {State.PASS}

    def complete(self):
        (release,) = self.page.github.releases()
        assets = self.page.github.assets(release)
        assert (release.tag, release.draft) == ("v1.0", self.stage is draft)
        assert set(assets) == self.names
        assert {name: assets[name].sha256 for name in CONTENT if name in assets} == {
            name: digest for name, digest in CONTENT.items() if name in self.names
        }


class Announcing(Drafting):
    """The job announce, after draft."""

    stage, names = announce, ALL


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """What GitHub keeps after draft."""
    folder = tmp_path_factory.mktemp("drafted")
    with github(folder) as standin:
        draft.run(Page(standin, folder).context("draft"))
    return folder / "github"


@pytest.fixture
def world(tmp_path, request, monkeypatch, drafted):
    without_pauses(monkeypatch)
    numbers = itertools.count()

    @contextmanager
    def make():
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        if request.param is Announcing:
            shutil.copytree(drafted, folder / "github")
        with github(folder) as standin:
            yield request.param(Page(standin, folder)), standin

    return make


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("world", [Drafting, Announcing], indirect=True, ids=["draft", "announce"])
def test_whatever_goes_wrong_a_second_run_completes_the_release(world, kind):
    fail_each_request(world, kind)
