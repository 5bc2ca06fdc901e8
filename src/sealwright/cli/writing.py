"""Files that a command is asked to write beside its answer."""

from __future__ import annotations

from pathlib import Path

from sealwright.errors import UsageError


def write_named(target: Path, data: bytes, option: str) -> None:
    """Write `data` to the file that `option` (such as `--html`) names. Raises UsageError (`<option>-unwritable`)."""
    try:
        target.write_bytes(data)
    except OSError as error:
        hint = "name a file in a folder that exists and may be written to"
        code = f"{option.removeprefix('--')}-unwritable"
        raise UsageError(code, f"{option} {target}: {error.strerror}", hint=hint) from error
