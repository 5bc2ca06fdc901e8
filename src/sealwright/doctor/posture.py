"""What the workflows of a repository amount to: who publishes, with what, and which jobs lead there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from sealwright.doctor import actions, programs
from sealwright.doctor.material import Material
from sealwright.doctor.nodes import Unreadable
from sealwright.doctor.programs import OTHER, PYPI
from sealwright.doctor.reading import read_action, read_workflow
from sealwright.doctor.scripts import called_by
from sealwright.doctor.shell import Command, commands
from sealwright.doctor.workflow import Action, Job, Place, Step, Uses, Workflow

FOLDER = ".github/workflows/"
_ACTION_FILES = ("action.yml", "action.yaml")
_MAX_NESTED = 5
_SHELLS = ("bash", "sh", "pwsh", "powershell", "cmd")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that GitHub could not read either."""

    place: Place
    problem: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A command of a step, and where it stands."""

    command: Command
    place: Place
    step: Step
    own: bool = True
    """Whether it is written in the step; else in a script that the step starts."""


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A step that uploads distributions. Two are equal only if they are the same object."""

    workflow: Workflow
    job: Job
    step: Step
    place: Place
    tool: str
    """`pypa/gh-action-pypi-publish`, or a program such as `twine`."""
    index: str
    """`pypi`, `testpypi` or `other`."""
    command: Command | None = None
    """None where an action uploads."""


def is_workflow(path: str) -> bool:
    """Whether GitHub takes the file at `path` for a workflow."""
    return re.fullmatch(rf"{re.escape(FOLDER)}[^/]+\.ya?ml", path) is not None


def is_action(path: str) -> bool:
    """Whether the file at `path` would be an action of the repository."""
    return path.rpartition("/")[2] in _ACTION_FILES


class Posture:
    """A repository's release, as far as its files tell."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.faults: list[Fault] = []
        self.workflows = tuple(self._parsed(filter(is_workflow, material.files), read_workflow))
        self._ran: dict[Place, tuple[Ran, ...]] = {}
        self._actions: dict[str, Action | None] = {}
        for workflow in self.workflows:
            for job in workflow.jobs:
                self._load(job.steps)

    def _parsed(self, paths: Iterable[str], read: Callable[[str, str], T]) -> Iterator[T]:
        for path in sorted(paths):
            try:
                yield read(path, self.material.files[path])
            except Unreadable as error:
                self.faults.append(Fault(Place(path, error.line), error.message))

    def _load(self, steps: Iterable[Step]) -> None:
        """Read the repository's own actions that steps call, and those that they call. Others may be anything."""
        for folder in (step.uses.local for step in steps if step.uses):
            if folder is not None and folder not in self._actions:
                paths = (f"{folder}/{name}" for name in _ACTION_FILES)
                read = tuple(self._parsed((path for path in paths if path in self.material.files), read_action))
                self._actions[folder] = read[0] if read else None
                self._load(read[0].steps if read else ())

    # Steps and what they run

    def steps(self, job: Job) -> tuple[Step, ...]:
        """The steps of a job, with those of the repository's own composite actions in place of their call."""
        return tuple(self._expanded(job.steps, 0))

    def _expanded(self, steps: Iterable[Step], depth: int) -> Iterator[Step]:
        for step in steps:
            local = step.uses.local if step.uses else None
            action = self._actions.get(local) if local is not None and depth < _MAX_NESTED else None
            if action is None:
                yield step
            else:
                inner = self._expanded(action.steps, depth + 1)
                # The call's condition decides first, and is what keeps a release apart from the rest.
                yield from (replace(each, condition=step.condition or each.condition) for each in inner)

    def ran(self, job: Job) -> tuple[Ran, ...]:
        """Every command that the steps of a job run, those in scripts of the repository included."""
        if job.place not in self._ran:
            steps = (step for step in self.steps(job) if step.run is not None)
            self._ran[job.place] = tuple(ran for step in steps for ran in self._of_step(step, job))
        return self._ran[job.place]

    def _of_step(self, step: Step, job: Job) -> Iterator[Ran]:
        shell = step.shell or job.shell
        if step.run is None or (shell and not shell.startswith(_SHELLS)):
            return
        for command in commands(step.run.value):
            place = Place(step.run.path, step.run.line_at(command.row))
            yield Ran(command, place, step)
            for inner in called_by(command, self.material.files):
                yield Ran(inner, place, step, own=False)

    # Who publishes

    @cached_property
    def uploads(self) -> tuple[Upload, ...]:
        """Every step that uploads to PyPI or TestPyPI."""
        return tuple(upload for upload in self._all if upload.index != OTHER)

    @cached_property
    def _all(self) -> tuple[Upload, ...]:
        jobs = ((workflow, job) for workflow in self.workflows for job in workflow.jobs)
        return tuple(upload for workflow, job in jobs for upload in self._uploads(workflow, job))

    @property
    def to_pypi(self) -> tuple[Upload, ...]:
        """Those of the uploads that go to PyPI, or may."""
        return tuple(upload for upload in self.uploads if upload.index == PYPI)

    @cached_property
    def private(self) -> tuple[Upload, ...]:
        """Every step that uploads to another index, which has rules of its own."""
        return tuple(upload for upload in self._all if upload.index == OTHER)

    @property
    def elsewhere(self) -> tuple[tuple[Workflow, Job], ...]:
        """The jobs that hand an identity, or all secrets, to a workflow of another repository."""
        return tuple(
            (workflow, job)
            for workflow in self.workflows
            for job in workflow.jobs
            if job.uses is not None and job.uses.name and not actions.is_generator(job.uses)
            if job.identity or "inherit" in job.secrets
        )

    def _uploads(self, workflow: Workflow, job: Job) -> Iterator[Upload]:
        for step in self.steps(job):
            if actions.publishes(step):
                given = step.given("repository-url") or step.given("repository_url")
                yield Upload(workflow, job, step, step.place, step.action, programs.index_named(given))
        for ran in self.ran(job):
            if programs.uploads(ran.command):
                index = programs.index_of(ran.command, self.variables(workflow, job, ran.step))
                yield Upload(workflow, job, ran.step, ran.place, ran.command.words[0], index, ran.command)

    def variables(self, workflow: Workflow, job: Job, step: Step) -> Mapping[str, str]:
        """The environment variables of a step, unevaluated."""
        return {name: text.value for name, text in {**workflow.env, **job.env, **step.env}.items()}

    # What leads there

    def callers(self, workflow: Workflow) -> tuple[tuple[Workflow, Job], ...]:
        """The jobs of this repository that call a workflow."""
        return tuple(
            (other, job)
            for other in self.workflows
            for job in other.jobs
            if job.uses is not None and job.uses.local == workflow.path
        )

    @cached_property
    def release_jobs(self) -> tuple[tuple[Workflow, Job], ...]:
        """Every job that uploads, that has to end before one that does, or that has an identity beside one."""
        found: dict[Place, tuple[Workflow, Job]] = {}
        for upload in self.uploads:
            self._add(upload.workflow, upload.job, found)
            for job in upload.workflow.jobs:
                if job.identity:
                    self._add(upload.workflow, job, found)
        return tuple(found.values())

    def _add(self, workflow: Workflow, job: Job, found: dict[Place, tuple[Workflow, Job]]) -> None:
        if job.place in found:
            return
        found[job.place] = (workflow, job)
        for needed in workflow.needed_by(job):
            self._add(workflow, needed, found)
        for caller, calling in self.callers(workflow):
            self._add(caller, calling, found)
        called = self._called(job.uses)
        if called is not None:
            for inner in called.jobs:
                self._add(called, inner, found)

    def _called(self, uses: Uses | None) -> Workflow | None:
        if uses is None:
            return None
        return next((workflow for workflow in self.workflows if workflow.path == uses.local), None)

    @property
    def releasing(self) -> tuple[Workflow, ...]:
        """The workflows that release jobs are in."""
        return tuple({workflow.path: workflow for workflow, _ in self.release_jobs}.values())

    @cached_property
    def upload_places(self) -> frozenset[Place]:
        """The jobs that upload."""
        return frozenset(upload.job.place for upload in self.uploads)

    def builds(self, job: Job) -> bool:
        """Whether a job builds distributions, by an action or a command."""
        return any(map(actions.builds, self.steps(job))) or any(programs.builds(ran.command) for ran in self.ran(job))

    def makes_files(self, job: Job) -> bool:
        """Whether what a job makes reaches later jobs, or an index."""
        kept = any(step.action == actions.UPLOAD for step in self.steps(job))
        return kept or self.builds(job) or job.place in self.upload_places

    def tests(self, job: Job) -> bool:
        """Whether a job runs a test suite."""
        return any(programs.tests(ran.command) for ran in self.ran(job))

    def signs(self, job: Job) -> bool:
        """Whether a job signs with its identity."""
        return any(map(actions.signs, self.steps(job))) or any(programs.signs(ran.command) for ran in self.ran(job))
