"""What an audit is given: the text of files, and what the outside answered. Gathered elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sealwright.model.github import Environment, Ruleset
from sealwright.project.tables import Reader


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why something could not be looked at. Never read as if it were well."""

    reason: str
    hint: str


_NOT_ASKED = Unseen("not asked", "add --online")


@dataclass(frozen=True, slots=True)
class LastRelease:
    """The newest release on the index."""

    version: str
    filename: str
    """Of the file whose provenance was asked for."""
    provenance: bytes | None
    """None where the index has none."""


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """What GitHub says of the repository, each part for itself."""

    environments: tuple[Environment, ...] | Unseen = _NOT_ASKED
    rulesets: tuple[Ruleset, ...] | Unseen = _NOT_ASKED
    """Of tags."""
    immutable_releases: bool | Unseen = _NOT_ASKED
    pins_required: bool | Unseen = _NOT_ASKED
    """Whether Actions refuses actions that are not pinned to a full commit."""


@dataclass(frozen=True, slots=True)
class Material:
    """A repository as it lies in the work tree."""

    files: Mapping[str, str]
    """Text by path from the repository's root, with `/`: only what an audit may want."""
    tracked: frozenset[str] = frozenset()
    """Paths that git knows; the others are not ignored, and not committed yet."""
    directory: str = "."
    """Where the project lies in the repository."""
    repository: str | None = None
    """`owner/name` of the remote."""
    head_message: str = ""
    """Of the commit that would be tagged now."""
    changed: Mapping[str, date] = field(default_factory=dict)
    """When lists of requirements were last committed."""
    today: date = date.max
    trust_root: date | Unseen = _NOT_ASKED
    """When the newest key of the embedded Sigstore trust root came into use."""
    last_release: LastRelease | Unseen = _NOT_ASKED
    settings: RepositorySettings = RepositorySettings()

    @property
    def read(self) -> Reader:
        """The project's files."""

        def of_project(path: str) -> bytes | None:
            found = self.files.get(path if self.directory == "." else f"{self.directory}/{path}")
            return None if found is None else found.encode()

        return of_project
