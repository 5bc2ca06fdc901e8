"""What a job says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sealwright.model.digest import FileRef
from sealwright.model.finding import Finding, State


@dataclass(frozen=True, slots=True, order=True)
class Tool:
    """A program that took part, pinned by the file it was installed from, or by the file that is run."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    name: str
    version: str
    sha256: str = ""
    """Of the installed distribution file, or of the file that the name says; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Record:
    """records/<job>.json. Its digest is the job's output `record`.

    A record of a job that ran project code is that job's own word; it never satisfies policy alone.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    job: str
    plan: str
    """SHA-256 of plan.json; empty only where planning itself failed before there was one."""
    stages: tuple[str, ...]
    """The stages that ran in this job, in order."""
    inputs: tuple[FileRef, ...]
    outputs: tuple[FileRef, ...]
    findings: tuple[Finding, ...]
    tools: tuple[Tool, ...] = ()

    def output(self, path: str) -> FileRef | None:
        """The output at `path`, if the job made one."""
        return next((ref for ref in self.outputs if ref.path == path), None)

    def outputs_in(self, folder: str) -> tuple[FileRef, ...]:
        """The outputs that lie directly in `folder`."""
        return tuple(ref for ref in self.outputs if ref.path.rpartition("/")[0] == folder)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Findings that say no."""
        return tuple(f for f in self.findings if f.state is State.FAIL)
