"""One distribution in an empty environment: installed by hash, imported, its programs and the smoke command tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.config.settings import Smoke
from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding
from sealwright.services.environments import Environment, PackageIndex, build_wheel, make_environment
from sealwright.services.processes import Finished
from sealwright.verify.wheel import Script, Wheel, read_wheel

CHECK = "smoke"
SKIPPED = "smoke-import"
_HELP_SECONDS = 60
_IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1])"
_LOAD = (
    "import functools, importlib, sys; module, _, names = sys.argv[1].partition(':');"
    "found = functools.reduce(getattr, names.split('.'), importlib.import_module(module));"
    "sys.exit(0 if callable(found) else f'{sys.argv[1]} is not callable')"
)


@dataclass(frozen=True, slots=True)
class Material:
    """What every trial of a job shares."""

    python: Path
    dependencies: str
    """Hash-locked requirements, with markers."""
    build_environment: str
    """Hash-locked requirements to build the sdist with."""
    settings: Smoke
    environ: Mapping[str, str]
    index: PackageIndex
    variables: Mapping[str, str]
    """What a build sees beside `base_env`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A distribution, and an empty folder to try it in."""

    distribution: Path
    folder: Path
    material: Material

    @property
    def name(self) -> str:
        """The file that findings are about."""
        return self.distribution.name

    def run(self) -> tuple[Finding, ...]:
        """Findings of checks `smoke` and `smoke-import`. Only what cannot be installed keeps the rest from being tried.

        Codes: `smoke-install`, `smoke-dependencies`, `smoke-import`, `smoke-entry-point`, `smoke-command`.
        Raises Unavailable if the index does not answer.
        """
        self.folder.mkdir(parents=True)
        try:
            environment, wheel = self._install()
        except Unavailable:
            raise
        except SealwrightError as error:
            hint = error.hint or "install it by hand into an empty environment"
            return (self.failed("smoke-install", "it installs", f"{error.code}: {error.message}", hint),)
        inside = _Inside(self, environment, wheel)
        wrong = [*inside.dependencies(), *inside.imports(), *inside.scripts(), *inside.command()]
        skipped = tuple(Finding.skipped(SKIPPED, f"{m}: {reason}", self.name) for m, reason in inside.skipped)
        return (*(wrong or [Finding.passed(CHECK, self.name, inside.told)]), *skipped)

    def _install(self) -> tuple[Environment, Wheel]:
        wheel = self.distribution if self.name.endswith(".whl") else self._built()
        with wheel.open("rb") as stream:
            described = read_wheel(stream, wheel.name)
        environment = self._environment("empty")
        environment.install(self.material.dependencies)
        environment.install_file(wheel)
        return environment, described

    def _built(self) -> Path:
        environment = self._environment("build")
        environment.install(self.material.build_environment)
        return build_wheel(self.distribution, self.folder / "wheel", environment, self.material.variables)

    def _environment(self, name: str) -> Environment:
        return make_environment(self.folder / name, self.material.python, self.material.environ, self.material.index)

    def failed(self, code: str, expected: str, found: str, hint: str) -> Finding:
        """A finding about this distribution."""
        return Finding.failed(CHECK, code, self.name, expected=expected, found=found, hint=hint)


@dataclass(frozen=True, slots=True)
class _Inside:
    """What is tried once the distribution is installed."""

    trial: Trial
    environment: Environment
    wheel: Wheel

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        named = {skip.module: skip.reason for skip in self.trial.material.settings.skip_imports}
        return tuple((module, named[module]) for module in self.wheel.imports if module in named)

    @property
    def imported(self) -> tuple[str, ...]:
        left_out = {module for module, _ in self.skipped}
        return tuple(module for module in self.wheel.imports if module not in left_out)

    @property
    def told(self) -> str:
        """What was tried, in a few words."""
        parts = [f"imports {', '.join(self.imported)}" if self.imported else "nothing to import"]
        if self.wheel.scripts:
            parts.append(f"starts {', '.join(script.name for script in self.wheel.scripts)}")
        if self.trial.material.settings.command:
            parts.append("smoke command passed")
        return "; ".join(parts)

    def dependencies(self) -> Iterator[Finding]:
        complaints = self.environment.complaints()
        if complaints:
            hint = "the closure in evidence/pylock.toml does not satisfy what is installed; correct the dependencies"
            yield self.trial.failed("smoke-dependencies", "consistent dependencies", complaints, hint)

    def imports(self) -> Iterator[Finding]:
        for module in self.imported:
            done = self._python(_IMPORT, module)
            if done.returncode != 0:
                hint = "a missing dependency or file; a module that cannot be imported here goes into `skip-imports`"
                yield self.trial.failed("smoke-import", f"`import {module}` works", done.tail, hint)

    def scripts(self) -> Iterator[Finding]:
        for script in self.wheel.scripts:
            found = self._script(script)
            if found:
                hint = f"correct `{script.name} = {script.target!r}` in [project.scripts]"
                yield self.trial.failed("smoke-entry-point", f"`{script.name}` answers", found, hint)

    def command(self) -> Iterator[Finding]:
        words = self.trial.material.settings.command
        if not words:
            return
        try:
            done = self.environment.run(words, cwd=self._empty("command"))
        except Unavailable as error:
            found = error.message
        else:
            if done.returncode == 0:
                return
            found = f"exit code {done.returncode}: {done.tail}"
        hint = "the command is `smoke.command` in [tool.sealwright], run in an empty folder"
        yield self.trial.failed("smoke-command", f"`{' '.join(words)}` passes", found, hint)

    def _script(self, script: Script) -> str:
        """Why a program does not answer; empty if it does."""
        program = self.environment.script(script.name)
        if not program.is_file():
            return f"{program.name} was not installed"
        loaded = self._python(_LOAD, script.target)
        if loaded.returncode != 0:
            return loaded.tail
        if script.graphical:
            return ""  # there may be no screen
        try:
            # Not every program knows --help, so its exit code says nothing; one that never ends does.
            self.environment.run([program, "--help"], cwd=self._empty("help"), timeout=_HELP_SECONDS)
        except Unavailable as error:
            return error.message
        return ""

    def _python(self, code: str, *arguments: str) -> Finished:
        # -I: neither the folder it runs in nor variables add anything to import from.
        return self.environment.run([self.environment.python, "-I", "-c", code, *arguments], cwd=self._empty("imports"))

    def _empty(self, name: str) -> Path:
        folder = self.trial.folder / f"cwd-{name}"
        folder.mkdir(exist_ok=True)
        return folder
