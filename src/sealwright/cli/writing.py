"""Files that the command line names to be written."""

from __future__ import annotations

from pathlib import Path

from sealwright.errors import UsageError


def write_named(path: Path, named_by: str, text: str) -> None:
    """Write what the option `named_by`, such as `--sarif`, asked for. Raises UsageError (`sarif-unwritable`)."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        hint = "name a file in a folder that exists and may be written to"
        raise UsageError(f"{named_by.lstrip('-')}-unwritable", f"{path}: {error.strerror}", hint=hint) from error
