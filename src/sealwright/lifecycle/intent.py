"""Which version comes next, from what the current commit and its tags say. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from sealwright.config import Settings
from sealwright.errors import UsageError
from sealwright.lifecycle.changes import Edits, edits_for
from sealwright.project import ProjectInfo, latest_tag, read_project
from sealwright.project.bumping import Phase, next_version
from sealwright.project.unreleased import Moving
from sealwright.services.git import Repository
from sealwright.services.own_git import OwnGit
from sealwright.stages.planning import Committed


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to release."""

    project: Path
    wanted: str | None
    """A bump or a version; None for the version that is written."""
    phase: Phase | None = None
    today: dt.date | None = None
    """The date of the changelog's entry; today's in UTC where it is None."""


@dataclass(frozen=True)
class Intent:
    """A release, as it would be prepared."""

    git: OwnGit
    here: Committed
    settings: Settings
    info: ProjectInfo
    branch: str | None
    """The branch that is checked out; None where a commit is."""
    reached: tuple[str, str] | None
    """(tag, version) of the highest version in the history of the commit."""
    version: str
    """In normal form."""
    edits: Edits

    @property
    def tag(self) -> str:
        """The tag that starts the release."""
        return self.settings.tag_for(self.version)

    @property
    def message(self) -> str:
        """The message of the commit."""
        return f"Release {self.info.name} {self.version}\n"


def intend(request: Request, environ: Mapping[str, str]) -> Intent:
    """Decide on version and changes.

    Raises UsageError for a folder without a project or commit, and those of `next_version` and `edits_for`.
    """
    repository = Repository.find(request.project, environ)
    here = Committed(repository, repository.commit_of("HEAD"), repository.directory_of(request.project))
    git = OwnGit(repository.path, environ)
    settings, info = here.settings(), read_project(here.read)
    reached = latest_tag(git.reachable_tags(here.commit), settings)
    today = request.today or dt.datetime.now(dt.UTC).date()
    version = next_version(_current(info, reached), request.wanted, request.phase, today)
    moving = Moving(str(version), settings.tag_for(str(version)), today, _nothing_new(version, reached))
    edits = edits_for(here, info, settings, moving)
    return Intent(git, here, settings, info, repository.current_branch(), reached, str(version), edits)


def _current(info: ProjectInfo, reached: tuple[str, str] | None) -> Version | None:
    """The version that is written; where none is, the one that was tagged last."""
    written = info.version.version
    if written is None:
        return Version(reached[1]) if reached else None
    try:
        return Version(written)
    except InvalidVersion as error:
        hint = "write it like 1.2.0 or 1.2.0rc1, commit, and run this again"
        raise UsageError("version-malformed", f"{info.version.where}: {written!r} is no version", hint=hint) from error


def _nothing_new(version: Version, reached: tuple[str, str] | None) -> str:
    """What the changelog says of a version that differs from its own pre-release in nothing; empty for all others."""
    before = Version(reached[1]) if reached else None
    if before is None or before.pre is None or before.release != version.release or before >= version:
        return ""
    return f"No changes since {before}."
