"""The hash-locked environments that Tools asks for, made once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import sealwright
from sealwright.locks import lock_of
from sealwright.rehearsal.cache import made_once
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
        lock = lock_of(role).encode()
        parts = (lock, _PYTHON.encode(), str(_PACKAGE).encode())
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
        name = f"{role}-{digest[:20]}"
        with self._locks[name]:
            folder = made_once(self.cache / name, lambda temporary: self._make(temporary, lock))
        return folder / ("Scripts" if os.name == "nt" else "bin")

    def _make(self, temporary: Path, lock: bytes) -> Path:
        uv = find_uv(self.environ)
        env = {**self.environ, **self.index.uv_env()}
        made, requirements = temporary / "env", temporary / "lock.txt"
        requirements.write_bytes(lock)
        run([uv, "venv", "-q", "--relocatable", "--python", _PYTHON, made], env=env)
        options = ("-q", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--python", _python_of(made))
        run([uv, "pip", "install", *options, "-r", requirements], env=env)
        _add_sealwright(made)
        return made


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
