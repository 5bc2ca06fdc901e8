"""A bomb costs nothing: judged in a process that may use little memory and little time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest
from tests.support.bombs import BOMBS

_MEMORY = 1 << 30
"""Of address space; Python with the modules that are needed takes a third of it, a bomb would take several times."""
_SECONDS = 60
"""Of processor time, for making the bomb too; a kernel ends whoever takes more."""
_PEAK = 100 << 20


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_little_memory_and_time(name: str) -> None:
    argv = [sys.executable, "-m", "tests.support.bombs", name]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(argv, env=env, preexec_fn=_limit, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    peak, size, *codes = done.stdout.split()
    assert codes
    assert int(peak) < _PEAK + int(size)
