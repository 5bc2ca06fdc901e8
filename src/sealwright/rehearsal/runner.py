"""Runs the job table: each job in a workspace of its own, by subprocesses of the commands that release.yml calls."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from sealwright.errors import Refused, SealwrightError, Unavailable
from sealwright.pipeline.checksums import SCRIPT
from sealwright.pipeline.steps import (
    NEEDS_VARIABLE,
    SOURCE,
    Action,
    AnyJob,
    Call,
    Checkout,
    CheckSums,
    Ctx,
    Fetch,
    Flow,
    Guard,
    Job,
    Keep,
    Out,
    ProjectCall,
    Ref,
    Secret,
    Stage,
    Step,
    Tools,
    Use,
    Value,
    Values,
    outputs,
)
from sealwright.rehearsal.actions import STAND_INS
from sealwright.rehearsal.actions.checkout import checkout
from sealwright.rehearsal.artifacts import attempt_name
from sealwright.rehearsal.results import JobResult, JobState, needs_context, skipped
from sealwright.rehearsal.schedule import run_all
from sealwright.rehearsal.underway import Underway
from sealwright.rehearsal.workspace import Workspace
from sealwright.services.processes import Finished, run


class StepFailed(SealwrightError):
    """A step ended with another code than 0; its output is in the job's log."""

    def __init__(self, finished: Finished) -> None:
        super().__init__("step-failed", finished.tail)
        self.returncode = finished.returncode


@dataclass
class Runner:
    """Everything that jobs share. `outputs` are those of the jobs that ended so far."""

    underway: Underway
    environ: Mapping[str, str]
    """The variables that all jobs have."""
    outputs: dict[str, dict[str, str]]

    def __post_init__(self) -> None:
        self.artifacts = self.underway.artifacts
        self.services = self.underway.services
        self.toolsets = self.underway.toolsets
        self.left_out = {job.id for job in self.underway.jobs if isinstance(job, ProjectCall)}

    def run(self, job: AnyJob, needed: Mapping[str, JobResult]) -> JobResult:
        """Run one job to its end, whatever that is; `needed` is how those ended that it needs."""
        match job:
            case Job() | Call():
                return self._run(job, needed)
            case ProjectCall():
                return skipped(job)
            case _:
                assert_never(job)

    def _run(self, job: Job | Call, needed: Mapping[str, JobResult]) -> JobResult:
        began = time.monotonic()
        environ = {**self.environ, **self.services.identity_of(job)}
        if isinstance(job, Job) and job.always:
            environ[NEEDS_VARIABLE] = needs_context(needed)
        workspace = Workspace.make(self.underway.layout.work, job.id, environ)
        found: dict[str, str] = {}
        state, message, hint = JobState.OK, "", ""
        try:
            self._run_steps(job, workspace, found)
            found = self._declared(job, found)
        except SealwrightError as error:
            state = JobState.UNJUDGED if _undecided(error) else JobState.FAILED
            message, hint = (
                ("", "") if isinstance(error, StepFailed) and "record" in found else (str(error.message), error.hint)
            )
        result = JobResult(job.id, state, time.monotonic() - began, found, message, hint)
        if state is JobState.OK:
            workspace.remove()
        return result

    def _run_steps(self, job: Job | Call, workspace: Workspace, found: dict[str, str]) -> None:
        if isinstance(job, Call):
            found |= self._action(job.flow, job.inputs, job, workspace)
            self._keep_by_name(job.id, found["provenance-name"], workspace)
            return
        failure: SealwrightError | None = None
        for step in job.steps:
            # Like `if: always()` in the workflow: what a failed job has made is evidence too.
            if failure is None or (isinstance(step, Keep) and "record" in found):
                try:
                    self._step(step, job, workspace, found)
                except SealwrightError as error:
                    failure = failure or error
        if failure is not None:
            raise failure

    def _step(self, step: Step, job: Job, workspace: Workspace, found: dict[str, str]) -> None:
        match step:
            case Guard():
                pass  # nothing on this machine can do that; the closing list says so
            case Checkout(submodules=submodules):
                self._checkout(workspace, submodules=submodules)
            case Tools(role=role):
                workspace.path_first(self.toolsets.bin(role))
            case Fetch(artifact=ref, into=into, by_name=by_name):
                if ref.job not in self.left_out:  # whoever needs it finds that it is not there
                    id_ = self.artifacts.named(self._ref(ref)) if by_name else self._ref(ref)
                    self.artifacts.fetch(id_, workspace.folder / into)
            case Stage():
                self._stage(step, job, workspace, found)
            case CheckSums(sums=sums, folder=folder):
                env = {"SUMS": self._ref(sums), "FOLDER": folder}
                self._program(["bash", "-c", SCRIPT], job.id, workspace, env)
            case Use(action=action, inputs=inputs, id=id_):
                workspace.step_outputs[id_] = self._action(action, inputs, job, workspace)
            case Keep(name=name, path=path, output=output):
                found[output] = self.artifacts.keep(job.id, attempt_name(name), workspace.folder / path)
            case _:
                assert_never(step)

    def _checkout(self, workspace: Workspace, *, submodules: bool) -> None:
        origin, ref = self.underway.layout.origin, f"refs/tags/{self.underway.subject.tag}"
        checkout(origin, ref, workspace.folder / SOURCE, workspace.environ, whole=True, submodules=submodules)

    def _stage(self, stage: Stage, job: Job, workspace: Workspace, found: dict[str, str]) -> None:
        output = workspace.outputs_file()
        env = {name: self._value(value, job, workspace) for name, value in stage.env.items()}
        env["RECORDS"] = "".join(f"{id_}={self._ref(Ref(id_, 'record'))}\n" for id_ in stage.records)
        env["GITHUB_OUTPUT"] = str(output)
        try:
            self._program(["sealwright", "stage", *stage.names], job.id, workspace, env)
        finally:
            found |= dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _action(self, action: Action | Flow, inputs: Values, job: AnyJob, workspace: Workspace) -> dict[str, str]:
        name, role = STAND_INS[action]
        output = workspace.outputs_file()
        env = {f"INPUT_{key.upper()}": self._value(value, job, workspace) for key, value in inputs.items()}
        env["GITHUB_OUTPUT"] = str(output)
        python = self.toolsets.bin(role) / "python"
        self._program([python, "-m", "sealwright.rehearsal.actions", name], job.id, workspace, env)
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _keep_by_name(self, job: str, name: str, workspace: Workspace) -> None:
        self.artifacts.keep(job, name, workspace.folder / name)

    def _program(self, argv: list[str | Path], job: str, workspace: Workspace, env: Mapping[str, str]) -> None:
        finished = run(argv, env={**workspace.environ, **env}, cwd=workspace.folder, check=False)
        with self.underway.results.log(job).open("a") as log:
            log.write(f"$ {' '.join(finished.argv[:4])}\n{finished.stdout}{finished.stderr}")
        if finished.returncode != 0:
            raise StepFailed(finished)

    def _value(self, value: Value, job: AnyJob, workspace: Workspace) -> str:
        match value:
            case Ref():
                return self._ref(value)
            case Out(step=step, name=name):
                return workspace.step_outputs[step].get(name, "")
            case Ctx.TOKEN:
                return self.services.token_of(job)
            case Secret(name=name):
                return self.services.secret(name)
            case str():
                return value
            case _:
                assert_never(value)

    def _ref(self, ref: Ref) -> str:
        # GitHub hands on an empty string for an output that was never set; so do we, and whoever reads it must refuse.
        return self.outputs.get(ref.job, {}).get(ref.name, "")

    def _declared(self, job: AnyJob, found: dict[str, str]) -> dict[str, str]:
        missing = [name for name in outputs(job) if not found.get(name)]
        if missing:
            raise Refused("output-missing", f"job {job.id} ended without its output {', '.join(missing)}")
        return {name: found[name] for name in outputs(job)}


def run_table(underway: Underway) -> dict[str, JobResult]:
    """Run every job that has not ended well yet; results by job."""
    outputs = {job: result.outputs for job, result in underway.done.items()}
    runner = Runner(underway, underway.variables(), outputs)

    def run_one(job: AnyJob, needed: Mapping[str, JobResult]) -> JobResult:
        underway.discard(job.id)
        underway.results.log(job.id).touch()
        result = runner.run(job, needed)
        outputs[job.id] = result.outputs
        underway.after(result)
        return result

    return run_all(
        underway.jobs,
        underway.done,
        run_one,
        underway.observe,
        workers=underway.workers,
        stop_after=underway.stop_after,
    )


def _undecided(error: SealwrightError) -> bool:
    return isinstance(error, Unavailable) or (
        isinstance(error, StepFailed) and error.returncode == Unavailable.exit_code
    )
