"""The commit that is about to be released, and what is written in it about its release."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sealwright.config import Policy, Settings, load_policy, load_settings
from sealwright.config.policy import POLICY_FILE
from sealwright.errors import SealwrightError, UsageError
from sealwright.model import Cell, Finding, Mode
from sealwright.model.digest import is_plain_path
from sealwright.project import ProjectInfo, cells_from, cells_of, read_project, repository_name
from sealwright.project.reading import PYPROJECT
from sealwright.services.git import Repository
from sealwright.stages.base import Context, finding_of, mode_of

CELLS_VARIABLE = "SEALWRIGHT_CELLS"
DIRECTORY_VARIABLE = "PROJECT_DIRECTORY"

T = TypeVar("T")


@dataclass(frozen=True)
class Committed:
    """A commit, seen from the directory of the project in it."""

    repository: Repository
    commit: str
    directory: str
    """In the repository; `.` for its root."""

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """All paths of the commit, from the root of the repository."""
        return tuple(self.repository.tree(self.commit))

    def path(self, inside: str) -> str:
        """A path of the project as a path of the repository."""
        return posixpath.normpath(posixpath.join(self.directory, inside))

    def read(self, inside: str) -> bytes | None:
        """A file of the project."""
        return self.repository.read(self.commit, self.path(inside))

    def read_nearest(self, inside: str) -> str | None:
        """A text file of the project, else the one of that name at the root of the repository."""
        data = self.read(inside)
        if data is None:
            data = self.repository.read(self.commit, inside)
        return None if data is None else data.decode("utf-8", "replace")

    def settings(self) -> Settings:
        """[tool.sealwright] of the project. Raises UsageError (`toml-malformed`, `configuration-invalid`)."""
        return load_settings((self.read(PYPROJECT) or b"").decode("utf-8", "replace"))


@dataclass(frozen=True)
class Tagged(Committed):
    """A tagged commit."""

    tag: str

    @classmethod
    def of(cls, context: Context) -> Tagged:
        """What the run is about. Raises UsageError (`run-unknown`, `directory-invalid`, and those of git)."""
        repository = Repository(context.source, context.environ)
        directory = posixpath.normpath(context.environ.get(DIRECTORY_VARIABLE) or ".")
        if directory != "." and not is_plain_path(directory):
            raise UsageError(
                "directory-invalid",
                f"{DIRECTORY_VARIABLE} = {directory!r} is not a folder of the repository",
                hint="give it relative to the repository's root",
            )
        commit = repository.commit_of(_variable(context.environ, "GITHUB_SHA"))
        return cls(repository, commit, directory, _variable(context.environ, "GITHUB_REF_NAME"))


@dataclass(frozen=True, slots=True)
class Written:
    """What the commit says about its release. None is what could not be read; `problems` says why."""

    settings: Settings | None
    policy: Policy | None
    project: ProjectInfo | None
    cells: tuple[Cell, ...] | None
    mode: Mode | None
    problems: tuple[Finding, ...]

    def repository(self, tagged: Tagged, environ: Mapping[str, str]) -> str:
        """The repository as plan.json names it."""
        configured = self.settings.repository if self.settings else None
        name = self.project.name if self.project else "unknown"
        given = environ.get("GITHUB_REPOSITORY") or None
        return repository_name(configured, given, tagged.repository.remote_url(), name)


def read_written(tagged: Tagged, environ: Mapping[str, str]) -> Written:
    """Read everything, and keep on reading where something is wrong: all of it is reported at once."""
    problems: list[Finding] = []

    def attempt(reading: Callable[[], T]) -> T | None:
        try:
            return reading()
        except SealwrightError as error:
            problems.append(finding_of(error, "configuration"))
            return None

    settings = attempt(tagged.settings)
    project = attempt(lambda: read_project(tagged.read))
    policy = attempt(lambda: load_policy(tagged.read_nearest(POLICY_FILE) or ""))
    mode = attempt(lambda: mode_of(environ))
    cells = attempt(lambda: _cells(settings or Settings(), project, environ)) if project else None
    return Written(settings, policy, project, cells, mode, tuple(dict.fromkeys(problems)))


def _cells(settings: Settings, project: ProjectInfo, environ: Mapping[str, str]) -> tuple[Cell, ...]:
    words = environ.get(CELLS_VARIABLE, "")
    return cells_from(words, CELLS_VARIABLE) if words.strip() else cells_of(settings, project.requires_python)


def _variable(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise UsageError("run-unknown", f"{name} is not set", hint="this stage runs in a job of release.yml")
    return value
