"""The job table as the text of a GitHub Actions workflow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.pins import FLOWS
from sealwright.pipeline.steps import (
    WORKFLOW_FILE,
    AnyJob,
    Call,
    Grant,
    Job,
    Keep,
    Out,
    ProjectCall,
    Tools,
    needs,
    outputs,
)
from sealwright.workflow.emit import Block, Node, Noted, emit
from sealwright.workflow.header import header
from sealwright.workflow.program import SELF_GRANT, Kind, Program
from sealwright.workflow.steps import STAGE, expression, inputs, keep_id, plain, steps

__all__ = ["WORKFLOW_FILE", "render", "render_for"]

# Project code may take its time, and confirming waits for an index to catch up; nothing else has a reason to.
_MINUTES_OF_PROJECT_CODE = 60
_MINUTES = 20
# Written exceptions for the one linter that objects, so that a project needs no configuration of it.
_BY_TAG = "zizmor: ignore[unpinned-uses] by tag, because it refuses a commit"
_OWN = "zizmor: ignore[self-repository] other linters do not know the newer spelling"


def render_for(options: Options) -> str:
    """release.yml for a project with these options. Raises UsageError like `render`."""
    return render(table(options), options, tool=options.tool, release=options.release)


def render(jobs: tuple[AnyJob, ...], options: Options, *, tool: Kind, release: tuple[str, str] | None = None) -> str:
    """The whole file.

    `tool` says where the pipeline's own program comes from; `release` is (version, sha256 of the wheel) for
    `tool="release"`. Raises UsageError (`release-unknown`, `release-malformed`, `setting-unrenderable`).
    """
    program = Program.of(tool, release)
    top: Block = {
        "name": "release",
        "on": {"push": {"tags": [_pattern(options.tag_pattern)]}},
        "permissions": {},
        "concurrency": {"group": "release-${{ github.ref }}", "cancel-in-progress": False},
        "defaults": {"run": {"shell": "bash"}},
    }
    head = [header(jobs, program), *(emit({key: node}) for key, node in top.items())]
    return _paragraphs(head) + "\njobs:\n" + _paragraphs([_job_lines(job, program) for job in jobs])


def _paragraphs(parts: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _job_lines(job: AnyJob, program: Program) -> list[str]:
    return [f"  # {job.id}: {job.why}", *emit({job.id: _job(job, program)}, 2)]


def _job(job: AnyJob, program: Program) -> Block:
    waits: Block = {"needs": list(needs(job))} if needs(job) else {}
    match job:
        case Call():
            return {"name": job.id, **waits, **_call(job)}
        case ProjectCall():
            return {"name": job.id, **waits, **_project_call(job)}
        case Job():
            return {"name": job.id, **waits, **_own(job, program)}
        case _:
            assert_never(job)


def _call(call: Call) -> Block:
    pin = FLOWS[call.flow]
    return {
        "permissions": _permissions(call.grants),
        "uses": Noted(f"{call.flow.value}@{pin.version}", f"{_BY_TAG}; what signed is pinned to {pin.commit}"),
        "with": inputs(call.inputs),
    }


def _project_call(call: ProjectCall) -> Block:
    given: Block = {"with": inputs(call.inputs)} if call.inputs else {}
    return {"permissions": _permissions(call.grants), "uses": Noted(f"./{call.workflow}", _OWN), **given}


def _own(job: Job, program: Program) -> Block:
    block: dict[str, Node] = {}
    if job.always:
        block["if"] = "${{ !cancelled() }}"
    block["runs-on"] = plain(job.runner)
    block["timeout-minutes"] = _MINUTES_OF_PROJECT_CODE if job.runs_project_code else _MINUTES
    if job.environment:
        block["environment"] = plain(job.environment)
    block["permissions"] = _permissions(_grants(job, program))
    given = {name: expression(_source(job, name)) for name in outputs(job)}
    if given:
        block["outputs"] = given
    block["steps"] = [block for step in job.steps for block in steps(step, job, program)]
    return block


def _source(job: Job, output: str) -> Out:
    """The step output that a job output repeats."""
    kept = next((step for step in job.steps if isinstance(step, Keep) and step.output == output), None)
    return Out(keep_id(kept), "artifact-id") if kept else Out(STAGE, output)


def _grants(job: Job, program: Program) -> tuple[Grant, ...]:
    """The table's grants, and what checking out the program takes where it is not installed."""
    needs_clone = program.kind == "checkout" and any(isinstance(step, Tools) for step in job.steps)
    if needs_clone and all(grant.scope != "contents" for grant in job.grants):
        return (*job.grants, SELF_GRANT)
    return job.grants


def _permissions(grants: tuple[Grant, ...]) -> Block:
    return {grant.scope: Noted(grant.level, grant.why) for grant in grants}


def _pattern(tag_pattern: str) -> str:
    """A tag pattern, whose only special character is `*`, in GitHub's filter language."""
    return re.sub(r"[\\?+\[\]!]", r"\\\g<0>", plain(tag_pattern))
