"""A workflow in the place of one of the project's own, which only GitHub can run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.pipeline.steps import HOSTED_RUNNER, ProjectCall, outputs
from sealwright.rehearsal.act.workflow import Workflow
from sealwright.rehearsal.artifacts import NOT_REHEARSED
from sealwright.workflow.emit import Block, emit

_STEP = "stub"


def stub(call: ProjectCall) -> Workflow:
    """A workflow that can be called like the one that `call` names; its one job is named as the call is."""
    names = outputs(call)
    said = [f"echo '{call.workflow} runs on GitHub alone'"]
    puts = [f'echo "{name}={NOT_REHEARSED}" >> "$GITHUB_OUTPUT"' for name in names]
    job: Block = {
        "runs-on": HOSTED_RUNNER,
        "outputs": {name: f"${{{{ steps.{_STEP}.outputs.{name} }}}}" for name in names},
        "steps": [{"id": _STEP, "shell": "bash", "run": "\n".join([*said, *puts, ""])}],
    }
    called: Block = {
        "inputs": {name: {"type": "string", "required": True} for name in call.inputs},
        "outputs": {name: {"value": f"${{{{ jobs.{call.id}.outputs.{name} }}}}"} for name in names},
    }
    document: Block = {"name": call.id, "on": {"workflow_call": called}, "permissions": {}, "jobs": {call.id: job}}
    return Workflow.of("\n".join([*emit(document), ""]))


def write_stub(folder: Path, call: ProjectCall, variables: Mapping[str, str]) -> None:
    """Write it below `folder`, where the call looks for it, with `variables` for its job.

    Raises UsageError (`value-evaluated`).
    """
    target = folder / call.workflow
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(stub(call).with_variables({call.id: variables}), "utf-8")
