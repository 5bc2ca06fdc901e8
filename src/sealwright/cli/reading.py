"""Files that are named on the command line."""

from __future__ import annotations

from pathlib import Path

from sealwright.errors import UsageError


def read_named(path: Path, named_by: str) -> bytes:
    """The bytes of a file that the option `named_by` names. Raises UsageError (`file-unreadable`)."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file-unreadable", f"{named_by} {path}: {error.strerror or error}") from error
