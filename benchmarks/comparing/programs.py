"""Other people's programs, run as a user would and heard out."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_BIN = Path(sys.executable).parent
_ENVIRONMENT = {"NO_COLOR": "1", "COLUMNS": "200", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Said:
    """What a program said before it ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def text(self) -> str:
        """Everything it printed, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", f"{self.out}\n{self.err}").strip()

    @property
    def crashed(self) -> bool:
        """Whether it ended with a trace of its own code."""
        return self.code != 0 and "Traceback (most recent call last)" in self.text

    @property
    def last(self) -> str:
        """The last line that it printed."""
        return (self.text.splitlines() or ["nothing"])[-1]


def ask(program: str, *arguments: str | Path, cwd: Path) -> Said:
    """Run a program of this environment to its end."""
    argv = [str(_BIN / program), *map(str, arguments)]
    began = time.perf_counter()
    done = subprocess.run(
        argv, cwd=cwd, env={**os.environ, **_ENVIRONMENT}, capture_output=True, text=True, check=False, timeout=600
    )
    return Said(done.returncode, done.stdout, done.stderr, time.perf_counter() - began)


def version(distribution: str) -> str:
    """`name version` of a program of this environment."""
    return f"{distribution} {importlib.metadata.version(distribution)}"
