"""A project as it lies on disk, committed or not: what is about to be written into it, and where."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sealwright.config import Settings, load_settings
from sealwright.config.policy import POLICY_FILE
from sealwright.errors import UsageError
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project import ProjectInfo, cells_of, options_for, read_project
from sealwright.project.reading import PYPROJECT
from sealwright.services.git import Repository


@dataclass(frozen=True)
class WorkTree:
    """A project in the work tree of its repository."""

    repository: Repository
    project: Path
    directory: str
    """Of the project, in the repository; `.` for its root."""

    @classmethod
    def find(cls, project: Path, environ: Mapping[str, str]) -> WorkTree:
        """The work tree that the folder `project` lies in. Raises UsageError (`not-a-repository`)."""
        repository = Repository.find(project, environ)
        return cls(repository, project, repository.directory_of(project))

    @cached_property
    def info(self) -> ProjectInfo:
        """What its files say of the project. Raises UsageError like `read_project`."""
        return read_project(self.read)

    @cached_property
    def settings(self) -> Settings:
        """Its [tool.sealwright]. Raises UsageError (`toml-malformed`, `configuration-invalid`)."""
        return load_settings(self.text(PYPROJECT) or "")

    def options(self, settings: Settings | None = None) -> Options:
        """The table's options for it, by its own settings or by those that it is about to have."""
        chosen = settings or self.settings
        return options_for(chosen, cells_of(chosen, self.info.requires_python), self.directory)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every path of the current commit, from the root of the repository. Raises UsageError (`no-commits`)."""
        return tuple(self.repository.tree("HEAD"))

    def read(self, path: str) -> bytes | None:
        """A file of the project."""
        file = self.project / path
        return file.read_bytes() if file.is_file() else None

    def text(self, path: str) -> str | None:
        """A text file of the project, line ends as they are. Raises UsageError (`not-utf-8`)."""
        return _text(self.project / path)

    @property
    def policy(self) -> Path:
        """Its policy: in the project's folder, else at the root of the repository, as the job `plan` looks for it."""
        nearest = self.project / POLICY_FILE
        return nearest if nearest.is_file() else self.repository.path / POLICY_FILE

    @property
    def policy_text(self) -> str | None:
        """The content of its policy; None where there is none."""
        return _text(self.policy)

    @property
    def workflow(self) -> Path:
        """Where its release.yml is, or belongs."""
        return self.repository.path / WORKFLOW_FILE

    @property
    def workflow_text(self) -> str | None:
        """The content of its release.yml; None where there is none."""
        text = _text(self.workflow)
        return None if text is None else text.replace("\r\n", "\n")

    def shown(self, file: Path) -> str:
        """A path of a file as whoever stands in the repository would type it."""
        return Path(os.path.relpath(file, self.repository.path)).as_posix()


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8-sig") if file.is_file() else None
    except UnicodeDecodeError as error:
        hint = "store it as UTF-8; nothing was written"
        raise UsageError("not-utf-8", f"{file} is not text in UTF-8: {error}", hint=hint) from error


def write_text(file: Path, text: str) -> None:
    """Write a file as UTF-8 with the line ends it has, its folder made where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
