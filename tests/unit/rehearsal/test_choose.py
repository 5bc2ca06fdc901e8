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


def computing(folder: Path, expression: str) -> Path:
    """A project whose setup.py works its version out."""
    script = (
        f"import subprocess\nfrom setuptools import setup\nsetup(name='tiny', version={expression}, py_modules=['x'])\n"
    )
    return make_project(folder, {"setup.py": script, "x.py": ""})


@pytest.mark.index
def test_a_version_that_only_the_build_knows_is_asked_for(tmp_path: Path) -> None:
    subject = chosen(computing(tmp_path / "here", "'1.' + str(4) + '.02'"))
    assert (subject.version, subject.tag, subject.provisional) == ("1.4.2", "v1.4.2", False)
    assert not git(tmp_path / "here", "status", "--porcelain", "--ignored")


@pytest.mark.index
@pytest.mark.parametrize("expression", ["'1.4' + '.dev3'", "'1.4' + '+g123'", "1 / 0"], ids=["dev", "local", "broken"])
def test_a_build_that_does_not_know_either_leaves_it_to_the_tag(tmp_path: Path, expression: str) -> None:
    project = computing(tmp_path, expression)
    git(project, "tag", "v1.3.0")
    git(project, "commit", "-q", "--allow-empty", "-m", "Later")
    subject = chosen(project)
    assert (subject.version, subject.provisional) == ("1.3.1", True)


def test_a_version_that_is_given_or_tagged_needs_no_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "computed_version", lambda *_: pytest.fail("it was built"))
    project = computing(tmp_path, "'1.' + str(4)")
    assert chosen(project, "1.4").version == "1.4"
    git(project, "tag", "v1.4")
    assert chosen(project).version == "1.4"
