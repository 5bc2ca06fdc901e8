"""A whole rehearsal: choose what to release, start the stand-ins, run the table, complete the dossier."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sealwright.dossier import decode
from sealwright.dossier.store import record_path
from sealwright.errors import UsageError
from sealwright.model import Finding, Record, State
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import AnyJob
from sealwright.rehearsal.act.choose import under_act
from sealwright.rehearsal.act.engine import run_under_act
from sealwright.rehearsal.act.program import find_act
from sealwright.rehearsal.beyond import NEVER_REHEARSED, beyond
from sealwright.rehearsal.cache import cache_home
from sealwright.rehearsal.choose import Choice, choose, options_of
from sealwright.rehearsal.layout import Layout, Subject
from sealwright.rehearsal.lock import Lock
from sealwright.rehearsal.results import JobResult, JobState, Results
from sealwright.rehearsal.runner import run_table
from sealwright.rehearsal.schedule import Observer
from sealwright.rehearsal.services import Services, World
from sealwright.rehearsal.standins.advisories import check_folder
from sealwright.rehearsal.standins.server import Exchange
from sealwright.rehearsal.underway import Underway
from sealwright.services.environments import PackageIndex
from sealwright.services.git import Repository
from sealwright.services.submodules import mirror_with_submodules

_NAMED = 3
"""How many files that are not committed are named."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to rehearse."""

    project: Path
    version: str | None = None
    out: Path | None = None
    resume: bool = False
    rekor: Literal[1, 2] = 1
    world: World = field(default_factory=World)
    stop_after: str | None = None
    """Start no further job after this one has ended; under act, none that this one does not need."""
    act: bool = False
    """Run the rendered release.yml under act instead of the table itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rehearsal ended."""

    subject: Subject
    out: Path
    jobs: tuple[str, ...]
    results: Mapping[str, JobResult]
    records: Mapping[str, Record]
    exchanges: tuple[Exchange, ...]
    """Everything the stand-ins were asked in this run."""
    not_rehearsed: tuple[str, ...]
    explained: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """What the stand-ins know beyond a job's own words, by job."""

    def findings(self, job: str) -> tuple[Finding, ...]:
        """Everything that is known of a job that has run in this rehearsal."""
        recorded = self.records[job].findings if job in self.records else ()
        return (*recorded, *self.explained.get(job, ()))

    @property
    def exit_code(self) -> int:
        """0 if every job succeeded that can run here; 3 if none failed, but not all could be judged; else 1."""
        states = {self.results[job].state if job in self.results else JobState.NOT_RUN for job in self.jobs}
        if states <= {JobState.OK, JobState.SKIPPED}:
            return 0
        return 1 if JobState.FAILED in states or JobState.UNJUDGED not in states else 3

    @property
    def published(self) -> tuple[str, ...]:
        """Indexes that were published to."""
        ended = {job for job, result in self.results.items() if result.state is JobState.OK}
        return tuple(name for name in ("testpypi", "pypi") if name in ended)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rehearsal that is about to run."""

    layout: Layout
    subject: Subject
    options: Options
    lock: Lock
    """Held until the rehearsal has ended."""

    @property
    def jobs(self) -> tuple[AnyJob, ...]:
        """The table, with the cells that can run here."""
        return table(self.options)


def prepare(request: Request, environ: Mapping[str, str]) -> Prepared:
    """Decide what is rehearsed and make (or, to resume, find) its folder.

    Raises UsageError and Refused for a project that cannot be rehearsed, each with a hint.
    """
    if request.world.advisories is not None:  # before an earlier rehearsal gives way to this one
        check_folder(request.world.advisories)
    act = find_act(environ) if request.act else None
    repository = Repository.find(request.project, environ)
    choice = _choose(repository, request, environ)
    subject = under_act(act, choice.subject, choice.options, repository, environ) if act else choice.subject
    layout = Layout((request.out or _default_out(subject, environ)).absolute())
    if request.resume:
        return _resumed(layout, repository, request, subject)
    subject = _with_uncommitted(subject, repository.uncommitted(subject.directory, layout.out))
    with ExitStack() as undo:
        lock = undo.enter_context(layout.start(subject))
        _make_origin(layout, repository, subject)
        undo.pop_all()
    return Prepared(layout, subject, choice.options, lock)


def _choose(repository: Repository, request: Request, environ: Mapping[str, str]) -> Choice:
    try:
        return choose(repository, request.project, request.version, environ, rekor=request.rekor)
    except UsageError as error:
        said = _uncommitted(repository.uncommitted(repository.directory_of(request.project)))
        if not said:
            raise
        hint = f"{error.hint}; only commits are looked at, not {said}"
        raise UsageError(error.code, error.message, hint=hint) from error


def _with_uncommitted(subject: Subject, paths: tuple[str, ...]) -> Subject:
    # Whoever has just corrected something believes that it was rehearsed.
    said = _uncommitted(paths)
    return replace(subject, not_rehearsed=(said, *subject.not_rehearsed)) if said else subject


def _uncommitted(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"what is not committed: {', '.join(paths[:_NAMED])}{more}" if paths else ""


def _resumed(layout: Layout, repository: Repository, request: Request, now: Subject) -> Prepared:
    with ExitStack() as undo:
        subject, lock = layout.resume()
        undo.enter_context(lock)
        _same_release(subject, now, request.version)
        if not layout.origin.is_dir():
            _make_origin(layout, repository, subject)
        prepared = Prepared(layout, subject, options_of(repository, subject), lock)
        undo.pop_all()
    return prepared


def rehearse(prepared: Prepared, request: Request, environ: Mapping[str, str], observe: Observer) -> Outcome:
    """Run every job that has not succeeded yet. The dossier is complete also when the release was stopped."""
    with prepared.lock:
        return _rehearse(prepared, request, environ, observe)


def _rehearse(prepared: Prepared, request: Request, environ: Mapping[str, str], observe: Observer) -> Outcome:
    layout, subject, jobs = prepared.layout, prepared.subject, prepared.jobs
    index = PackageIndex.from_pip(environ)
    with Services(layout, subject, prepared.options, request.world) as services:
        underway = Underway(
            layout,
            subject,
            prepared.options,
            jobs,
            services,
            index,
            environ,
            Results(layout.jobs).load(),
            observe,
            request.stop_after,
        )
        results = run_under_act(underway) if subject.act else run_table(underway)
        exchanges = tuple(exchange for standin in services.all() for exchange in standin.exchanges)
        explained = {job.id: services.explain(job) for job in jobs}
    records = _records(layout, jobs)
    unseen = tuple(_unseen(records))
    return Outcome(
        subject,
        layout.out,
        tuple(job.id for job in jobs),
        results,
        records,
        exchanges,
        (*NEVER_REHEARSED, *subject.not_rehearsed, *beyond(prepared.jobs), *unseen),
        explained,
    )


def _records(layout: Layout, jobs: tuple[AnyJob, ...]) -> dict[str, Record]:
    found = {}
    for job in jobs:
        path = layout.out / record_path(job.id)
        if path.is_file():
            found[job.id] = decode(Record, path.read_bytes(), record_path(job.id))
    return found


def _unseen(records: Mapping[str, Record]) -> list[str]:
    found = [
        f"{finding.check} ({finding.code})"
        for record in records.values()
        for finding in record.findings
        if finding.state is State.UNAVAILABLE
    ]
    return list(dict.fromkeys(found))


def _make_origin(layout: Layout, repository: Repository, subject: Subject) -> None:
    """Make it as a whole, or not at all: what was killed meanwhile makes it again when it is resumed."""
    partial = layout.origin.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    mirror_with_submodules(repository, subject.commit, partial)
    Repository(partial, repository.environ).set_tag(subject.tag, subject.commit)
    partial.rename(layout.origin)


def _default_out(subject: Subject, environ: Mapping[str, str]) -> Path:
    suffix = "-act" if subject.act else ""
    return cache_home(environ) / "rehearsals" / f"{subject.project}-{subject.version}{suffix}"


def _same_release(old: Subject, now: Subject, version: str | None) -> None:
    """Refuse to continue another rehearsal than the one that is asked for: its verdict would be of something else."""
    there = f"the rehearsal there is of {old.project} {old.version} at {old.commit[:7]}"
    if (old.project, old.directory) != (now.project, now.directory):
        raise UsageError(
            "nothing-to-resume",
            f"{there}, not of {now.project}",
            hint="give the folder of that rehearsal with --out",
        )
    if bool(old.act) != bool(now.act):
        raise UsageError(
            "nothing-to-resume",
            f"{there}, {'under act' if old.act else 'without act'}",
            hint=f"{'add' if old.act else 'leave out'} --act, or leave out --resume",
        )
    if old.commit != now.commit or (version is not None and version != old.version):
        raise UsageError(
            "nothing-to-resume",
            f"{there}, not of {now.version} at {now.commit[:7]}",
            hint="leave out --resume to rehearse this one from the start",
        )
