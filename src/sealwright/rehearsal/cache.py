"""What stays in the user's cache from one rehearsal to the next, because it can be made again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


def cache_home(environ: Mapping[str, str]) -> Path:
    """Where Sealwright keeps such things (https://specifications.freedesktop.org/basedir-spec/)."""
    base = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA")
    home = Path(base) if base else Path(environ.get("HOME") or Path.home()) / ".cache"
    return home / "sealwright"


def made_once(folder: Path, make: Callable[[Path], Path]) -> Path:
    """`folder`, whose name stands for its content; where it is not there, it is made now, as a whole or not at all.

    `make` works in an empty folder beside it, which is removed afterwards, and returns the one to keep, inside it.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            made = make(Path(temporary))
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another rehearsal was faster, with the same content
                    raise
    return folder
