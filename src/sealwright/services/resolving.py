"""Resolves what a wheel or a project brings along, each file pinned by sha256; and who requires whom.

Nothing is built, and nobody's code is run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from sealwright.errors import Refused, Unavailable
from sealwright.services.environments import PackageIndex, uv
from sealwright.verify.closure import Pin
from sealwright.verify.wheel import Wheel

# Older Pythons than this have no build that uv or this pipeline could try a wheel with.
_OLDEST = Version("3.8")
_NOTHING = 'lock-version = "1.0"\ncreated-by = "sealwright"\nrequires-python = ">={floor}"\npackages = []\n'
_COMMON = ("pip", "compile", "--universal", "--no-header", "--quiet")
# Metadata of a source distribution comes from running its build, and nobody's code is run here.
_WHEELS = ("--only-binary", ":all:")
_USER = re.compile(r"(?<=://)[^/@\s\"']*@")
_REQUIRED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==.*# via (?P<by>.+)")


def lock(
    requirements: Iterable[str],
    project: str,
    floor: str,
    environ: Mapping[str, str],
    *,
    cwd: Path,
    index: PackageIndex | None = None,
) -> bytes:
    """The pylock.toml of what `requirements` bring along on every system, from Python `floor` on.

    `project` is left out, where one of them leads back to it. `index` is the one that `environ` names, if it is None.
    Raises Refused or Unavailable with what uv said.
    """
    index = index or PackageIndex.of(environ)
    options = ("--format", "pylock.toml", "--no-annotate", *_WHEELS, "--no-emit-package", project)
    argv = (*_COMMON, *options, "--python-version", floor, *index.uv_options, "-")
    answer = uv(argv, environ, index, cwd=cwd, stdin="\n".join(requirements).encode())
    # A private index may be addressed with a password, which has no place in evidence.
    return _USER.sub("", answer.stdout).encode()


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


def requiring(
    requirements: Iterable[str], pins: Iterable[Pin], floor: str, environ: Mapping[str, str], *, cwd: Path
) -> dict[str, tuple[str, ...]]:
    """Each name among `pins` with the names that require it; empty where uv cannot tell.

    `requirements` are those of the project itself, which may ask for extras.
    """
    index = PackageIndex.of(environ)
    pinned = [f"{pin.name}=={pin.version}" + (f" ; {pin.marker}" if pin.marker else "") for pin in pins]
    argv = (*_COMMON, "--annotation-style", "line", *_WHEELS, "--python-version", floor, *index.uv_options, "-")
    try:
        answer = uv(argv, environ, index, cwd=cwd, stdin="\n".join((*requirements, *pinned)).encode())
    except (Refused, Unavailable):
        return {}  # who brings a package is worth saying, and nothing depends on it
    found = [_REQUIRED.fullmatch(line.strip()) for line in answer.stdout.splitlines()]
    return {str(canonicalize_name(match["name"])): tuple(match["by"].split(", ")) for match in found if match}
