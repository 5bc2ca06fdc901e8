"""Pythons on this machine, found by asking each what it is."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from sealwright.errors import Unavailable, UsageError
from sealwright.services.environments import base_env
from sealwright.services.processes import run

_QUESTION = (
    "import sys, sysconfig;"
    "free = 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else '';"
    "print('%d.%d' % sys.version_info[:2] + free, sys.executable)"
)
_VERSION = re.compile(r"\d+\.\d+t?")
_EXE = ".exe" if os.name == "nt" else ""


def find_python(version: str, environ: Mapping[str, str] | None = None) -> Path | None:
    """An interpreter of a minor version such as `3.13` or `3.13t`, or None.

    Tried in this order: the running one, PATH, and the neighbours of the running one, as pyenv lays them out. The
    version is what the interpreter says of itself: a name on PATH may be a shim that only fails.
    Raises UsageError (`python-version-malformed`).
    """
    if not _VERSION.fullmatch(version):
        raise UsageError("python-version-malformed", f"{version!r} is not a minor version of Python, such as 3.13")
    environ = os.environ if environ is None else environ
    answers = (ask(candidate, environ) for candidate in _candidates(version, environ))
    return next((path for found in answers if found and found[0] == version for path in found[1:]), None)


def ask(python: Path, environ: Mapping[str, str]) -> tuple[str, Path] | None:
    """(minor version, real path) of an interpreter, or None if it does not answer."""
    try:
        answer = run((python, "-I", "-c", _QUESTION), env=_asking_env(environ), timeout=20, check=False)
    except (Unavailable, OSError):
        return None
    version, _, path = answer.stdout.strip().partition(" ")
    if answer.returncode != 0 or not path:
        return None
    return version, Path(path)


def _asking_env(environ: Mapping[str, str]) -> dict[str, str]:
    # A shim needs its own variables to choose the interpreter that it stands for.
    return {**base_env(environ), **{k: v for k, v in environ.items() if k.startswith("PYENV_")}}


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable)
    names = (f"python{version}{_EXE}", f"python3{_EXE}", f"python{_EXE}")
    folders = [Path(part) for part in environ.get("PATH", os.defpath).split(os.pathsep) if part]
    neighbours = Path(sys.base_prefix).parent
    exact, *loose = names
    # Names that promise the version come first: every other one costs a start in vain.
    yield from _present(folder / exact for folder in folders)
    yield from _present(sorted(neighbours.glob(f"*/bin/{exact}"), reverse=True))
    yield from _present(folder / name for folder in folders for name in loose)


def _present(paths: Iterator[Path] | list[Path]) -> Iterator[Path]:
    return (path for path in paths if path.is_file() and os.access(path, os.X_OK))
