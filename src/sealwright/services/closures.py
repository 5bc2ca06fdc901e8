"""What a wheel brings along, resolved by uv for every Python and system it runs on, each file pinned by sha256."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from sealwright.errors import Refused
from sealwright.services.environments import PackageIndex, uv
from sealwright.verify.wheel import Wheel

_OPTIONS = ("--universal", "--format", "pylock.toml", "--no-header", "--no-annotate", "--quiet")
# Older Pythons than this have no build that uv or this pipeline could try a wheel with.
_OLDEST = Version("3.8")
_NOTHING = 'lock-version = "1.0"\ncreated-by = "sealwright"\nrequires-python = ">={floor}"\npackages = []\n'
_USER = re.compile(r"(?<=://)[^/@\s\"']*@")


def resolve_closure(wheel: Wheel, floor: str, environ: Mapping[str, str], index: PackageIndex, cwd: Path) -> bytes:
    """The pylock.toml of a wheel's dependencies from Python `floor` on, without the wheel itself and its extras.

    Raises Refused or Unavailable with what uv said.
    """
    if not wheel.requires_dist:
        return _NOTHING.format(floor=floor).encode()
    # Wheels only: metadata of an sdist comes from running its build, and nobody's code is run for this.
    place = ("--only-binary", ":all:", "--no-emit-package", wheel.name, "--python-version", floor)
    wanted = "\n".join(wheel.requires_dist).encode()
    answer = uv(("pip", "compile", *_OPTIONS, *place, *index.uv_options, "-"), environ, index, cwd=cwd, stdin=wanted)
    # A private index may be addressed with a password, which has no place in evidence.
    return _USER.sub("", answer.stdout).encode()


def python_floor(requires_python: str, pythons: Iterable[str] = ()) -> str:
    """The oldest Python to resolve for: what the wheel asks for, else the oldest of `pythons`, else the running one.

    Raises Refused (`requires-python-malformed`).
    """
    if not requires_python:
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        return min((python.rstrip("t") for python in pythons), key=Version, default=running)
    try:
        wanted = SpecifierSet(requires_python)
    except ValueError as error:
        raise Refused(
            "requires-python-malformed", f"Requires-Python: {error}", hint="correct pyproject.toml"
        ) from error
    # A bound such as >=3.9.2 is met by no 3.9.0.
    candidates = (f"3.{minor}.{patch}" for minor in range(_OLDEST.minor, 100) for patch in range(40))
    floor = next((version for version in candidates if wanted.contains(version)), None)
    if floor is None:
        raise Refused("requires-python-malformed", f"no Python meets {requires_python}", hint="correct pyproject.toml")
    return floor.removesuffix(".0")
