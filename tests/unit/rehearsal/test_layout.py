"""The folder of a rehearsal: whose it is, and who may work in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sealwright.errors import UsageError
from sealwright.rehearsal.layout import Layout, Subject

SUBJECT = Subject(
    project="x",
    directory=".",
    version="1.0",
    tag="v1.0",
    commit="c" * 40,
    repository="local/x",
    rekor=1,
    provisional=False,
    cells=("ubuntu-24.04/3.11",),
    not_rehearsed=("the weather",),
)


def code(out: Path) -> str:
    """Why a rehearsal cannot start in `out`."""
    with pytest.raises(UsageError) as refused, Layout(out).start(SUBJECT):
        pass
    assert str(out) in refused.value.message
    assert "--out" in refused.value.hint or refused.value.code == "out-not-a-rehearsal"
    return refused.value.code


def test_a_started_rehearsal_can_be_continued(tmp_path):
    with Layout(tmp_path / "out").start(SUBJECT):
        pass
    subject, lock = Layout(tmp_path / "out").resume()
    lock.release()
    assert subject == SUBJECT


def test_an_earlier_rehearsal_is_replaced_as_a_whole(tmp_path):
    layout = Layout(tmp_path)
    with layout.start(SUBJECT):
        (tmp_path / "dist").mkdir()
        (tmp_path / "release.json").touch()
        (layout.artifacts / "build.build").mkdir()
        (layout.jobs / "build.json").touch()
    with layout.start(SUBJECT):
        assert [path.name for path in tmp_path.iterdir()] == [".rehearsal"]
        assert not any(layout.artifacts.iterdir())
        assert not any(layout.jobs.iterdir())


@pytest.mark.parametrize("again", [lambda layout: layout.start(SUBJECT), Layout.resume], ids=["start", "resume"])
def test_two_rehearsals_do_not_share_a_folder(tmp_path, again):
    layout = Layout(tmp_path)
    with layout.start(SUBJECT):
        (tmp_path / "plan.json").touch()
        with pytest.raises(UsageError) as refused:
            again(Layout(tmp_path))
        assert refused.value.code == "out-in-use"
        assert "--out" in refused.value.hint
        assert (tmp_path / "plan.json").exists()
        assert layout.subject_file.exists()
    again(Layout(tmp_path))


def test_something_else_is_not_deleted(tmp_path):
    (tmp_path / "thesis.tex").touch()
    assert code(tmp_path) == "out-not-a-rehearsal"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    assert code(tmp_path / "file") == "out-not-a-folder"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    assert code(tmp_path / "file" / "below") == "out-unusable"
    assert code(tmp_path / ("long" * 100)) == "out-unusable"


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write there")
def test_a_folder_that_may_not_be_written_to_is_said(tmp_path):
    tmp_path.chmod(0o500)
    assert code(tmp_path) == "out-unusable"


def test_a_folder_without_a_rehearsal_cannot_be_continued(tmp_path):
    with pytest.raises(UsageError) as refused:
        Layout(tmp_path / "none").resume()
    assert refused.value.code == "nothing-to-resume"
    assert not (tmp_path / "none").exists()
