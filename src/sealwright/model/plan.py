"""What a release will be, decided once, before anything is built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

WHEELS_JOB = "wheels"
"""The job that is a workflow of the project's own, which builds the wheels; other projects have none of that name."""


class Mode(StrEnum):
    """Whether anything outside this machine can be changed by what follows."""

    RELEASE = "release"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of runner and Python that the distributions are installed on, a job of its own."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    runner: str
    """A GitHub runner label, such as `ubuntu-24.04`."""
    python: str
    """A minor version, such as `3.13`."""

    @property
    def job(self) -> str:
        """The id of its job, such as `smoke-ubuntu-3-13`."""
        return f"smoke-{self.runner.split('-')[0]}-{self.python.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class Project:
    """Where the project to release lies inside its repository."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    name: str
    """Normalised (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    directory: str
    """Relative to the repository's root; `.` for the root itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """plan.json: never changed once written. Every record carries its digest."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    project: Project
    version: str
    """PEP 440, in normal form."""
    tag: str
    commit: str
    """The full hexadecimal object id of the tagged commit."""
    repository: str
    """`owner/name`, or `local/<project>` where no GitHub repository is known."""
    mode: Mode
    epoch: int
    """The commit's committer date in Unix seconds: SOURCE_DATE_EPOCH for everything built."""
    cells: tuple[Cell, ...]
    jobs: tuple[str, ...]
    """The ids of all jobs of the release, in the order of the table."""

    @property
    def ref(self) -> str:
        """The tag as a full git ref."""
        return f"refs/tags/{self.tag}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan together with the digest of the very bytes it was read from."""

    plan: Plan
    sha256: str
