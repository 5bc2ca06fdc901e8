"""Installs the release into an empty environment, hash-pinned: ours with pip, from the index under test alone."""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from packaging.version import Version

from sealwright.endpoints import IndexSite
from sealwright.errors import Refused, SealwrightError
from sealwright.model import Cell, FileRef, Finding, Tool
from sealwright.project.pythons import allows
from sealwright.services.environments import Environment, base_env, make_environment
from sealwright.services.interpreters import ask, find_interpreter, find_python
from sealwright.services.loading import Room
from sealwright.services.package_index import PackageIndex
from sealwright.services.patience import Patience
from sealwright.services.processes import Finished, run
from sealwright.stages.base import Context, finding_of
from sealwright.stages.inside import LOAD_SECONDS
from sealwright.verify.closure import lock_path, parse_pylock
from sealwright.verify.skips import Skips
from sealwright.verify.wheel import Wheel, read_wheel

CHECK = "install"
UNTRIED = "install-untried"
_INVISIBLE = ("No matching distribution found", "Could not find a version")
_OTHER_PYTHON = ("require a different python version", "This version of pip does not support python")
_UNANSWERED = ("Connection", "Max retries exceeded", "HTTP error 5", "timed out", "JSONDecodeError")


def pip_tool() -> Tool:
    """The pip that installs."""
    return Tool("pip", importlib.metadata.version("pip"))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """One of several wheels, and a Python here that it is for."""

    wheel: FileRef
    python: Path


def check_install(context: Context, site: IndexSite, patience: Patience) -> Finding:
    """Whether the release installs from `site` into an empty environment, fits together, and can be imported.

    Its dependencies are those of the recorded closure, from the user's default index. Where the wheels come from
    elsewhere and no Python that would do is here for any of them, that is said under `install-untried`.
    """
    subject = f"{context.plan.project.name} {context.plan.version}"
    chosen = _for_this_runner(context) if context.settings.wheels else None
    if isinstance(chosen, Finding):
        return chosen.about(subject)
    try:
        with tempfile.TemporaryDirectory(prefix="sealwright-") as folder:
            return _try(context, site, patience, chosen, Path(folder)).about(subject)
    except SealwrightError as error:
        return finding_of(error, CHECK).about(subject)


def _try(context: Context, site: IndexSite, patience: Patience, chosen: _Chosen | None, folder: Path) -> Finding:
    index = PackageIndex.of(context.environ)
    wheel = _read(context, chosen.wheel) if chosen else _any_wheel(context)
    python = chosen.python if chosen else python_for(wheel.requires_python, context.plan.cells, context.environ)
    environment = make_environment(folder / "venv", python, context.environ, index)
    ours = _install_ours(context, site, patience, environment, index)
    if ours.returncode != 0:
        return _explain(ours)
    _install_closure(context, environment)
    complaints = environment.complaints()
    if complaints:
        return Finding.failed(CHECK, "dependencies-broken", expected="dependencies that fit together", found=complaints)
    return _import(context, wheel, environment, folder)


def _for_this_runner(context: Context) -> _Chosen | Finding:
    """The first wheel from elsewhere that a Python here can install: the running one, else one that smoke has tried."""
    wheels = context.wheels()
    if not wheels:  # the gate lets no release come here without one
        return Finding.skipped(UNTRIED, f"only GitHub runs {context.settings.wheels}: there is no wheel to install")
    tried = (find_interpreter(version, context.environ) for version in _tried(context.plan.cells))
    pythons = (python for python in chain([ask(Path(sys.executable), context.environ)], tried) if python)
    fitting = (_Chosen(ref, python.path) for python in pythons for ref in wheels if python.fits(ref.name))
    none = f"none of {len(wheels)} wheels is for a Python and platform of this runner"
    return next(fitting, Finding.skipped(UNTRIED, none))


def python_for(requires_python: str, cells: Iterable[Cell], environ: Mapping[str, str]) -> Path:
    """The running interpreter where the release is for that, else the newest here of those that smoke has tried."""
    if allows(requires_python, f"{sys.version_info.major}.{sys.version_info.minor}"):
        return Path(sys.executable)
    found = (find_python(version, environ) for version in _tried(cells) if allows(requires_python, version))
    return next((python for python in found if python), Path(sys.executable))


def _tried(cells: Iterable[Cell]) -> list[str]:
    """The Pythons that smoke has tried, newest first."""
    return sorted({cell.python.removesuffix("t") for cell in cells}, key=Version, reverse=True)


def _any_wheel(context: Context) -> Wheel:
    # All wheels of a release require and offer the same; resolve has seen to it.
    ref = next(iter(context.wheels()), None)
    if ref is None:
        raise Refused("wheel-missing", "the release has no wheel", hint="pip is told to install wheels only")
    return _read(context, ref)


def _read(context: Context, ref: FileRef) -> Wheel:
    with context.dossier.file(ref).open("rb") as stream:
        return read_wheel(stream, ref.name)


def _install_ours(
    context: Context, site: IndexSite, patience: Patience, environment: Environment, index: PackageIndex
) -> Finished:
    # The default index may hold a file of the same name; only this one is asked.
    alone = PackageIndex(index_url=f"{site.url}/simple/", certificate=index.certificate)
    hashes = "".join(f" --hash=sha256:{ref.sha256}" for ref in context.wheels())
    requirements = f"{context.plan.project.name}=={context.plan.version}{hashes}\n"
    env = {**base_env(context.environ), **alone.pip_env()}
    last: list[Finished] = []

    def attempt() -> Finished | None:
        last[:] = [_install(environment, requirements, env)]
        waits = _has(last[0], (*_INVISIBLE, *_UNANSWERED)) and not _has(last[0], _OTHER_PYTHON)
        return None if waits else last[0]

    return patience.until(attempt) or last[0]


def _install_closure(context: Context, environment: Environment) -> None:
    # Others' files, of recorded digests, which smoke has installed before. What is in doubt is ours, and ours goes in
    # by pip, as for most users; uv takes a tenth of pip's time for the rest.
    path = lock_path()
    ref = context.record("examine").output(path)
    if ref is None:
        raise Refused("file-missing", f"job examine did not record {path}")
    requirements = parse_pylock(context.dossier.read(ref), path).requirements_text()
    if requirements:
        environment.install(requirements)


def _install(environment: Environment, requirements: str, env: Mapping[str, str]) -> Finished:
    listed = environment.folder.with_name("requirements.txt")
    listed.write_text(requirements, "utf-8")
    patience = ("--no-cache-dir", "--no-compile", "--retries", "2")
    pinned = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(listed))
    return _pip(environment, ["install", *patience, *pinned], env)


def _pip(environment: Environment, arguments: Sequence[str], env: Mapping[str, str]) -> Finished:
    return run([sys.executable, "-m", "pip", "--python", environment.python, *arguments], env=env, check=False)


def _import(context: Context, wheel: Wheel, environment: Environment, folder: Path) -> Finding:
    python = ask(environment.python, context.environ)
    if python is None:
        return Finding.unavailable(CHECK, "python-silent", found="the Python that was installed into does not answer")
    modules = Skips(context.settings.smoke.skip_imports, python.markers).kept(wheel.imports)
    for loaded in Room(environment, folder / "room").load_each(modules, LOAD_SECONDS):
        if loaded.problem:
            hint = "users see the same; consider yanking the release"
            expected = f"`import {loaded.target}` works"
            return Finding.failed(CHECK, "import-failed", expected=expected, found=loaded.problem, hint=hint)
    return Finding.passed(CHECK, found=f"by pip, imports {', '.join(modules) or 'nothing'}")


def _explain(finished: Finished) -> Finding:
    if _has(finished, _OTHER_PYTHON):
        hint = "set up a Python that the release is for where this runs; it was published as planned"
        return Finding.unavailable(CHECK, "python-unsupported", found=finished.tail, hint=hint)
    if _has(finished, _INVISIBLE):
        hint = "run this job again; never upload again"
        return Finding.unavailable(CHECK, "index-propagating", found=finished.tail, hint=hint)
    if _has(finished, _UNANSWERED):
        return Finding.unavailable(CHECK, "index-unavailable", found=finished.tail, hint="try again")
    return Finding.failed(
        CHECK,
        "install-failed",
        expected="pip installs the recorded files",
        found=finished.tail,
        hint="users see the same; consider yanking the release",
    )


def _has(finished: Finished, words: Sequence[str]) -> bool:
    return finished.returncode != 0 and any(word in finished.stdout + finished.stderr for word in words)
