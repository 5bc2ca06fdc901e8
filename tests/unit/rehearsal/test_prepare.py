"""Before the first job: what is rehearsed, and what is refused without touching an earlier rehearsal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.projects import PYPROJECT, commit, make_project, write

from sealwright.errors import UsageError
from sealwright.rehearsal.rehearse import Prepared, Request, prepare
from sealwright.rehearsal.services import World


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def prepared(request: Request) -> Prepared:
    """Prepare, and let go of the folder as a finished rehearsal does."""
    found = prepare(request, os.environ)
    found.lock.release()
    return found


def refusal(request: Request) -> UsageError:
    with pytest.raises(UsageError) as refused:
        prepare(request, os.environ)
    return refused.value


def test_a_rehearsal_is_continued_where_it_was_started(project, tmp_path):
    out = tmp_path / "out"
    first = prepared(Request(project, out=out))
    assert prepared(Request(project, out=out, resume=True)).subject == first.subject
    assert prepared(Request(project, version="1.2.3", out=out, resume=True)).subject == first.subject


def test_a_rehearsal_of_another_commit_is_not_continued(project, tmp_path):
    out = tmp_path / "out"
    first = prepared(Request(project, out=out)).subject.commit
    write(project, {"README.md": "# A fix\n"})
    now = commit(project)
    error = refusal(Request(project, out=out, resume=True))
    assert error.code == "nothing-to-resume"
    assert first[:7] in error.message
    assert now[:7] in error.message
    assert prepared(Request(project, out=out)).subject.commit == now  # and the folder is free again


def test_a_rehearsal_of_another_version_is_not_continued(project, tmp_path):
    prepared(Request(project, out=tmp_path / "out"))
    error = refusal(Request(project, version="1.2.4", out=tmp_path / "out", resume=True))
    assert error.code == "nothing-to-resume"
    assert "1.2.4" in error.message


def test_a_rehearsal_of_another_project_is_not_continued(project, tmp_path):
    prepared(Request(project, out=tmp_path / "out"))
    other = make_project(tmp_path / "other", {"pyproject.toml": PYPROJECT.replace("tiny-project", "other")})
    error = refusal(Request(other, out=tmp_path / "out", resume=True))
    assert error.code == "nothing-to-resume"
    assert "other" in error.message


def test_a_missing_folder_of_advisories_leaves_an_earlier_rehearsal_alone(project, tmp_path):
    out = tmp_path / "out"
    prepared(Request(project, out=out))
    (out / "plan.json").touch()
    error = refusal(Request(project, out=out, world=World(advisories=tmp_path / "none")))
    assert error.code == "advisories-missing"
    assert (out / "plan.json").exists()


def test_what_is_not_committed_is_said_not_to_be_rehearsed(project, tmp_path):
    assert not [
        text for text in prepared(Request(project, out=tmp_path / "a")).subject.not_rehearsed if "commit" in text
    ]
    write(project, {"README.md": "# A fix\n", "src/tiny_project/more.py": "", "a": "", "b": "", "CHANGELOG.md": ""})
    said, *_ = prepared(Request(project, out=project / "build" / "out")).subject.not_rehearsed
    assert said == "what is not committed: CHANGELOG.md, README.md, a and 2 more"
    said, *_ = prepared(Request(project, out=project / "build" / "out")).subject.not_rehearsed
    assert "build" not in said


def test_a_broken_file_that_is_corrected_but_not_committed_is_said(project, tmp_path):
    write(project, {"pyproject.toml": "[project"})
    commit(project)
    write(project, {"pyproject.toml": PYPROJECT})
    error = refusal(Request(project, out=tmp_path / "out"))
    assert error.code == "toml-malformed"
    assert error.hint.endswith("only commits are looked at, not what is not committed: pyproject.toml")
