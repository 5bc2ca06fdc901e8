"""The script that asks whether tags still lead where they led, against repositories on disk."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from tests.support.projects import git

from sealwright.pipeline.pins import ACTIONS, FLOWS, OPTIONAL_ACTIONS, Pin

SCRIPT = Path(__file__).parents[2] / "scripts/check_pins.py"
_spec = importlib.util.spec_from_file_location("check_pins", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
check_pins = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(check_pins)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A host with one repository, `o/r`, and one commit in it."""
    (tmp_path / "o/r").mkdir(parents=True)
    git(tmp_path / "o/r", "init", "-q")
    git(tmp_path / "o/r", "commit", "-q", "--allow-empty", "-m", "first")
    return tmp_path


def check(base: Path, commit: str, name: str = "o/r") -> int:
    code: int = check_pins.main(str(base), {name: Pin("v1.0.0", commit)})
    return code


@pytest.mark.parametrize("how", [["tag"], ["tag", "-a", "-m", "annotated"]], ids=["lightweight", "annotated"])
def test_a_tag_that_leads_to_the_pinned_commit_passes(base: Path, how: list[str]) -> None:
    git(base / "o/r", *how, "v1.0.0")
    assert check(base, git(base / "o/r", "rev-parse", "HEAD")) == 0


def test_a_moved_tag_fails(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pinned = git(base / "o/r", "rev-parse", "HEAD")
    git(base / "o/r", "commit", "-q", "--allow-empty", "-m", "second")
    git(base / "o/r", "tag", "v1.0.0")
    assert check(base, pinned) == 1
    assert f"pinned is {pinned}" in capsys.readouterr().out


def test_the_id_of_a_tag_object_is_not_the_commit(base: Path) -> None:
    git(base / "o/r", "tag", "-a", "-m", "annotated", "v1.0.0")
    assert check(base, git(base / "o/r", "rev-parse", "v1.0.0")) == 1


def test_a_tag_that_is_gone_fails(base: Path) -> None:
    assert check(base, git(base / "o/r", "rev-parse", "HEAD")) == 1


def test_a_repository_that_cannot_be_asked_is_not_agreement(base: Path) -> None:
    assert check(base, "a" * 40, "o/nobody") == 3


def test_every_pin_is_asked_about() -> None:
    asked = check_pins.everything()
    assert len(asked) == len(ACTIONS) + len(OPTIONAL_ACTIONS) + len(FLOWS)
    assert all(len(name.split("/")) == 2 for name in asked)
