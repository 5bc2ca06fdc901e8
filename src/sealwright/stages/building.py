"""Building distributions from a commit, and nothing but the commit. Shared by the stages build and rebuild."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from build import BuildBackendException, BuildException, ProjectBuilder
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from sealwright.errors import Refused, SealwrightError, UsageError
from sealwright.model import Finding, Plan
from sealwright.services.environments import Environment, build_variables
from sealwright.services.git import Repository
from sealwright.stages.normal_sdist import normalise
from sealwright.verify.taken_wheels import PURE
from sealwright.verify.wheel import generator_of

_HOOKS: tuple[Literal["sdist", "wheel"], ...] = ("sdist", "wheel")
CLONE = "clone"
"""The folder of the clone, beside everything else that a build needs."""


@contextmanager
def umask_022() -> Iterator[None]:
    """Some backends copy file modes, which the umask decides, into the archives. For the whole process."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def clean_clone(source: Path, commit: str, directory: str, environ: Mapping[str, str], folder: Path) -> Path:
    """A clone at a commit, in `folder`; where the project lies in it, which is `directory` of the repository.

    Never the work tree: every backend packs files that nobody committed. Raises Refused, or UsageError
    (`project-missing`).
    """
    clone = folder / CLONE
    Repository(source, environ).clone(clone, commit)
    project = (clone / directory).resolve()
    if not project.is_dir() or not project.is_relative_to(clone.resolve()):
        raise UsageError("project-missing", f"commit {commit} has no folder {directory}")
    return project


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    sdist: Path
    wheel: Path
    told: tuple[str, ...] = ()
    """What the sdist told of its build, for which it was normalised; empty where it is as the backend made it."""
    apart: bool = False
    """Whether the wheel only shows that the sdist can be built, and is no distribution."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The distributions."""
        return (self.sdist,) if self.apart else (self.sdist, self.wheel)

    @property
    def backend(self) -> str:
        """The backend and its version, as the wheel names it; empty where it does not."""
        with self.wheel.open("rb") as stream:
            return generator_of(stream, self.wheel.name)


@dataclass(frozen=True, slots=True)
class Builder:
    """Calls a project's backend inside an environment. Only its hooks run project code, each as a process."""

    project: Path
    environment: Environment
    epoch: int | None
    """SOURCE_DATE_EPOCH, in Unix seconds; None where it is not set."""

    def requirements(self) -> tuple[str, ...]:
        """What the backend asks for beyond `build-system.requires`."""
        with _mapped():
            builder = self._project_builder(self.project)
            return tuple(sorted({item for hook in _HOOKS for item in builder.get_requires_for_build(hook)}))

    def build(self, out: Path, *, normal: int | None = None, apart: bool = False) -> Built:
        """Make the sdist, and the wheel from the sdist, in the empty folder `out`.

        That is what `python -m build` does by default: whoever builds from the sdist gets the wheel that is published.
        `normal` is the time, in Unix seconds, that the sdist is normalised to; without one it is left as it is made.
        With `apart`, the wheel is no distribution, and lies in a folder of its own.
        Raises Refused (`build-failed`, `unexpected-output`, ...).
        """
        folder = out.parent / f"{out.name}-apart" if apart else out
        with umask_022(), _mapped():
            sdist = Path(self._project_builder(self.project).build("sdist", out))
            told = () if normal is None else normalise(sdist, normal)
            unpacked = _unpack(sdist, out.parent / f"{out.name}-unpacked")
            wheel = Path(self._project_builder(unpacked).build("wheel", folder))
        for made in {out, folder}:
            _refuse_others(made, (sdist, wheel))
        return Built(sdist, wheel, told, apart)

    def _project_builder(self, project: Path) -> ProjectBuilder:
        return ProjectBuilder(project, str(self.environment.python), self._call)

    def _call(self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        """Run one hook, as pyproject_hooks asks its runner to."""
        variables = {**build_variables(self.epoch), **(extra_environ or {})}
        finished = self.environment.run(cmd, cwd=Path(cwd or self.project), extra=variables)
        if finished.returncode != 0:
            raise Refused(
                "build-failed",
                f"the build backend ended with exit code {finished.returncode}:\n{finished.tail}",
                hint="`python -m build` in a clean clone of the commit should show the same",
            )


def judge_built(files: Sequence[Path], plan: Plan, *, pure: bool = True) -> tuple[Finding, ...]:
    """Whether these are an sdist and wheels of the planned name and version, and the wheels `pure` where they must be.

    A dynamic version is decided only by building. Codes: `version-mismatch`, `wheel-not-pure`, `name-malformed`.
    """
    return tuple(finding for file in files for finding in _judge_file(file.name, plan, pure=pure))


def _judge_file(name: str, plan: Plan, *, pure: bool) -> Iterator[Finding]:
    expected = (plan.project.name, plan.version)
    try:
        found = parse_wheel_filename(name)[:2] if name.endswith(".whl") else parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        yield Finding.failed("build", "name-malformed", name, expected="name-version", found=str(error))
        return
    if (str(found[0]), str(found[1])) == expected:
        yield Finding.passed("version", name, plan.version)
    else:
        yield Finding.failed(
            "version",
            "version-mismatch",
            name,
            expected=" ".join(expected),
            found=f"{found[0]} {found[1]}",
            hint=f"the build decides the version; tag {plan.tag} promises another one",
        )
    if pure and name.endswith(".whl") and not name.endswith(PURE):
        hint = (
            "a wheel of one platform is built on that platform: `sealwright workflow --wheels-template` prints a "
            "workflow that does so, and `wheels` in [tool.sealwright] names it"
        )
        yield Finding.failed("build", "wheel-not-pure", name, expected=f"*{PURE}", found=name, hint=hint)


def _unpack(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    inside = list(folder.iterdir())
    if len(inside) != 1 or not inside[0].is_dir():
        raise Refused("sdist-malformed", f"{sdist.name} does not contain exactly one folder")
    return inside[0]


def _refuse_others(out: Path, made: Sequence[Path]) -> None:
    others = sorted({entry.name for entry in out.iterdir()} - {file.name for file in made})
    if others:
        raise Refused(
            "unexpected-output",
            f"the build left {', '.join(others)} beside the distributions",
            hint="what is not a distribution of this project is never published; make the backend write it elsewhere",
        )


@contextmanager
def _mapped() -> Iterator[None]:
    """Errors of `build` as ours."""
    try:
        yield
    except BuildBackendException as error:
        if isinstance(error.exception, SealwrightError):
            raise error.exception from error
        raise Refused("build-failed", f"the build backend failed: {error}", hint="look at [build-system]") from error
    except BuildException as error:
        raise UsageError("project-unbuildable", str(error), hint="correct [build-system] in pyproject.toml") from error
    except tarfile.TarError as error:
        raise Refused("sdist-malformed", f"the sdist cannot be unpacked: {error}") from error
