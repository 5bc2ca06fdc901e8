"""Where a release was built from: a commit of the user's clone, which is copied and never written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.config import Settings, load_settings
from sealwright.errors import UsageError
from sealwright.project import read_project
from sealwright.rebuilding.commit import Tag, tag_of
from sealwright.rebuilding.published import Published
from sealwright.services.git import Repository
from sealwright.stages.building import CLONE, clean_clone, umask_022


@dataclass(frozen=True, slots=True)
class Source:
    """A commit of a repository, and the tag that it is, or would be, released as."""

    repository: Repository
    directory: str
    """Where the project lies in it."""
    tag: Tag

    @classmethod
    def find(cls, repository: Repository, project: Path, release: Published, commit: str | None) -> Source:
        """What `release` was built from: the commit that is named, else that of the tag that fits.

        `project` is a folder of `repository`. Raises UsageError (`tag-unknown`, `tag-ambiguous`, `project-mismatch`,
        `revision-unknown`).
        """
        directory = repository.directory_of(project)
        tag = _tag(repository, directory, release, commit)
        _require_project(repository, tag.commit, directory, release)
        return cls(repository, directory, tag)

    @property
    def committed(self) -> int:
        """The commit's time in Unix seconds."""
        return self.repository.epoch(self.tag.commit)

    def clone(self, folder: Path, environ: Mapping[str, str]) -> Path:
        """A clean clone in `folder`, with the tag; the project's folder in it. Raises Refused or UsageError."""
        with umask_022():
            project = clean_clone(self.repository.path, self.tag.commit, self.directory, environ, folder)
        # The tag is where setuptools-scm and its like find the version.
        Repository(folder / CLONE, environ).set_tag(self.tag.name, self.tag.commit)
        return project


def _tag(repository: Repository, directory: str, release: Published, commit: str | None) -> Tag:
    settings = _settings(repository, directory)
    tags = repository.tags()
    if commit is None:
        return tag_of(tags, release.name, release.version, settings)
    wanted = repository.commit_of(commit)
    at_commit = {name: at for name, at in tags.items() if at == wanted}
    try:
        return tag_of(at_commit, release.name, release.version, settings)
    except UsageError:
        return Tag(settings.tag_for(release.version), wanted)


def _settings(repository: Repository, directory: str) -> Settings:
    """[tool.sealwright] as it is now, for the spelling of tags; the defaults where that cannot be read."""
    path = "pyproject.toml" if directory == "." else f"{directory}/pyproject.toml"
    try:
        return load_settings((repository.read(repository.commit_of("HEAD"), path) or b"").decode("utf-8", "replace"))
    except UsageError:
        return Settings()


def _require_project(repository: Repository, commit: str, directory: str, release: Published) -> None:
    def read(path: str) -> bytes | None:
        return repository.read(commit, path if directory == "." else f"{directory}/{path}")

    try:
        name = read_project(read).name
    except UsageError as error:
        if error.code == "project-name-unknown":
            return  # only its build would tell
        raise
    if name != release.name:
        raise UsageError(
            "project-mismatch",
            f"the project at {commit[:12]} is {name}, the release is of {release.name}",
            hint="name the folder of the project with --project; in a repository of several, its own",
        )
