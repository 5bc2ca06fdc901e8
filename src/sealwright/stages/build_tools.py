"""Everything that takes part in a build, each with the digest of what it was installed from or of what is run."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import sysconfig
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from sealwright.dossier.store import digest_file
from sealwright.errors import SealwrightError
from sealwright.locks import lock_of
from sealwright.model import Finding, Tool
from sealwright.services.environments import Environment, find_uv, uv
from sealwright.stages.build_environment import WHEELS, BuildEnvironment, versions_in
from sealwright.verify.closure import Pin, parse_pylock
from sealwright.verify.requirements import Locked, locked_text, parse_locked

CHECK = "build-tools"
FRONT_END = ("build", "packaging", "pyproject-hooks", "uv")
"""What calls the backend: installed where this runs, from the hash-locked list of the role `build`."""
PYTHON, LIBRARY, UV, ZLIB = "python-executable", "python-library", "uv-executable", "zlib"
"""Tools that are no packages; the digest is of the file that is run or loaded, and zlib has none of its own."""
_ROLE = "build"


def build_tools(made: BuildEnvironment) -> tuple[Tool, ...]:
    """Every package of a build environment and of the front end, the interpreter and what is below it, sorted."""
    installed, own = versions_in(made.environment), _front_end()
    locked = {pin.name: pin for pin in made.pins if installed.get(pin.name) == pin.version}
    ours = {pin.name: pin for pin in _role_lock() if own.get(pin.name) == pin.version}
    known, ours_known = _listed(made.environment, locked, ours)
    packages = [Tool(name, version, _digest(locked.get(name), known.get(name))) for name, version in installed.items()]
    front = [Tool(name, version, _digest(ours.get(name), ours_known.get(name))) for name, version in own.items()]
    return tuple(sorted({*packages, *front, *_machine(made.environment)}))


def tools_finding(tools: Iterable[Tool]) -> Finding:
    """Whether all of them have a digest. Code: `tool-digest-unknown`."""
    every = tuple(tools)
    without = sorted(tool.name for tool in every if not tool.sha256 and tool.name != ZLIB)
    if not without:
        return Finding.passed(CHECK, found=f"{len(every)} tools, each with its digest, but for zlib inside Python")
    return Finding.absent(
        CHECK,
        "tool-digest-unknown",
        ", ".join(without),
        expected="a digest for everything that takes part in the build",
        hint=f"install the front end from the hash-locked list that `python -m sealwright.locks {_ROLE}` names, and "
        "look whether the index still lists its files",
    )


def _front_end() -> dict[str, str]:
    found = {}
    for name in FRONT_END:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # uv may come from PATH
    return found


def _role_lock() -> tuple[Locked, ...]:
    return tuple(pin for pin in parse_locked(lock_of(_ROLE), f"locks/{_ROLE}.txt") if pin.name in FRONT_END)


def _listed(
    environment: Environment, locked: Mapping[str, Locked], ours: Mapping[str, Locked]
) -> tuple[Mapping[str, Pin], Mapping[str, Pin]]:
    """The files behind the hashes of two locks: of the environment, and of the front end.

    One question to the index where the two agree about versions. An index that does not have the front end does not
    keep anybody from building: its digests are then not known.
    """
    clash = any(name in locked and locked[name].version != pin.version for name, pin in ours.items())
    try:
        if not clash:
            both = _files(environment, {**ours, **locked}.values())
            return both, both
        front = _files(environment, ours.values())
    except SealwrightError:
        front = {}
    return _files(environment, locked.values()), front


def _files(environment: Environment, pins: Iterable[Locked]) -> dict[str, Pin]:
    """By name, the files of these pins as the index has them for this Python: a lock has hashes and no file names."""
    text = locked_text(pins)
    if not text:
        return {}
    options = ("--no-deps", "--no-header", "--no-annotate", "--format", "pylock.toml", *WHEELS)
    place = ("--python", str(environment.python), *environment.index.uv_options)
    arguments = ("pip", "compile", "--quiet", *options, *place, "-")
    answer = uv(arguments, environment.environ, environment.index, stdin=text.encode())
    return {pin.name: pin for pin in parse_pylock(answer.stdout.encode(), "uv pip compile").pins}


def _digest(locked: Locked | None, pin: Pin | None) -> str:
    """The sha256 of the wheel that an installer picks here: the locked one with the best tag."""
    if locked is None or pin is None:
        return ""
    ranks = {tag: rank for rank, tag in enumerate(sys_tags())}
    fitting = [
        (min(ranks[tag] for tag in tags), digest)
        for name, _, digest in pin.files
        if digest in locked.hashes and (tags := _tags(name) & ranks.keys())
    ]
    return min(fitting)[1] if fitting else ""


def _tags(filename: str) -> frozenset[Any]:
    try:
        return parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return frozenset()  # an sdist


def _machine(environment: Environment) -> Iterator[Tool]:
    """What is no package: the interpreter, the library that most of it may be in, zlib, and a uv from elsewhere."""
    version = platform.python_version()
    executable = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    yield Tool(PYTHON, version, digest_file(executable)[0])
    library = _library(executable)
    if library is not None:
        yield Tool(LIBRARY, version, digest_file(library)[0])
    yield Tool(ZLIB, zlib.ZLIB_RUNTIME_VERSION)  # other versions compress the same bytes differently
    if "uv" not in _front_end():
        said = uv(("--version",), environment.environ, environment.index).stdout.split()
        yield Tool(UV, said[1] if len(said) > 1 else "unknown", digest_file(find_uv(environment.environ))[0])


def _library(executable: Path) -> Path | None:
    """The shared library of the running Python, where it has one: then the executable is only a few lines around it."""
    settings = sysconfig.get_config_vars()
    name = f"python{sys.version_info.major}{sys.version_info.minor}.dll"
    folders = [executable.parent]
    if settings.get("Py_ENABLE_SHARED") or settings.get("PYTHONFRAMEWORK"):
        name = str(settings.get("INSTSONAME") or settings.get("LDLIBRARY"))
        folders = [Path(str(settings[key])) for key in ("LIBDIR", "PYTHONFRAMEWORKPREFIX") if settings.get(key)] + [
            Path(sys.base_prefix) / "lib"
        ]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
