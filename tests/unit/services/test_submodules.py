"""Trees with submodules: what is at hand is read at exactly the recorded commit, and what is not is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.support import projects
from tests.support.submodules import add_submodule, git, unreachable

from sealwright.services.git import Repository
from sealwright.services.submodules import WholeTree, mirror_with_submodules

ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """A project with the submodule `vendored`, which has the submodule `inner`."""
    inner = projects.make_project(tmp_path / "inner", {"deep.txt": "deep\n"})
    middle = projects.make_project(tmp_path / "middle", {"middle.txt": "middle\n"})
    add_submodule(middle, inner, "inner")
    outer = projects.make_project(tmp_path / "outer", {"outer.txt": "outer\n"})
    add_submodule(outer, middle, "vendored")
    git(outer, "submodule", "--quiet", "update", "--init", "--recursive")
    return outer


def whole(path: Path) -> WholeTree:
    repository = Repository(path, ENVIRON)
    return WholeTree.of(repository, repository.commit_of("HEAD"))


def content(tree: WholeTree) -> dict[str, bytes]:
    return {path: tree.read(entry.object_id) for path, entry in tree.tree.items() if path.endswith(".txt")}


EVERYTHING = {"outer.txt": b"outer\n", "vendored/middle.txt": b"middle\n", "vendored/inner/deep.txt": b"deep\n"}


def test_a_tree_goes_on_in_submodules_and_in_theirs(outer: Path) -> None:
    found = whole(outer)
    assert content(found) == EVERYTHING
    assert set(found.submodules) == {"vendored", "vendored/inner"}
    assert found.unseen == {}


def test_the_recorded_commit_counts_and_not_what_is_checked_out(outer: Path) -> None:
    projects.write(outer / "vendored", {"middle.txt": "changed\n"})
    git(outer / "vendored", "commit", "-q", "-a", "-m", "Not recorded")
    projects.write(outer / "vendored", {"middle.txt": "not even committed\n"})
    assert content(whole(outer)) == EVERYTHING


def test_a_submodule_that_is_not_checked_out_any_more_is_still_at_hand(outer: Path) -> None:
    git(outer, "submodule", "--quiet", "deinit", "--all", "--force")
    shutil.rmtree(outer / "vendored")
    assert content(whole(outer)) == EVERYTHING


def test_a_submodule_of_a_linked_work_tree_is_at_hand_there(outer: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(outer, "worktree", "add", "-q", "--detach", str(linked))
    git(linked, "submodule", "--quiet", "update", "--init", "--recursive")
    assert content(whole(linked)) == EVERYTHING


def test_a_shallow_submodule_is_enough(outer: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "-q", str(outer), str(copy))
    git(copy, "config", "-f", ".gitmodules", "submodule.vendored.url", (tmp_path / "middle").as_uri())
    git(copy, "submodule", "--quiet", "sync")
    git(copy, "submodule", "--quiet", "update", "--init", "--depth", "1")
    found = whole(copy)
    assert set(found.submodules) == {"vendored"}
    assert set(found.unseen) == {"vendored/inner"}


@pytest.mark.parametrize("name", ["../../outside", "/etc"])
def test_a_name_that_leads_out_of_the_repository_is_not_followed(outer: Path, name: str) -> None:
    (outer / ".gitmodules").write_text(f'[submodule "{name}"]\n\tpath = vendored\n\turl = x\n')
    projects.git(outer, "add", ".gitmodules")
    projects.git(outer, "commit", "-q", "-m", "Lead elsewhere")
    repository = Repository(outer, ENVIRON)
    assert repository.submodule_names(repository.commit_of("HEAD")) == {}


def test_what_is_not_at_hand_is_named_with_its_commit(outer: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(outer), str(tmp_path / "copy"))
    found = whole(tmp_path / "copy")
    assert found.unseen == {"vendored": git(outer / "vendored", "rev-parse", "HEAD")}
    assert set(content(found)) == {"outer.txt"}


def test_a_submodule_without_the_recorded_commit_is_not_at_hand(outer: Path) -> None:
    projects.git(outer, "update-index", "--cacheinfo", f"160000,{'0123456789' * 4},vendored")
    projects.git(outer, "commit", "-q", "-m", "Record another one")
    assert set(whole(outer).unseen) == {"vendored"}


def test_submodules_and_theirs_are_cloned_without_a_network(outer: Path, tmp_path: Path) -> None:
    head = unreachable(outer, "vendored")
    shutil.rmtree(tmp_path / "middle")
    shutil.rmtree(tmp_path / "inner")
    Repository(outer, ENVIRON).clone(tmp_path / "clone", head)
    assert (tmp_path / "clone" / "vendored" / "inner" / "deep.txt").read_text() == "deep\n"
    assert content(whole(tmp_path / "clone")) == EVERYTHING


def test_a_mirror_can_take_the_submodules_along(outer: Path, tmp_path: Path) -> None:
    head = unreachable(outer, "vendored")
    mirror_with_submodules(Repository(outer, ENVIRON), head, tmp_path / "origin.git")
    for name in ("outer", "middle", "inner"):
        shutil.rmtree(tmp_path / name)
    assert content(whole(tmp_path / "origin.git")) == EVERYTHING
    Repository(tmp_path / "origin.git", ENVIRON).clone(tmp_path / "clone", head)
    assert (tmp_path / "clone" / "vendored" / "inner" / "deep.txt").read_text() == "deep\n"
