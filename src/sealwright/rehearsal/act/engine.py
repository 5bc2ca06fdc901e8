"""One run of act, from the rendered workflow to the results of its jobs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.pipeline.jobs import WEBHOOK_SECRET
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import Call, ProjectCall
from sealwright.rehearsal.act import environment, wheelhouse
from sealwright.rehearsal.act.jobs import RunningJob
from sealwright.rehearsal.act.log import Ended, Event, event
from sealwright.rehearsal.act.program import find_act
from sealwright.rehearsal.act.pythons import Pythons, find_pythons, install
from sealwright.rehearsal.act.replacements import generator, local_repositories, write_programs
from sealwright.rehearsal.act.replay import replay
from sealwright.rehearsal.act.stub import stub, write_stub
from sealwright.rehearsal.act.wheel import pack
from sealwright.rehearsal.act.workflow import Workflow
from sealwright.rehearsal.results import JobResult, JobState, skipped
from sealwright.rehearsal.schedule import blocked
from sealwright.rehearsal.underway import Underway
from sealwright.services.following import following
from sealwright.services.git import Repository
from sealwright.workflow.render import render_for

_TAIL_LINES = 6
_TOOLS = "tools.txt"
"""A constraints file that says where pip finds the jobs' tools."""


def run_under_act(underway: Underway) -> dict[str, JobResult]:
    """Run the rendered workflow; results by job, those of an earlier run taken over.

    Raises UsageError where act or a value cannot be used, Unavailable (`act-failed`) where act gave up by itself.
    """
    act = find_act(underway.environ)
    run = _Run(underway, _prepared(underway.layout.act, underway))
    for job in underway.jobs:
        if job.id not in underway.done:
            underway.discard(job.id)
    with (
        _secrets(underway) as secrets,
        following(
            [act.path, *run.arguments(secrets)],
            env=run.shared,
            cwd=run.folder / "empty",
            errors=run.folder / "act.log",
        ) as process,
    ):
        for line in process.lines():
            found = event(line)
            if found is not None:
                run.take(found)
        code = process.ended()
    return run.finished(code)


def _prepared(folder: Path, underway: Underway) -> Options:
    """Everything act is pointed to; the options to render the workflow with."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # the workflow's copy names the identities of its jobs
    for name in ("empty", "home", "wheels", "workspaces"):
        (folder / name).mkdir()
    (folder / "event.json").write_text(environment.event_of(underway.subject), "utf-8")
    write_programs(folder / "programs", underway.toolsets)
    pythons = find_pythons(underway.jobs, underway.environ)
    install(pythons, folder / "pythons")
    _fetch_tools(folder, pythons, underway)
    if underway.options.tool == "checkout":
        return underway.options
    return replace(underway.options, release=pack(folder / "wheels"))


def _fetch_tools(folder: Path, pythons: Pythons, underway: Underway) -> None:
    """Make what `_TOOLS` names."""
    if underway.options.tool == "checkout":
        origin = Repository(underway.layout.origin, underway.environ)
        locks = wheelhouse.tagged_locks(underway.jobs, origin, underway.subject.commit)
    else:
        locks = wheelhouse.our_locks(underway.jobs)
    variables = environment.of_pip(underway)
    fetched = [wheelhouse.fill(path, locks, underway.environ, variables) for path in pythons.tools]
    (folder / _TOOLS).write_text(wheelhouse.options(folder / "wheels", *fetched), "utf-8")


@dataclass
class _Run:
    underway: Underway
    options: Options
    results: dict[str, JobResult] = field(default_factory=dict)
    going: dict[str, RunningJob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.underway.layout.act
        self.shared = environment.shared(self.underway, self.folder / _TOOLS)
        self.workflow = Workflow.of(render_for(self.options))
        self.generator = generator()
        self.called = {job.id: self.generator for job in self.underway.jobs if isinstance(job, Call)}
        self.stubs = {job.id: job for job in self.underway.jobs if isinstance(job, ProjectCall)}
        self.called |= {id_: stub(job) for id_, job in self.stubs.items()}
        self.results |= self.underway.done

    def arguments(self, secrets: Path) -> list[str | Path]:
        """What act is called with."""
        own, called = self._variables()
        file = self.folder / "release.yml"
        file.write_text(self.workflow.with_variables(own), "utf-8")
        repositories = local_repositories(self.folder / "generator", called)
        for job, call in self.stubs.items():
            write_stub(self.folder / "empty", call, called[job])
        runners = dict.fromkeys(label for held in (self.workflow, *self.called.values()) for label in held.runners)
        told = environment.told(self.shared, self.underway.subject)
        stop: list[str | Path] = ["--job", self.underway.stop_after] if self.underway.stop_after else []
        return [
            *("push", "--json", "--no-cache-server", "--no-skip-checkout", "--container-daemon-socket", "-"),
            *("--workflows", file, "--eventpath", self.folder / "event.json", "--directory", self.folder / "empty"),
            *("--action-cache-path", self.underway.layout.work, "--secret-file", secrets),
            *("--actor", self.underway.subject.repository.split("/")[0]),
            *("--concurrent-jobs", str(self.underway.workers)),
            *_each("--platform", [f"{runner}=-self-hosted" for runner in runners]),
            *_each("--local-repository", [f"{name}={path}" for name, path in repositories.items()]),
            *_each("--env", [f"{name}={value}" for name, value in told.items()]),
            *stop,
        ]

    def take(self, found: Event) -> None:
        """One event. A job that only repeats what it did in an earlier run has none that matter."""
        if found.job in self.results:
            return
        if found.job not in self.going:
            self.going[found.job] = RunningJob(found.job, self.underway.results.log(found.job))
            self.underway.observe(found.job, None)
        job = self.going[found.job]
        if not isinstance(found, Ended):
            job.take(found)
            return
        if job.id in self.stubs:
            self._end(skipped(self.stubs[job.id]))
            return
        self._end(job.result(succeeded=found.succeeded, outputs=self._holder(job.id).outputs(job.id)))

    def finished(self, code: int) -> dict[str, JobResult]:
        """All results, once act has ended with an exit code. Raises Unavailable (`act-failed`)."""
        for result in blocked(self.underway.jobs, self.results).values():
            self.results[result.job] = result
            self.underway.observe(result.job, result)
        failed = any(result.state not in (JobState.OK, JobState.SKIPPED) for result in self.results.values())
        missing = [job.id for job in self.underway.jobs if job.id not in self.results]
        if (code != 0 and not failed) or (missing and not self.underway.stop_after):
            raise Unavailable(
                "act-failed",
                f"act ended with exit code {code}, and without a result of {', '.join(missing) or 'a job that failed'}:"
                f" {self._complaint()}",
                hint=f"{self.folder / 'act.log'} holds what act said; without --act the table itself is rehearsed",
            )
        return self.results

    def _variables(self) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
        """Variables by job: of jobs of the workflow, and of jobs of a workflow that it calls."""
        own: dict[str, dict[str, str]] = {}
        called: dict[str, dict[str, str]] = {}
        for job in self.underway.jobs:
            variables = environment.of_job(self.underway, job)
            if job.id in self.underway.done:
                folder = self.folder / "replay" / job.id
                variables |= replay(folder, self._holder(job.id), job.id, self.underway.done[job.id].outputs)
            (called if job.id in self.called else own)[job.id] = variables
        return own, called

    def _holder(self, job: str) -> Workflow:
        """The workflow that has the steps of a job."""
        return self.called.get(job, self.workflow)

    def _end(self, result: JobResult) -> None:
        if result.state in (JobState.OK, JobState.SKIPPED):
            shutil.rmtree(environment.folder_of(self.underway, result.job), ignore_errors=True)
        else:
            self._name_workspace(result.job)
        self.underway.after(result)
        self.results[result.job] = result
        self.underway.observe(result.job, result)

    def _name_workspace(self, job: str) -> None:
        """Make the folder of a job that failed one that can be found: act gives it a random name."""
        said = self.folder / "workspaces" / job
        if said.is_file():
            folder = Path(said.read_text("utf-8")).parent
            if folder.parent == self.underway.layout.work and folder.is_dir():
                folder.rename(folder.with_name(f"{job}-{folder.name}"))

    def _complaint(self) -> str:
        lines = (self.folder / "act.log").read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])


def _each(option: str, values: list[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


@contextmanager
def _secrets(underway: Underway) -> Iterator[Path]:
    """A file with the secrets of the run, for as long as act runs."""
    # act knows one token for all jobs: it gets every permission that one of them has.
    secrets: dict[str, str] = {"GITHUB_TOKEN": underway.services.token_of(*underway.jobs)}
    if underway.options.notify:
        secrets[WEBHOOK_SECRET] = underway.services.secret(WEBHOOK_SECRET)
    path = underway.layout.act / "secrets.yml"
    path.touch(mode=0o600)
    path.write_text(json.dumps(secrets), "utf-8")
    try:
        yield path
    finally:
        path.unlink()
