"""Where the programs of a job's own hash-locked environment are."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError


def find_program(name: str, environ: Mapping[str, str]) -> Path:
    """A program beside the running Python, else the first on PATH. Raises UsageError (`program-missing`)."""
    # Beside first: the locked one counts, whatever else a machine has.
    path = os.pathsep.join((str(Path(sys.executable).parent), environ.get("PATH", os.defpath)))
    found = shutil.which(name, path=path)
    if found is None:
        raise UsageError(
            "program-missing",
            f"`{name}` is neither beside this Python nor on PATH",
            hint="install `sealwright[release]`",
        )
    return Path(found)
