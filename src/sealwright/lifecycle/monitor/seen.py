"""What was asked for and what came back. A question without an answer holds the error instead of the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from sealwright.config import Policy, Settings
from sealwright.errors import SealwrightError
from sealwright.services.github_published import Published
from sealwright.verify.listing import IndexFile


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose releases, and by which rules."""

    project: str
    """Normalised."""
    repository: str
    """`owner/name`."""
    settings: Settings
    policy: Policy
    workflow: str
    """The text of release.yml; empty where there is none."""
    since: Version | None
    """The first version that this pipeline released; None for the very first one."""
    most: int
    """How many versions are looked at, those that were uploaded last."""
    today: dt.date
    """In UTC."""
    token: str = field(repr=False, default="")
    """For GitHub; empty where there is none."""


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """One version, as index and GitHub have it."""

    version: str
    """In normal form."""
    tag: str
    files: tuple[IndexFile, ...]
    release: Published | None
    manifest: bytes | SealwrightError | None
    """release.json; None where the release has none."""
    signature: bytes | SealwrightError | None
    provenance: Mapping[str, bytes | SealwrightError | None]
    """File name to what the index's integrity API answered."""
    sboms: Mapping[str, bytes | SealwrightError]
    """The release's SBOMs by name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was looked at."""

    versions: tuple[VersionSeen, ...]
    """Highest first."""
    index_error: SealwrightError | None
    github_error: SealwrightError | None
    left_out: tuple[str, ...]
    """Versions that were not looked at, for `since` or `most`."""
    tags: Mapping[str, str] | SealwrightError
    pinned: Mapping[str, Mapping[str, str] | SealwrightError]
    """Repository of each pinned action to its tags."""
