"""Make a virtual environment from a hash-locked list, with nothing but Python and the package index pip is set up for.

usage: bootstrap.py ENVIRONMENT LOCK
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SOURCE))

if sys.version_info < (3, 11):  # noqa: UP036 - before the imports below, which an older Python cannot read
    raise SystemExit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; set PYTHON=python3.x")

from sealwright.services.package_index import PackageIndex  # noqa: E402 - imports the standard library only


def main(environment: Path, lock: Path) -> None:
    """Create `environment`, replacing a half-made one, and install exactly what `lock` names."""
    shutil.rmtree(environment, ignore_errors=True)
    venv.create(environment, with_pip=True)
    scripts = environment.absolute() / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    _install_uv(python, environment / "uv.txt", lock.read_text())
    index = PackageIndex.from_pip(os.environ)
    _run([scripts / "uv", "pip", "install", "-q", "--python", python, "--require-hashes", "--no-deps",
          "--only-binary", ":all:", "-r", lock, *index.uv_options], {**os.environ, **index.uv_env()})  # fmt: skip
    (site,) = environment.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
    (site / "sealwright-source.pth").write_text(f"{SOURCE}\n")
    _add_launcher(scripts)
    (environment / ".ready").touch()


def _install_uv(python: Path, requirements: Path, lock: str) -> None:
    # pip installs uv alone, and uv the rest: a fifth of the time.
    found = re.search(r"^uv==(?:.*\\\n)*.*", lock, re.MULTILINE)
    if found is None:
        raise SystemExit("the lock does not name uv; run `make lock-tools`")
    requirements.write_text(found[0] + "\n")
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "--no-deps",
          "--only-binary", ":all:", "-r", requirements], dict(os.environ))  # fmt: skip


def _add_launcher(scripts: Path) -> None:
    if os.name == "nt" or re.search(r"\s", str(scripts)):  # a shebang cannot hold spaces
        return  # `python -m sealwright` always works
    launcher = scripts / "sealwright"
    launcher.write_text(f"#!{scripts / 'python'}\nfrom sealwright.cli import main\nraise SystemExit(main())\n")
    launcher.chmod(0o755)


def _run(argv: list[str | Path], environ: dict[str, str]) -> None:
    done = subprocess.run([str(word) for word in argv], env=environ, check=False)
    if done.returncode != 0:
        raise SystemExit(f"could not install: `{' '.join(map(str, argv[:4]))}` ended with {done.returncode}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
