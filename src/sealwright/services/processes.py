"""Other programs, run to their end."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import SealwrightError, Unavailable

_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    output: bytes = b""
    """What it printed to stdout, before it was read as UTF-8."""

    @property
    def tail(self) -> str:
        """The last lines it printed, for a message."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return "\n".join(lines[-_TAIL_LINES:])


class ProcessFailed(SealwrightError):
    """A program ended with another exit code than 0."""

    def __init__(self, finished: Finished, *, hint: str = "") -> None:
        command = " ".join(finished.argv)
        super().__init__(
            "process-failed", f"`{command}` ended with exit code {finished.returncode}:\n{finished.tail}", hint=hint
        )
        self.finished = finished


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout: float = 900,
    check: bool = True,
    stdin: bytes | None = None,
    umask: int = -1,
) -> Finished:
    """Run a program with exactly the environment `env` and capture what it prints.

    `timeout` is in seconds; `umask` is the program's, this process's where it is -1. Raises Unavailable
    (`program-missing`, `process-timeout`), and ProcessFailed if `check` and it ends with another code than 0.
    """
    words = tuple(str(word) for word in argv)
    try:
        done = subprocess.run(  # noqa: S603 - argument lists only, never a shell
            words,
            cwd=cwd,
            env=dict(env),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
            umask=umask,
        )
    except FileNotFoundError as error:
        raise Unavailable("program-missing", f"`{words[0]}` is not here", hint=f"install {words[0]}") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable("process-timeout", f"`{' '.join(words)}` did not end within {timeout:.0f} s") from error
    finished = Finished(
        words,
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
        done.stdout,
    )
    if check and finished.returncode != 0:
        raise ProcessFailed(finished)
    return finished
