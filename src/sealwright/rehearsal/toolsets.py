"""The hash-locked environments that Tools asks for, made once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import sealwright
from sealwright.services.environments import PackageIndex, find_uv
from sealwright.services.processes import run

_PACKAGE = Path(sealwright.__file__).resolve().parent
# Not the link in this environment, which may be gone tomorrow while the cache stays.
_PYTHON = os.path.realpath(sys.executable)
_LAUNCHER = '#!/bin/sh\nexec "$(dirname "$0")/python" -m sealwright "$@"\n'


class Toolsets:
    """Environments by role, for the running interpreter.

    Their names are digests of what they are made from, so a changed lock makes another environment and an old one is
    never repaired.
    """

    def __init__(self, cache: Path, index: PackageIndex, environ: Mapping[str, str]) -> None:
        self.cache = cache
        self.index = index
        self.environ = environ
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def bin(self, role: str) -> Path:
        """The folder of programs of a role's environment, which is made if it is not there yet."""
        lock = files("sealwright.locks").joinpath(f"{role}.txt").read_bytes()
        parts = (lock, _PYTHON.encode(), str(_PACKAGE).encode())
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
        name = f"{role}-{digest[:20]}"
        folder = self.cache / name
        with self._locks[name]:
            if not folder.is_dir():
                self._make(folder, lock)
        return folder / ("Scripts" if os.name == "nt" else "bin")

    def _make(self, folder: Path, lock: bytes) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        uv = find_uv(self.environ)
        env = {**self.environ, **self.index.uv_env()}
        with tempfile.TemporaryDirectory(dir=self.cache) as temporary:
            partial, requirements = Path(temporary) / "env", Path(temporary) / "lock.txt"
            requirements.write_bytes(lock)
            run([uv, "venv", "-q", "--relocatable", "--python", _PYTHON, partial], env=env)
            install: list[str | Path] = [
                uv,
                "pip",
                "install",
                "-q",
                "--require-hashes",
                "--no-deps",
                "--only-binary",
                ":all:",
            ]
            run([*install, "--python", _python_of(partial), "-r", requirements], env=env)
            _add_sealwright(partial)
            try:
                partial.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another rehearsal was faster, with the same content
                    raise


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _add_sealwright(environment: Path) -> None:
    # Only the package, not the folder it lies in: nothing else of this interpreter may be importable there.
    (site,) = environment.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
    try:
        (site / "sealwright").symlink_to(_PACKAGE, target_is_directory=True)
    except OSError:  # Windows without the privilege to make links
        shutil.copytree(_PACKAGE, site / "sealwright")
    launcher = environment / ("Scripts" if os.name == "nt" else "bin") / "sealwright"
    launcher.write_text(_LAUNCHER)
    launcher.chmod(0o755)
