"""What is made once and kept in the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.rehearsal.cache import made_once


def written(folder: Path, text: str) -> Path:
    made = folder / "made"
    made.mkdir()
    (made / "file").write_text(text)
    return made


def test_it_is_made_once_and_nothing_else_stays(tmp_path: Path) -> None:
    wanted = tmp_path / "cache/wanted"
    assert made_once(wanted, lambda temporary: written(temporary, "first")) == wanted
    assert made_once(wanted, lambda temporary: written(temporary, "second")) == wanted
    assert (wanted / "file").read_text() == "first"
    assert list(wanted.parent.iterdir()) == [wanted]


def test_what_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    def failing(temporary: Path) -> Path:
        written(temporary, "half")
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        made_once(tmp_path / "wanted", failing)
    assert list(tmp_path.iterdir()) == []


def test_whoever_was_faster_is_believed(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted"

    def overtaken(temporary: Path) -> Path:
        written(tmp_path, "faster").rename(wanted)
        return written(temporary, "slower")

    assert made_once(wanted, overtaken) == wanted
    assert (wanted / "file").read_text() == "faster"
    assert list(tmp_path.iterdir()) == [wanted]


def test_a_folder_that_cannot_be_put_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "wanted").write_text("a file")
    with pytest.raises(OSError, match="wanted"):
        made_once(tmp_path / "wanted", lambda temporary: written(temporary, "made"))
