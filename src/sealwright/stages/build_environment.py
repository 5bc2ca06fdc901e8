"""What a build environment is made of: a lock that the project keeps, or one that is made and written down."""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from sealwright.config import Settings
from sealwright.errors import Refused, UsageError
from sealwright.model import Finding
from sealwright.model.digest import is_plain_path
from sealwright.project.uv_lock import UV_LOCK
from sealwright.services.environments import Environment, PackageIndex, make_environment, uv
from sealwright.verify.requirements import Locked, locked_text, parse_locked, unmet

CHECK = "build-environment"
# https://peps.python.org/pep-0517/#source-trees: a project without [build-system] is built like this.
_LEGACY = ("setuptools >= 40.8.0",)
_GROUP = "build"
_EXPORT = ("--no-emit-project", "--no-emit-workspace", "--no-header", "--no-annotate", "--quiet")
WHEELS = ("--only-binary", ":all:")
"""Nothing that takes part in a build is itself built from source: its backend would take part unlocked."""

Asked = Callable[[Environment], Iterable[str]]
"""What the backend says it needs beyond `build-system.requires`, asked inside an environment that has it."""


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """An environment that everything needed to build is installed in, by hash."""

    environment: Environment
    pins: tuple[Locked, ...]
    origin: str
    """The lock of the project that it was made from; empty if it was resolved now."""

    @property
    def text(self) -> str:
        """The requirements that make the same environment again."""
        return locked_text(self.pins)

    @property
    def finding(self) -> Finding:
        """Whether the project itself fixed what it is built with."""
        if self.origin:
            return Finding.passed(CHECK, self.origin, f"{len(self.pins)} packages, each by hash")
        return Finding.absent(
            CHECK,
            "build-lock-absent",
            expected="a hash-locked build environment in the tagged commit",
            hint="put the requirements of [build-system] into a dependency group `build` and commit uv.lock, or name "
            "a lock as `build-lock`; this time they were resolved once, see build/environment.txt",
        )


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where build environments are made, and for whom."""

    folder: Path
    environ: Mapping[str, str]
    index: PackageIndex
    newest: str = ""
    """Versions that were uploaded later than this RFC 3339 time are not resolved to; empty for no such limit."""

    def make(self, name: str, pins: tuple[Locked, ...], origin: str) -> BuildEnvironment:
        """A fresh environment with exactly these pins. Raises Refused or Unavailable."""
        environment = make_environment(self.folder / name, sys.executable, self.environ, self.index)
        environment.install(locked_text(pins))
        return BuildEnvironment(environment, pins, origin)

    def prepare(self, project: Path, root: Path, settings: Settings, floor: str, asked: Asked) -> BuildEnvironment:
        """The environment that `project`, inside the clone `root`, is built in.

        `floor` is the oldest Python that anything of this release is built with. Raises Refused, Unavailable or
        UsageError; Refused (`build-lock-incomplete`) if the project's lock does not cover its build requirements.
        """
        document = _pyproject(project)
        required = _required(document)
        origin, text = self._project_lock(project, root, settings, document)
        if origin:
            made = self.make("build", parse_locked(text, origin), origin)
            _refuse_incomplete(made, required)
            _refuse_incomplete(made, asked(made.environment))
            return made
        return self.resolved(required, floor, asked)

    def resolved(self, required: Iterable[str], floor: str, asked: Asked) -> BuildEnvironment:
        """An environment with what `required` resolves to now, and with what the backend asks for beyond that.

        Raises Refused or Unavailable.
        """
        wanted = tuple(required)
        first = self.make("build", self._resolve(wanted, floor), "")
        more = unmet(asked(first.environment), versions_in(first.environment))
        if not more:
            return first
        return self.make("build-complete", self._resolve((*wanted, *more), floor), "")

    def _project_lock(
        self, project: Path, root: Path, settings: Settings, document: Mapping[str, Any]
    ) -> tuple[str, str]:
        """(name, text) of the lock that the project keeps; empty if it keeps none."""
        if settings.build_lock is not None:
            return settings.build_lock, _read_lock(project, settings.build_lock)
        locked = any((folder / UV_LOCK).is_file() for folder in _upwards(project, root))
        if not locked or _GROUP not in document.get("dependency-groups", {}):
            return "", ""
        arguments = ("export", "--frozen", "--only-group", _GROUP, "--python", sys.executable, *_EXPORT)
        return UV_LOCK, uv(arguments, self.environ, self.index, cwd=project).stdout

    def _resolve(self, requirements: Iterable[str], floor: str) -> tuple[Locked, ...]:
        wanted = "\n".join(sorted(set(requirements)))
        if not wanted:
            return ()  # a backend inside the project's own tree
        # For every Python from the floor on, because the smoke jobs build the sdist with theirs.
        options = ("--universal", "--python-version", floor, "--generate-hashes", "--no-header", "--no-annotate")
        limit = ("--exclude-newer", self.newest) if self.newest else ()
        arguments = ("pip", "compile", "--quiet", *options, *WHEELS, *limit, *self.index.uv_options, "-")
        text = uv(arguments, self.environ, self.index, stdin=wanted.encode()).stdout
        return parse_locked(text, "uv pip compile")


def versions_in(environment: Environment) -> dict[str, str]:
    """What is installed in an environment: normalised name to version. None of it is run."""
    places = [
        str(p) for p in (environment.folder / "Lib" / "site-packages", *environment.folder.glob("lib/*/site-packages"))
    ]
    found = importlib.metadata.distributions(path=places)
    return {canonicalize_name(item.metadata["Name"]): item.version for item in found}


def _refuse_incomplete(made: BuildEnvironment, required: Iterable[str]) -> None:
    missing = unmet(required, versions_in(made.environment))
    complaints = made.environment.complaints()
    if missing or complaints:
        found = f"does not have {', '.join(missing)}" if missing else f"is not consistent:\n{complaints}"
        raise Refused("build-lock-incomplete", f"{made.origin} {found}", hint="lock the build requirements again")


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """[build-system] of a project (https://peps.python.org/pep-0517/#source-trees)."""

    requires: tuple[str, ...]
    in_tree: bool
    """Whether the backend is a part of the project itself (`backend-path`), so that nothing else fixes its version."""

    @classmethod
    def of(cls, project: Path) -> BuildSystem:
        """What a project's pyproject.toml says. Raises UsageError (`toml-malformed`, `pyproject-malformed`)."""
        document = _pyproject(project)
        table = document.get("build-system")
        return cls(_required(document), isinstance(table, dict) and bool(table.get("backend-path")))


def _required(document: Mapping[str, Any]) -> tuple[str, ...]:
    table = document.get("build-system")
    requires = table.get("requires") if isinstance(table, dict) else list(_LEGACY)
    if not isinstance(requires, list) or not all(isinstance(item, str) for item in requires):
        raise UsageError("pyproject-malformed", "pyproject.toml: [build-system] needs a list `requires`")
    return tuple(requires)


def _pyproject(project: Path) -> Mapping[str, Any]:
    file = project / "pyproject.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("toml-malformed", f"pyproject.toml: {error}") from error


def _read_lock(project: Path, path: str) -> str:
    file = project / path
    if not is_plain_path(path) or not file.is_file():
        raise UsageError(
            "build-lock-missing",
            f"`build-lock` names {path}, which is not in the tagged commit",
            hint="commit it, or remove `build-lock` from [tool.sealwright]",
        )
    return file.read_text(encoding="utf-8")


def _upwards(project: Path, root: Path) -> Iterator[Path]:
    """The folders from `project` up to `root`: uv.lock of a workspace lies at its top."""
    yield project
    yield from (folder for folder in project.parents if folder == root or root in folder.parents)
