"""Pythons on this machine, found by asking each what it is."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from packaging.markers import default_environment
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import parse_wheel_filename

from sealwright.errors import Unavailable, UsageError
from sealwright.services.environments import base_env
from sealwright.services.processes import run

_QUESTION = (
    "import platform, sys, sysconfig;"
    "free = 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else '';"
    "full = platform.python_implementation().lower() + '@' + platform.python_version();"
    "print('%d.%d' % sys.version_info[:2] + free, full, sys.executable)"
)
_VERSION = re.compile(r"\d+\.\d+t?")
_EXE = ".exe" if os.name == "nt" else ""


class Interpreter(NamedTuple):
    """What an interpreter says of itself."""

    minor: str
    """Such as `3.13`, or `3.13t` where it has no global lock."""
    path: Path
    full: str
    """Such as `cpython@3.13.1`."""

    @property
    def markers(self) -> dict[str, str]:
        """The values of all PEP 508 markers there: what is not its own is this machine's."""
        here = {name: str(value) for name, value in default_environment().items()}
        implementation, _, version = self.full.partition("@")
        own = {"python_version": self.minor.removesuffix("t"), "python_full_version": version}
        named = {"implementation_name": implementation, "implementation_version": version}
        proper = {"cpython": "CPython", "pypy": "PyPy"}.get(implementation, implementation)
        return {**here, **own, **named, "platform_python_implementation": proper}

    @property
    def tags(self) -> frozenset[Tag]:
        """Tags of the wheels that an installer takes there. The platforms are those of the running interpreter.

        Of implementations other than CPython only the tags that every Python has.
        """
        major, _, minor = self.minor.removesuffix("t").partition(".")
        version, platforms = (int(major), int(minor)), list(platform_tags())
        if not self.full.startswith("cpython@"):
            return frozenset(compatible_tags(version, platforms=platforms))
        abi = f"cp{major}{minor}{'t' if self.minor.endswith('t') else ''}"
        own = cpython_tags(version, abis=[abi], platforms=platforms)
        return frozenset((*own, *compatible_tags(version, f"cp{major}{minor}", platforms)))

    def fits(self, filename: str) -> bool:
        """Whether an installer takes the wheel of this name there. Raises InvalidWheelFilename."""
        return bool(parse_wheel_filename(filename)[3] & self.tags)


def find_python(version: str, environ: Mapping[str, str] | None = None) -> Path | None:
    """The path of `find_interpreter`'s answer."""
    found = find_interpreter(version, os.environ if environ is None else environ)
    return found.path if found else None


def find_interpreter(version: str, environ: Mapping[str, str]) -> Interpreter | None:
    """An interpreter of a minor version such as `3.13` or `3.13t`, or None.

    Tried in this order: the running one, PATH, and the neighbours of the running one, as pyenv lays them out. The
    version is what the interpreter says of itself: a name on PATH may be a shim that only fails.
    Raises UsageError (`python-version-malformed`).
    """
    if not _VERSION.fullmatch(version):
        raise UsageError("python-version-malformed", f"{version!r} is not a minor version of Python, such as 3.13")
    answers = (ask(candidate, environ) for candidate in _candidates(version, environ))
    return next((found for found in answers if found and found.minor == version), None)


def ask(python: Path, environ: Mapping[str, str]) -> Interpreter | None:
    """What an interpreter answers, or None if it does not."""
    try:
        answer = run((python, "-I", "-c", _QUESTION), env=_asking_env(environ), timeout=20, check=False)
    except (Unavailable, OSError):
        return None
    words = answer.stdout.strip().split(" ", 2)
    if answer.returncode != 0 or len(words) != 3:
        return None
    return Interpreter(minor=words[0], path=Path(words[2]), full=words[1])


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
