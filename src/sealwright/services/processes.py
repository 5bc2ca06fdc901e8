"""Other programs, run to their end or followed while they run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import SealwrightError, Unavailable

_TAIL_LINES = 12
_SECONDS_TO_END = 10


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
