"""Real builds of small projects."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sealwright.services.git import Repository


def build(folder: Path, head: str, python: Path | str = sys.executable, directory: str = ".") -> dict[str, bytes]:
    """Distributions by name, built from a clean clone."""
    Repository(folder / "source", os.environ).clone(folder / "clone", head)
    argv = [python, "-m", "build", "--no-isolation", "--outdir", folder / "built"]
    path = os.pathsep.join((str(Path(python).parent), os.environ["PATH"]))
    env = {"PATH": path, "HOME": str(folder), "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(argv, cwd=folder / "clone" / directory, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: path.read_bytes() for path in (folder / "built").iterdir() if path.suffix in (".gz", ".whl")}
