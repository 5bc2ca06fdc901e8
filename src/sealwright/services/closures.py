"""What a wheel brings along, resolved by uv for every Python and system it runs on, each file pinned by sha256."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from sealwright.errors import Refused
from sealwright.services.environments import PackageIndex
from sealwright.services.resolving import lock
from sealwright.verify.wheel import Wheel

# Older Pythons than this have no build that uv or this pipeline could try a wheel with.
_OLDEST = Version("3.8")
_NOTHING = 'lock-version = "1.0"\ncreated-by = "sealwright"\nrequires-python = ">={floor}"\npackages = []\n'


def resolve_closure(
    file: Path, wheel: Wheel, floor: str, environ: Mapping[str, str], *, index: PackageIndex, cwd: Path, extra: str = ""
) -> bytes:
    """The pylock.toml of the dependencies of the wheel `file` from Python `floor` on, without the wheel itself.

    Of its extras only `extra` is resolved, if one is named. Raises Refused or Unavailable with what uv said.
    """
    if not wheel.requires_dist:
        return _NOTHING.format(floor=floor).encode()
    # The wheel itself, so that a dependency that needs the project in turn finds this version and no released one.
    asked = f"[{extra}]" if extra else ""
    wanted = f"{wheel.name}{asked} @ {file.resolve().as_uri()}"
    return lock([wanted], wheel.name, floor, environ, cwd=cwd, index=index)


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
