"""What a rehearsal is of: version, tag, cells, and what is known from the start not to be rehearsed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.support.projects import PYPROJECT, git, make_project

from sealwright.errors import UsageError
from sealwright.rehearsal import choose as choosing
from sealwright.rehearsal.choose import choose
from sealwright.rehearsal.layout import Subject
from sealwright.services.git import Repository

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def chosen(project: Path, version: str | None = None) -> Subject:
    repository = Repository.find(project, os.environ)
    return choose(repository, project, version, os.environ, rekor=1).subject


def requiring(folder: Path, python: str, cells: str = "") -> Path:
    """A project for these Pythons; `cells` is a TOML list, or the default ones are used."""
    kept = PYPROJECT.partition("[tool.sealwright]")[0].replace(">=3.11", python)
    settings = f"[tool.sealwright]\ncells = {cells}\n" if cells else ""
    return make_project(folder, **{"pyproject.toml": kept + settings})


@pytest.mark.parametrize(
    ("python", "here", "expected"),
    [
        (">=3.11", ("3.11", RUNNING, "3.14"), ["3.11", "3.14"]),
        (">=3.9", ("3.9", RUNNING), ["3.9"]),
        (">=3.9", (RUNNING,), [RUNNING]),
        (">=3.9,<3.11", ("3.10",), ["3.10"]),
        (">=3.12,!=3.14.*", ("3.13",), ["3.13"]),
        (">=3.12", ("3.13",), ["3.13"]),
    ],
    ids=["both", "oldest", "running", "older", "excluded", "in between"],
)
def test_the_cells_are_those_that_can_run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str, here: tuple[str, ...], expected: list[str]
) -> None:
    monkeypatch.setattr(choosing, "find_python", lambda version, _: Path("python") if version in here else None)
    monkeypatch.setattr(choosing.platform, "system", lambda: "Linux")
    found = chosen(requiring(tmp_path, python)).cells
    assert [cell.partition("/")[2] for cell in found] == expected


def test_a_project_for_no_python_of_this_machine_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "find_python", lambda version, _: Path("python") if version == "3.11" else None)
    with pytest.raises(UsageError) as refused:
        chosen(requiring(tmp_path, ">=3.14"))
    assert refused.value.code == "no-python-here"
    assert ">=3.14" in refused.value.message
    assert "3.14" in refused.value.hint


def test_a_tag_of_that_version_at_another_commit_is_said(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    git(project, "tag", "v1.2.3")
    git(project, "commit", "-q", "--allow-empty", "-m", "Later")
    (said,) = [text for text in chosen(project).not_rehearsed if "v1.2.3" in text]
    assert "needs another version" in said
    assert not [text for text in chosen(project, "1.2.4").not_rehearsed if "tag" in text]
