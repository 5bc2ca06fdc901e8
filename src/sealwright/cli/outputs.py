"""The files into which a job's commands write, for the runner to show and to hand on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def append(environ: Mapping[str, str], variable: str, text: str) -> None:
    """Add `text` to the file that `variable` names; nothing where it names none, as on a laptop."""
    if environ.get(variable) and text:
        with Path(environ[variable]).open("a", encoding="utf-8") as stream:
            stream.write(text)
