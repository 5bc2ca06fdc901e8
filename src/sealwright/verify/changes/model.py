"""Changes as values, of bounded number and length: some of it is text of an archive that nobody has judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from sealwright.verify.archive.faults import printable
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json

REPORT = "reports/changes.json"
"""Where the job examine leaves what changed since the last release."""
LARGEST = 4 << 20
"""Bytes of a provenance that is read; real ones have a few thousand."""
MOST = 200
"""Changes of one kind that are listed one by one; all are counted."""


class Kind(StrEnum):
    """What changed, the most telling kind first."""

    PUBLISHER = "publisher"
    """Who uploads: repository, workflow, environment."""
    NATIVE_CODE = "native-code"
    """Compiled code, by its suffix or its first bytes."""
    AT_START = "runs-at-start"
    """Files that run whenever Python starts."""
    ENTRY_POINT = "entry-point"
    """Programs, and plugins that other tools load."""
    BUILD = "build"
    """What decides how a wheel is made of the sdist."""
    DEPENDENCY = "dependency"
    """What the release itself asks for."""
    DISTRIBUTION = "distribution"
    """Whole files of the release."""
    REQUIRES_PYTHON = "requires-python"
    LICENCE = "licence"
    PACKAGE = "package"
    """What an installation brings along, by the SBOMs."""
    FILE = "file"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    kind: Kind
    subject: str
    """What it is about; one printable line."""
    before: str
    """Empty for what is new."""
    after: str
    """Empty for what is gone."""
    look: bool = False
    """Whether it deserves a look before everything else."""

    @classmethod
    def of(cls, kind: Kind, subject: str, before: str, after: str, *, look: bool = False) -> Change:
        """A change whose texts come from an archive: they are made printable and short."""
        return cls(kind, printable(subject), printable(before), printable(after), look)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who uploaded a release."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    repository: str
    """`owner/name`."""
    workflow: str
    """The file name alone."""
    environment: str = ""


def stated_publisher(provenance: bytes) -> Publisher | None:
    """Whom the answer of an index's integrity API names as the uploader: the index's word, and no signature's.

    None where it names nobody, or somebody who is not on GitHub.
    """
    try:
        bundles = as_list(as_object(strict_json(provenance, LARGEST), "it").get("attestation_bundles"), "it")
        named = [as_object(as_object(bundle, "it").get("publisher"), "it") for bundle in bundles]
        texts = [as_text(named[0].get(key), key) for key in ("kind", "repository", "workflow")] if named else []
        environment = str(named[0].get("environment") or "") if named else ""
    except Malformed:
        return None
    return Publisher(*map(printable, (*texts[1:], environment))) if texts[:1] == ["GitHub"] else None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between two releases of a project."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    project: str
    earlier: str
    """A version."""
    later: str
    changes: tuple[Change, ...]
    """Those to look at first, first; at most `MOST` of each kind."""
    counts: dict[Kind, int]
    """Of all changes, listed or not."""
    unseen: tuple[str, ...]
    """What could not be compared, and why; one printable line each."""
    complete: bool
    """Whether every distribution was looked into and compared with that of the earlier release, where it had one."""

    @property
    def first(self) -> tuple[Change, ...]:
        """Those that deserve a look before everything else."""
        return tuple(change for change in self.changes if change.look)


def collected(found: Iterable[Change]) -> tuple[tuple[Change, ...], dict[Kind, int]]:
    """Changes in order, each once, the first of each kind; and how many of each kind there are."""
    every = sorted(dict.fromkeys(found), key=lambda change: (not change.look, list(Kind).index(change.kind)))
    seen: Counter[Kind] = Counter()
    listed = []
    for change in every:
        seen[change.kind] += 1
        if seen[change.kind] <= MOST:
            listed.append(change)
    return tuple(listed), dict(seen)
