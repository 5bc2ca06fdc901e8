"""Make a virtual environment from a hash-locked list, with nothing but Python and the package index pip is set up for.

usage: bootstrap.py ENVIRONMENT LOCK
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path


def main(environment: Path, lock: Path) -> None:
    """Create `environment`, replacing a half-made one, and install exactly what `lock` names."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything has checked
        raise SystemExit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; set PYTHON=python3.x")
    shutil.rmtree(environment, ignore_errors=True)
    venv.create(environment, with_pip=True, symlinks=True)
    python = environment.absolute() / "bin" / "python"
    # pip installs the lock alone, hash by hash: ten seconds once, and it already knows the user's index.
    # uv, being part of the lock, makes all later environments.
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "--no-deps",
         "--only-binary", ":all:", "-r", lock],
        check=True,
    )  # fmt: skip
    source = Path(__file__).resolve().parent.parent / "src"
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "sealwright-source.pth").write_text(f"{source}\n")
    _launcher(python)
    (environment / ".ready").touch()


def _launcher(python: Path) -> None:
    if re.search(r"\s", str(python)):  # a shebang cannot hold spaces; `python -m sealwright` always works
        return
    launcher = python.parent / "sealwright"
    launcher.write_text(f"#!{python}\nfrom sealwright.cli import main\nraise SystemExit(main())\n")
    launcher.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
