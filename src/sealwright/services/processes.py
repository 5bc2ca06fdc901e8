"""Other programs, run to their end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sealwright.errors import SealwrightError, Unavailable

_TAIL_LINES = 12
_TAIL_CHARACTERS = 4000
_TAIL_BYTES = 64 * 1024
_CHUNK = 16 * 1024
_READ_ON_SECONDS = 5.0
"""How long output is waited for that somebody else still holds open."""


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
        return "\n".join(lines[-_TAIL_LINES:])[-_TAIL_CHARACTERS:]

    @property
    def ending(self) -> str:
        """How it ended, for a message."""
        if self.returncode >= 0:
            return f"exit code {self.returncode}"
        known = {number.value: f" ({number.name})" for number in signal.Signals}
        return f"signal {-self.returncode}{known.get(-self.returncode, '')}"


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


def run_contained(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, timeout: float) -> Finished:
    """Run a program that may do anything: what it starts ends with it, and only the end of its output is held.

    `timeout` is in seconds. Raises Unavailable (`program-missing`, `process-timeout`).
    """
    words = tuple(str(word) for word in argv)
    try:
        process = subprocess.Popen(  # noqa: S603 - argument lists only, never a shell
            words,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("program-missing", f"`{words[0]}` cannot be started: {error.strerror}") from error
    assert process.stdout is not None  # both were asked for above
    assert process.stderr is not None
    out, err = _Tail(process.stdout), _Tail(process.stderr)
    try:
        returncode = process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        command = " ".join((Path(words[0]).name, *words[1:]))
        raise Unavailable("process-timeout", f"`{command}` did not end within {timeout:.0f} s") from error
    finally:
        _end_all(process)
    return Finished(words, returncode, out.text(), err.text())


class _Tail:
    """The end of what a program prints, read while it runs so that it never has to wait."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._reader = threading.Thread(target=self._read, name="output", daemon=True)
        self._reader.start()

    def text(self) -> str:
        """What was kept. A program that has left its group may hold the other end open for ever."""
        self._reader.join(_READ_ON_SECONDS)
        return bytes(self._kept).decode(errors="replace")

    def _read(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), _CHUNK):
                self._kept += chunk
                del self._kept[:-_TAIL_BYTES]


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it has started and left behind."""
    if os.name == "nt":
        if process.poll() is None:
            tree = ("taskkill", "/F", "/T", "/PID", str(process.pid))
            subprocess.run(tree, capture_output=True, check=False)  # noqa: S603 - a fixed command
    else:
        with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says so of zombies differently
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
