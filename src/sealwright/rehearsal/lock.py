"""One rehearsal a folder at a time."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

if sys.platform == "win32":
    import msvcrt

    def _take(stream: BinaryIO) -> None:
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from error
else:
    import fcntl

    def _take(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock:
    """A file that one process holds; the system lets go of it when that process ends, however it does."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises BlockingIOError while somebody else has it."""
        self._stream = path.open("ab")
        try:
            _take(self._stream)
        except OSError:
            self._stream.close()
            raise

    def release(self) -> None:
        """Let others in."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
