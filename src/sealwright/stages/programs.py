"""What a distribution offers under a name: programs that an installer makes or copies, and plugins for others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.model import Finding
from sealwright.services.loading import Loaded
from sealwright.services.processes import Finished
from sealwright.stages.inside import LOAD_SECONDS, NOT_HERE, Inside
from sealwright.verify.wheel import EntryPoint

_HELP_SECONDS = 60.0
_TRACEBACK = "Traceback (most recent call last)"
_COMPILE = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"
_LARGEST_EXIT_CODE = 255


def programs(inside: Inside) -> Iterator[Finding]:
    """Whether console scripts start, and graphical ones load. Code: `smoke-entry-point`."""
    for point in inside.wheel.entry_points:
        if not point.program:
            continue
        if reason := _left_out(point, inside):
            yield inside.skipped(point.name, reason)
            continue
        problem, works = _try_program(point, inside)
        if problem:
            where = "gui-scripts" if point.graphical else "scripts"
            hint = f"correct the program, or `{point.name} = {point.target!r}` in [project.{where}]; {NOT_HERE}"
            yield inside.failed("smoke-entry-point", f"`{point.name}` answers", problem, hint)
        else:
            yield inside.passed(works)


def plugins(inside: Inside) -> Iterator[Finding]:
    """Whether entry points of other groups load. Code: `smoke-entry-point`."""
    works = 0
    for point in inside.wheel.entry_points:
        if point.program:
            continue
        where = f"{point.group}: {point.name}"
        if reason := _left_out(point, inside):
            yield inside.skipped(where, reason)
            continue
        loaded = _load(point, inside)
        if host := _absent_host(loaded, inside):
            yield inside.skipped(where, f"needs {host}, which this installation does not bring")
        elif loaded.problem:
            hint = f"correct it in [project.entry-points] of pyproject.toml; {NOT_HERE}"
            yield inside.failed("smoke-entry-point", f"`{point.target}` loads ({where})", loaded.problem, hint)
        else:
            works += 1
    if works:
        yield inside.passed(f"loads {works} plugin{'s' if works > 1 else ''}")


def scripts(inside: Inside) -> Iterator[Finding]:
    """Whether files that are programs as they are can be run. Code: `smoke-script`.

    They are not run: unlike with console scripts, nothing says that they are Python, or have a `--help`.
    """
    for name in inside.wheel.scripts:
        problem = _script_problem(inside.room.environment.bin / name, inside)
        if problem:
            hint = "users would meet the same; correct the file, or keep it out of the wheel"
            yield inside.failed("smoke-script", f"`{name}` can be run", problem, hint)
        else:
            yield inside.passed(f"installs {name}")


def _left_out(point: EntryPoint, inside: Inside) -> str:
    needed = [extra for extra in point.extras if extra != inside.extra]
    return f"needs the extra {', '.join(needed)}" if needed else inside.skips.reason(point.module)


def _try_program(point: EntryPoint, inside: Inside) -> tuple[str, str]:
    """Why a program does not answer, or in a few words how it does."""
    program = inside.room.environment.script(point.name)
    if not program.is_file():
        return f"{program.name} was not installed", ""
    loaded = _load(point, inside)
    if loaded.problem or not loaded.callable:
        return loaded.problem or f"{point.target} is not callable", ""
    if point.graphical:
        return "", f"loads {point.name}"  # there may be no screen
    try:
        done = inside.room.run((program, "--help"), _HELP_SECONDS)
    except Unavailable as error:
        return error.message, ""
    # Not every program knows --help. One that refuses it in its own words has started.
    ended = f" (`--help` exits with {done.returncode})" if done.returncode else ""
    return _crash(done), f"starts {point.name}{ended}"


def _crash(done: Finished) -> str:
    """How a program broke that was asked for help; empty if it answered or refused."""
    if not 0 <= done.returncode <= _LARGEST_EXIT_CODE:  # a signal, or an exception code of Windows
        return f"`--help` crashed with {done.ending}\n{done.tail}".strip()
    if done.returncode and _TRACEBACK in done.stdout + done.stderr:
        return f"`--help` ended with {done.ending}: {done.tail}"
    return ""


def _load(point: EntryPoint, inside: Inside) -> Loaded:
    if point.malformed:
        return Loaded(point.target, f"{point.target!r} is not `module:object`")
    (loaded,) = inside.room.load((point.target,), LOAD_SECONDS)
    return loaded


def _absent_host(loaded: Loaded, inside: Inside) -> str:
    """The package that a plugin is for, where it is not here: a plugin need not depend on what it plugs into."""
    ours = {module.partition(".")[0] for module in (loaded.target.partition(":")[0], *inside.wheel.imports)}
    return "" if "." in loaded.missing or loaded.missing in ours else loaded.missing


def _script_problem(program: Path, inside: Inside) -> str:
    if not program.is_file():
        return "it was not installed"
    if os.name != "nt" and not os.access(program, os.X_OK):
        return "it is not executable"
    with program.open("rb") as stream:
        first = stream.readline(1024)
    if not (first.startswith(b"#!") and b"python" in first):
        return ""
    try:
        done = inside.room.run((inside.room.environment.python, "-I", "-c", _COMPILE, program), LOAD_SECONDS)
    except Unavailable as error:
        return error.message
    return done.tail if done.returncode else ""
