"""Programs that are read while they run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sealwright.errors import Unavailable

_SECONDS_TO_END = 10


class Followed:
    """A program that is still running, and that prints lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def lines(self) -> Iterator[str]:
        """Each line as soon as it was printed, until the program closes its output."""
        assert self._process.stdout is not None  # `following` asked for it
        yield from self._process.stdout

    def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        return self._process.wait()


@contextmanager
def following(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, errors: Path) -> Iterator[Followed]:
    """Start a program with exactly the environment `env`, to read its output while it runs.

    What it prints to stderr goes into the file `errors`. It gets a process group of its own, so that a Ctrl-C reaches
    whoever follows it and not the program; it is ended with the block, however that is left.
    Raises Unavailable (`program-missing`).
    """
    words = [str(word) for word in argv]
    with errors.open("wb") as stderr:
        try:
            process = subprocess.Popen(  # noqa: S603 - argument lists only, never a shell
                words,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise Unavailable("program-missing", f"`{words[0]}` is not here", hint=f"install {words[0]}") from error
    with process:
        try:
            yield Followed(process)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    try:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
    finally:  # a second Ctrl-C included
        if process.poll() is None and os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
