"""Workflows and composite actions as values, each part with its line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sealwright.doctor.nodes import Text

FULL_COMMIT = re.compile(r"[0-9a-f]{40}")
LEVELS = {"none": 0, "read": 1, "write": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, for people `path:line`."""

    path: str
    line: int

    @classmethod
    def of(cls, text: Text) -> Place:
        """Where a scalar begins."""
        return cls(text.path, text.line)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Uses:
    """What a `uses:` names."""

    text: Text

    @property
    def local(self) -> str | None:
        """The path in this repository; None for what lies elsewhere."""
        found = re.match(r"(?:\./|\$/)(.*)", self.text.value)
        return found[1].strip("/") if found else None

    @property
    def image(self) -> str | None:
        """The container image; None for anything else."""
        return self.text.value.removeprefix("docker://") if self.text.value.startswith("docker://") else None

    @property
    def name(self) -> str:
        """`owner/name`, with the path inside if there is one; in lower case, as GitHub compares it."""
        return "" if self.local is not None or self.image else self.text.value.partition("@")[0].lower()

    @property
    def ref(self) -> str:
        """What stands behind `@`."""
        return self.text.value.partition("@")[2]

    @property
    def pinned(self) -> bool:
        """Whether it is a full commit."""
        return FULL_COMMIT.fullmatch(self.ref) is not None

    def __str__(self) -> str:
        return self.text.value


@dataclass(frozen=True, slots=True)
class Permissions:
    """A `permissions:` block, of a workflow or of a job."""

    place: Place
    all: str = ""
    """`read-all` or `write-all`; empty for a table."""
    grants: Mapping[str, Text] = field(default_factory=dict)

    def level(self, scope: str) -> int:
        """0 for nothing, 1 for read, 2 for write. What is not listed is nothing."""
        if self.all:
            return LEVELS[self.all.removesuffix("-all")]
        return LEVELS.get(self.grants[scope].value, 0) if scope in self.grants else 0

    def place_of(self, scope: str) -> Place:
        """Where a scope is granted."""
        return Place.of(self.grants[scope]) if scope in self.grants else self.place


@dataclass(frozen=True, slots=True)
class Concurrency:
    """A `concurrency:` block."""

    place: Place
    group: Text | None
    cancel: Text | None


@dataclass(frozen=True, slots=True)
class Environment:
    """The deployment environment that a job runs in."""

    place: Place
    name: str
    """Unevaluated."""
    url: str = ""

    @property
    def known(self) -> bool:
        """Whether its name is written out, not computed."""
        return "${{" not in self.name


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job, or of a composite action that a job calls."""

    place: Place
    uses: Uses | None = None
    run: Text | None = None
    with_: Mapping[str, Text] = field(default_factory=dict)
    """Inputs by name in lower case."""
    env: Mapping[str, Text] = field(default_factory=dict)
    condition: str = ""
    shell: str = ""

    @property
    def action(self) -> str:
        """`owner/name` of a remote action, in lower case; empty for anything else."""
        return self.uses.name if self.uses else ""

    def given(self, name: str) -> str:
        """The value of an input, unevaluated; empty where it is not given."""
        return self.with_[name].value if name in self.with_ else ""

    def is_on(self, name: str) -> bool:
        """Whether an input is switched on."""
        return self.given(name).strip().lower() == "true"

    def is_off(self, name: str) -> bool:
        """Whether an input is switched off."""
        return self.given(name).strip().lower() == "false"


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a workflow."""

    id: str
    place: Place
    steps: tuple[Step, ...] = ()
    uses: Uses | None = None
    with_: Mapping[str, Text] = field(default_factory=dict)
    secrets: Mapping[str, Text] = field(default_factory=dict)
    """What a called workflow gets; `{"inherit": ...}` for all."""
    runs_on: tuple[Text, ...] = ()
    runner_group: bool = False
    needs: tuple[str, ...] = ()
    condition: str = ""
    permissions: Permissions | None = None
    """Its own, else the workflow's, else None."""
    own_permissions: bool = False
    environment: Environment | None = None
    concurrency: Concurrency | None = None
    env: Mapping[str, Text] = field(default_factory=dict)
    image: Text | None = None
    shell: str = ""

    def may(self, scope: str, level: str = "write") -> bool:
        """Whether its token has this permission for certain. What a repository's default adds is not known here."""
        return self.permissions is not None and self.permissions.level(scope) >= LEVELS[level]

    @property
    def identity(self) -> bool:
        """Whether it can ask for an identity token. No default grants that."""
        return self.may("id-token")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event that starts a workflow."""

    event: str
    place: Place
    branches: tuple[str, ...] | None = None
    """Patterns; None where there is no such filter."""
    tags: tuple[str, ...] | None = None
    types: tuple[str, ...] = ()

    @property
    def on_tags(self) -> bool:
        """Whether a push of a tag starts it."""
        return self.event == "push" and (self.tags is not None or self.branches is None)

    @property
    def on_branches(self) -> bool:
        """Whether a push to a branch starts it."""
        return self.event == "push" and (self.branches is not None or self.tags is None)


@dataclass(frozen=True)
class Workflow:
    """One file of .github/workflows."""

    path: str
    place: Place
    triggers: tuple[Trigger, ...]
    jobs: tuple[Job, ...]
    permissions: Permissions | None = None
    concurrency: Concurrency | None = None
    env: Mapping[str, Text] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Its name, such as `release.yml`."""
        return self.path.rpartition("/")[2]

    @property
    def called(self) -> bool:
        """Whether other workflows can call it."""
        return any(trigger.event == "workflow_call" for trigger in self.triggers)

    @cached_property
    def by_id(self) -> Mapping[str, Job]:
        """Its jobs by their ids."""
        return {job.id: job for job in self.jobs}

    def needed_by(self, job: Job) -> tuple[Job, ...]:
        """Every job that has to end before `job`, its needs' needs included, in the order of the file."""
        found: set[str] = set()
        waiting = list(job.needs)
        while waiting:
            id_ = waiting.pop()
            if id_ in found or id_ not in self.by_id:
                continue
            found.add(id_)
            waiting += self.by_id[id_].needs
        return tuple(job for job in self.jobs if job.id in found)


@dataclass(frozen=True, slots=True)
class Action:
    """A composite action of the repository."""

    path: str
    steps: tuple[Step, ...]
