"""What a checkout brings along, and what it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.projects import GIT_ENVIRONMENT, commit, git, make_project, write

from sealwright.errors import SealwrightError, UsageError
from sealwright.rehearsal.actions import checkout


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A repository with two commits, each with a tag, and a third commit on main."""
    origin = make_project(tmp_path / "origin")
    git(origin, "tag", "v1")
    write(origin, {"more.txt": "more"})
    sha = commit(origin, "Second")
    git(origin, "tag", "v2")
    write(origin, {"later.txt": "later"})
    commit(origin, "Third")
    (tmp_path / "workspace").mkdir()
    return {
        "PATH": os.environ["PATH"],
        checkout.ORIGIN_VARIABLE: str(origin),
        "GITHUB_REF": "refs/tags/v2",
        "GITHUB_SHA": sha,
    }


def check_out(environ: dict[str, str], tmp_path: Path, **inputs: str) -> Path:
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    outputs = checkout.run({"path": "source", **given}, environ, tmp_path / "workspace")
    folder = tmp_path / "workspace" / "source"
    assert outputs["commit"] == git(folder, "rev-parse", "HEAD") == environ["GITHUB_SHA"]
    return folder


def test_the_tag_is_checked_out_with_all_history_and_all_tags(environ: dict[str, str], tmp_path: Path) -> None:
    folder = check_out(environ, tmp_path, persist_credentials="false", fetch_depth="0", fetch_tags="true")
    assert (folder / "more.txt").is_file()
    assert not (folder / "later.txt").exists()
    assert git(folder, "tag").split() == ["v1", "v2"]
    assert git(folder, "rev-list", "--count", "HEAD") == "2"
    assert "origin/main" in git(folder, "branch", "-r")


def test_without_a_depth_there_is_that_one_commit(environ: dict[str, str], tmp_path: Path) -> None:
    folder = check_out(environ, tmp_path, persist_credentials="false")
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert git(folder, "tag").split() == ["v2"]
    assert git(folder, "branch", "-r") == ""


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"persist-credentials": "true"}, id="credentials stay"),
        pytest.param({}, id="credentials stay by default"),
        pytest.param({"persist-credentials": "no"}, id="not a truth value"),
        pytest.param({"persist-credentials": "false", "fetch-depth": "3"}, id="some history"),
        pytest.param({"persist-credentials": "false", "fetch-tags": "true"}, id="tags without history"),
        pytest.param({"persist-credentials": "false", "path": "../elsewhere"}, id="outside the workspace"),
        pytest.param({"persist-credentials": "false", "path": "/tmp/elsewhere"}, id="anywhere"),  # noqa: S108
        pytest.param({"persist-credentials": "false", "submodules": "true"}, id="an input that is not played"),
    ],
)
def test_what_is_not_played_is_refused(environ: dict[str, str], tmp_path: Path, inputs: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        checkout.run(inputs, environ, tmp_path / "workspace")
    assert list((tmp_path / "workspace").iterdir()) == []


def test_a_tag_that_is_not_there_fails(environ: dict[str, str], tmp_path: Path) -> None:
    for depth in ("0", "1"):
        inputs = {"path": depth, "persist-credentials": "false", "fetch-depth": depth}
        with pytest.raises(SealwrightError):
            checkout.run(inputs, {**environ, "GITHUB_REF": "refs/tags/v3"}, tmp_path / "workspace")


def test_the_users_git_configuration_is_not_read(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[core]\n\tautocrlf = true\n[broken\n")
    inputs = {"path": "source", "persist-credentials": "false", "fetch-depth": "0"}
    checkout.run(inputs, {**environ, "HOME": str(tmp_path / "home")}, tmp_path / "workspace")
    assert GIT_ENVIRONMENT  # the repository was made without it as well
    assert b"\r" not in (tmp_path / "workspace" / "source" / "pyproject.toml").read_bytes()
