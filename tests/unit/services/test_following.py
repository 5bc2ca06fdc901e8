"""Programs that are followed while they run."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from sealwright.errors import Unavailable
from sealwright.services.following import Followed, following

SLEEPER = "import sys, time; print('started', flush=True); time.sleep(60)"


def test_lines_arrive_while_the_program_runs(tmp_path: Path) -> None:
    code = (
        "import sys; print('one', flush=True); print('no', file=sys.stderr);"
        "sys.stdout.buffer.write(b'\\xff\\n'); sys.exit(3)"
    )
    errors = tmp_path / "errors"
    with following([sys.executable, "-c", code], env={}, cwd=tmp_path, errors=errors) as program:
        assert list(program.lines()) == ["one\n", "\ufffd\n"]
        assert program.ended() == 3
    assert errors.read_text().strip() == "no"


def test_a_program_is_ended_with_the_block_however_that_is_left(tmp_path: Path) -> None:
    began = time.monotonic()

    def interrupted() -> None:
        argv = [sys.executable, "-c", SLEEPER]
        with following(argv, env={}, cwd=tmp_path, errors=tmp_path / "errors") as program:
            seen.append(program)
            assert next(program.lines()) == "started\n"
            raise KeyboardInterrupt

    seen: list[Followed] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen[0].ended() != 0
    assert time.monotonic() - began < 30


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_a_program_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sealwright.services.following._SECONDS_TO_END", 0.2)
    argv = [sys.executable, "-c", f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"]
    with following(argv, env={}, cwd=tmp_path, errors=tmp_path / "errors") as program:
        next(program.lines())
    assert program.ended() == -9


def test_a_program_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable) as caught,
        following(["no-such-program"], env={"PATH": ""}, cwd=tmp_path, errors=tmp_path / "errors"),
    ):
        pass
    assert caught.value.code == "program-missing"
