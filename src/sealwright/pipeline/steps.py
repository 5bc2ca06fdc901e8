"""The vocabulary of the job table. Closed: each kind is rendered and rehearsed by one arm of a `match`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ref:
    """An output of another job: the only way a value travels between jobs. Using one implies `needs`."""

    job: str
    name: str


@dataclass(frozen=True, slots=True)
class Out:
    """An output of an earlier step of the same job."""

    step: str
    name: str


class Ctx(StrEnum):
    """A fact of the run that the platform supplies, named as GitHub's `github` context names it."""

    TOKEN = "token"  # noqa: S105 - the name of a value
    """The job's own short-lived token, with the job's grants and no more."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of the job's environment. Only notify has one, and only where it is configured."""

    name: str


Value = str | Ref | Out | Ctx | Secret
Values = Mapping[str, Value]
_NONE: Values = MappingProxyType({})


class Action(StrEnum):
    """Third-party actions whose work a rehearsal replaces by a function each."""

    ATTEST = "actions/attest"
    PUBLISH = "pypa/gh-action-pypi-publish"


class Flow(StrEnum):
    """Reusable workflows of others."""

    SLSA_GENERIC = "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml"


class Role(StrEnum):
    """A hash-locked set of tools: sealwright/locks/<role>.txt."""

    PLAN = "plan"
    BUILD = "build"
    EXAMINE = "examine"
    SMOKE = "smoke"
    SIGN = "sign"
    GATE = "gate"
    GITHUB = "github"
    CONFIRM = "confirm"


WORKFLOW_FILE = ".github/workflows/release.yml"
"""Where the rendered table lies in the released repository."""
SOURCE = "source"
"""Where Checkout puts the repository, relative to the job's workspace."""
DOSSIER = "dossier"
"""Where Fetch puts what earlier jobs kept."""
NEW = "new"
"""Where a stage writes what it makes; the same structure as the dossier."""
PUBLISH = "publish"
"""Where the gate puts exactly the files that may be published."""
SUMS_FILE = "sums.txt"
"""Where CheckSums leaves the list it checked, for steps that take a file."""
WHEELS = "wheels"
"""Where Fetch puts wheels that the project's own workflow built: nothing but wheels, directly in that folder."""
NEEDS_VARIABLE = "NEEDS"
"""How the jobs that a job needs ended, GitHub's `needs` context as JSON; only a job that always runs is told."""
HOSTED_RUNNER = "ubuntu-24.04"
"""The label of GitHub's own runners that every job asks for, unless the project names another."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The repository at the tag, with its whole history and all tags, in `source`; no credentials stay behind."""

    submodules: bool = False
    """Whether submodules come along: for stages that look at the tree."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Watches which hosts the job reaches, or allows only some. The first step; a rehearsal has nothing of the kind."""

    policy: Literal["audit", "block"]
    allowed: tuple[str, ...] = ()
    """`host:port` each, for `block`; `*.` in front stands for every host below."""


@dataclass(frozen=True, slots=True)
class Tools:
    """An environment of hash-locked wheels for a role, first on PATH, with the pipeline's own program in it."""

    role: Role
    tried: str = ""
    """A further Python to set up, for the stage to find: the tools need 3.11, a project may support older ones."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """An artifact of an earlier job: by id, or, where its maker gives none, by a name that it outputs."""

    artifact: Ref
    into: str = DOSSIER
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """`sealwright stage NAME...`: one process, one record, whose digest becomes the job's output `record`."""

    names: tuple[str, ...]
    records: tuple[str, ...] = ()
    """Jobs whose record digests this stage is given; their outputs are what it may read."""
    env: Values = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class CheckSums:
    """The folder holds exactly these files, with exactly these digests; anything else fails the job."""

    sums: Ref
    folder: str


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody else's action, at the pinned commit."""

    action: Action
    inputs: Values
    id: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Store a folder as an artifact, also when the job has failed; its id becomes the job's output `output`."""

    name: str
    path: str = NEW
    output: str = "artifact"


Step = Guard | Checkout | Tools | Fetch | Stage | CheckSums | Use | Keep


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission, and what for."""

    scope: str
    level: str
    why: str


def may_identify(grants: Iterable[Grant]) -> bool:
    """Whether a job with these grants can ask for an OIDC token."""
    return any(grant.scope == "id-token" for grant in grants)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that runs steps of ours."""

    id: str
    why: str
    """One line for whoever reads the table or the rendered file."""
    steps: tuple[Step, ...]
    grants: tuple[Grant, ...] = ()
    outputs: tuple[str, ...] = ()
    """Outputs of its Stage beside `record`."""
    environment: str | None = None
    after: tuple[str, ...] = ()
    """Jobs that must have succeeded although no value of theirs is used."""
    runner: str = HOSTED_RUNNER
    python: str = "3.13"
    runs_project_code: bool = False
    always: bool = False
    """Runs whether or not the jobs it needs succeeded; such a job may not be needed by another."""

    @property
    def identity(self) -> bool:
        """Whether it can ask for an OIDC token."""
        return may_identify(self.grants)


@dataclass(frozen=True, slots=True)
class Call:
    """A job that is a reusable workflow of somebody else's."""

    id: str
    why: str
    flow: Flow
    inputs: Values
    grants: tuple[Grant, ...]
    after: tuple[str, ...] = ()

    @property
    def identity(self) -> bool:
        """Whether it can ask for an OIDC token."""
        return may_identify(self.grants)


@dataclass(frozen=True, slots=True)
class ProjectCall:
    """A job that is a reusable workflow of the released repository itself, at the tagged commit. It runs project code.

    It has no identity and no secret, and only GitHub can run it: a rehearsal says so.
    """

    id: str
    why: str
    workflow: str
    """Its path in the repository."""
    unrehearsed: str
    """What a rehearsal says it leaves out, in a short phrase."""
    inputs: Values
    grants: tuple[Grant, ...]
    after: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """What the called workflow must put out."""

    @property
    def identity(self) -> bool:
        """Whether it can ask for an OIDC token, which nothing in the table grants it."""
        return may_identify(self.grants)


AnyJob = Job | Call | ProjectCall


def refs(job: AnyJob) -> tuple[Ref, ...]:
    """Every output of another job that `job` uses, in order, once each."""
    found: list[Value] = []
    match job:
        case Call(inputs=inputs) | ProjectCall(inputs=inputs):
            found += inputs.values()
        case Job(steps=steps):
            for step in steps:
                found += _values(step)
    return tuple(dict.fromkeys(value for value in found if isinstance(value, Ref)))


def _values(step: Step) -> list[Value]:
    match step:
        case Fetch(artifact=artifact):
            return [artifact]
        case Stage(records=records, env=env):
            return [*(Ref(job, "record") for job in records), *env.values()]
        case CheckSums(sums=sums):
            return [sums]
        case Use(inputs=inputs):
            return list(inputs.values())
        case Guard() | Checkout() | Tools() | Keep():
            return []


def needs(job: AnyJob) -> tuple[str, ...]:
    """The jobs that must have succeeded before `job`, derived from what it uses."""
    return tuple(dict.fromkeys([*(ref.job for ref in refs(job)), *job.after]))


def outputs(job: AnyJob) -> tuple[str, ...]:
    """Everything that `job` hands to others."""
    match job:
        case Call(flow=Flow.SLSA_GENERIC):
            return ("provenance-name",)
        case ProjectCall(outputs=own):
            return own
        case Job(steps=steps, outputs=own):
            kept = [step.output for step in steps if isinstance(step, Keep)]
            record = ["record"] if any(isinstance(step, Stage) for step in steps) else []
            return (*record, *own, *kept)
