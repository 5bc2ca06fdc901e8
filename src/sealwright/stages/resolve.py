"""Resolves what the wheel brings along, for every Python and system it runs on, and pins each file by sha256."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from sealwright.dossier.store import EVIDENCE
from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.services.environments import PackageIndex, uv
from sealwright.stages.base import Context, Result
from sealwright.verify.closure import parse_pylock
from sealwright.verify.wheel import Wheel, read_wheel

CHECK = "closure"
PYLOCK = f"{EVIDENCE}/pylock.toml"
_OPTIONS = ("--universal", "--format", "pylock.toml", "--no-header", "--no-annotate", "--quiet")
# Older Pythons than this have no build that uv or this pipeline could try a wheel with.
_OLDEST = Version("3.8")
_NOTHING = 'lock-version = "1.0"\ncreated-by = "sealwright"\nrequires-python = ">={floor}"\npackages = []\n'
_USER = re.compile(r"(?<=://)[^/@\s\"']*@")


def run(context: Context) -> Result:
    """Adds evidence/pylock.toml: the closure of the wheels' dependencies, without the project itself.

    Extras are not part of it. Check: `closure`; codes `wheels-disagree`, and those of uv.
    """
    wheels = []
    for ref in context.wheels():
        with context.dossier.file(ref).open("rb") as stream:
            wheels.append((ref.name, read_wheel(stream, ref.name)))
    if not wheels:
        raise Refused("wheel-missing", "the build job recorded no wheel", hint="build at least one pure wheel")
    (first, wheel), *others = wheels
    for name, other in others:
        if (other.requires_python, other.requires_dist) != (wheel.requires_python, wheel.requires_dist):
            finding = Finding.failed(
                CHECK,
                "wheels-disagree",
                name,
                expected=f"the dependencies of {first}",
                found="; ".join((other.requires_python, *other.requires_dist)),
                hint="all wheels of a release need the same dependencies and Pythons",
            )
            return Result((finding,))
    floor = python_floor(wheel.requires_python, [cell.python for cell in context.plan.cells])
    data = _resolved(wheel, floor, context)
    closure = parse_pylock(data, PYLOCK)
    context.dossier.add(PYLOCK, data)
    return Result((Finding.passed(CHECK, first, f"{len(closure.pins)} packages, from Python {floor} on"),))


def python_floor(requires_python: str, cells: list[str]) -> str:
    """The oldest Python to resolve for: what the wheel asks for, else the oldest of the smoke jobs.

    Raises Refused (`requires-python-malformed`).
    """
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not requires_python:
        return min((cell.rstrip("t") for cell in cells), key=Version, default=running)
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


def _resolved(wheel: Wheel, floor: str, context: Context) -> bytes:
    if not wheel.requires_dist:
        return _NOTHING.format(floor=floor).encode()
    index = PackageIndex.of(context.environ)
    # Wheels only: metadata of an sdist comes from running its build, and this job runs nobody's code.
    place = ("--only-binary", ":all:", "--no-emit-package", wheel.name, "--python-version", floor)
    wanted = "\n".join(wheel.requires_dist).encode()
    answer = uv(
        ("pip", "compile", *_OPTIONS, *place, *index.uv_options, "-"),
        context.environ,
        index,
        cwd=Path(context.workspace),
        stdin=wanted,
    )
    # A private index may be addressed with a password, which has no place in evidence.
    return _USER.sub("", answer.stdout).encode()
