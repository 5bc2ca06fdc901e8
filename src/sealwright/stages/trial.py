"""One distribution in empty environments: installed by hash, plainly and with each extra that is to be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.config.settings import Smoke
from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding
from sealwright.services.environments import Environment, PackageIndex, build_wheel, make_environment
from sealwright.services.interpreters import Interpreter
from sealwright.services.loading import Room
from sealwright.stages.inside import CHECK, Inside, command, dependencies, imports, joined
from sealwright.stages.programs import plugins, programs, scripts
from sealwright.verify.skips import Skips
from sealwright.verify.wheel import Wheel, read_wheel

_PARTS = (dependencies, imports, programs, scripts, plugins, command)


@dataclass(frozen=True, slots=True)
class Material:
    """What every trial of a job shares."""

    python: Interpreter
    dependencies: Mapping[str, str]
    """Hash-locked requirements, with markers, by extra; those of a plain installation by the empty name."""
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

    def run(self) -> tuple[Finding, ...]:
        """Findings of checks `smoke` and `smoke-import`. Only what cannot be installed keeps the rest from being tried.

        Codes: `smoke-install`, `smoke-skip-stale`, and those of what is tried inside.
        Raises Unavailable if the index does not answer.
        """
        self.folder.mkdir(parents=True)
        try:
            wheel = self.distribution if self.distribution.name.endswith(".whl") else self._built()
            with wheel.open("rb") as stream:
                described = read_wheel(stream, wheel.name)
        except Unavailable:
            raise
        except SealwrightError as error:
            return (_not_installed(self.distribution.name, error),)
        stale = tuple(self._stale(described)) if wheel is self.distribution else ()
        tried = (self._tried(wheel, described, extra) for extra in self.material.dependencies)
        return (*stale, *(finding for findings in tried for finding in findings))

    def _tried(self, wheel: Path, described: Wheel, extra: str) -> tuple[Finding, ...]:
        subject = f"{self.distribution.name}[{extra}]" if extra else self.distribution.name
        try:
            environment = self._environment(f"with-{extra}" if extra else "plain")
            environment.install(self.material.dependencies[extra])
            environment.install_file(wheel)
        except Unavailable:
            raise
        except SealwrightError as error:
            return (_not_installed(subject, error),)
        room = Room(environment, self.folder / f"room-{extra}")
        inside = Inside(subject, room, described, self.material.settings, self.material.python.markers, extra)
        return joined(inside, (finding for part in _PARTS for finding in part(inside)))

    def _stale(self, wheel: Wheel) -> Iterator[Finding]:
        """Settings that leave out nothing: since they were written, something was renamed or repaired."""
        settings = self.material.settings
        tried = wheel.contents.modules if settings.submodules else wheel.imports
        known = (*tried, *(point.module for point in wheel.entry_points))
        for skip in Skips(settings.skip_imports, self.material.python.markers).stale(known):
            below = skip.module in wheel.contents.modules
            yield Finding.failed(
                CHECK,
                "smoke-skip-stale",
                self.distribution.name,
                expected="a module that would be imported",
                found=f"`skip-imports` names {skip.module}, which {'lies below one' if below else 'is not there'}",
                hint="take it out" + ("; only `submodules = true` imports what lies below" if below else ""),
            )

    def _built(self) -> Path:
        environment = self._environment("build")
        environment.install(self.material.build_environment)
        return build_wheel(self.distribution, self.folder / "wheel", environment, self.material.variables)

    def _environment(self, name: str) -> Environment:
        python, environ, index = self.material.python.path, self.material.environ, self.material.index
        return make_environment(self.folder / name, python, environ, index)


def _not_installed(subject: str, error: SealwrightError) -> Finding:
    found, hint = f"{error.code}: {error.message}", error.hint or "install it by hand into an empty environment"
    return Finding.failed(CHECK, "smoke-install", subject, expected="it installs", found=found, hint=hint)
