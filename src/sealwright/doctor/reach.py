"""Which events can start a job, conditions considered as far as they can be decided.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.doctor.events import Facts
from sealwright.doctor.expressions import Beginning, Value, could_be_true, ignores_failures
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.workflow import Job, Trigger, Workflow

_BRANCH = "refs/heads/"
_TAG = "refs/tags/"
_PATTERN_SIGNS = frozenset("*?[+!")


@dataclass(frozen=True, slots=True)
class Start:
    """One way in which a workflow starts."""

    trigger: Trigger
    on: str
    """`tag`, `branch`, or the name of the event."""
    facts: Mapping[str, Value]
    """What the `github` context then says."""


def starts_of(workflow: Workflow) -> Iterator[Start]:
    """Every way in which a workflow starts by itself; being called is none."""
    for trigger in workflow.triggers:
        if trigger.event == "push":
            yield from _pushes(trigger)
        elif trigger.event == "release":
            yield Start(trigger, "release", _facts("release", Beginning(_TAG), "tag"))
        elif trigger.event == "pull_request":
            yield Start(trigger, "pull_request", _facts("pull_request", Beginning("refs/pull/"), "branch"))
        elif trigger.event != "workflow_call":
            # Also for workflow_dispatch: it takes a tag as well, but that is no way that a tag alone cannot go.
            yield Start(trigger, trigger.event, _facts(trigger.event, Beginning(_BRANCH), "branch"))


def starts(posture: Posture, upload: Upload) -> tuple[Start, ...]:
    """Every way in which an upload can be reached, through callers of its workflow too."""
    return tuple(_starts(posture, upload.workflow, upload.job, upload.step.condition, 0))


def _starts(posture: Posture, workflow: Workflow, job: Job, condition: str, depth: int) -> Iterator[Start]:
    for start in starts_of(workflow):
        if could_run(workflow, job, start.facts) and _holds(condition, start.facts):
            yield start
    if depth > 4:
        return
    for caller, calling in posture.callers(workflow):
        for start in _starts(posture, caller, calling, "", depth + 1):
            if could_run(workflow, job, start.facts) and _holds(condition, start.facts):
                yield start


def could_run(workflow: Workflow, job: Job, facts: Mapping[str, Value]) -> bool:
    """Whether nothing that is known beforehand keeps a job from running."""
    if not _holds(job.condition, facts):
        return False
    if ignores_failures(job.condition):
        return True
    # A job is skipped with any of those that it needs.
    return all(_holds(needed.condition, facts) for needed in workflow.needed_by(job))


def _holds(condition: str, facts: Mapping[str, Value]) -> bool:
    return not condition or could_be_true(condition, facts)


def _pushes(trigger: Trigger) -> Iterator[Start]:
    if trigger.on_tags:
        yield Start(trigger, "tag", _facts("push", _ref(_TAG, trigger.tags), "tag"))
    if trigger.on_branches:
        for name in trigger.branches or ("**",):
            if not name.startswith("!"):
                yield Start(trigger, "branch", _facts("push", _ref(_BRANCH, (name,)), "branch"))


def _ref(prefix: str, patterns: tuple[str, ...] | None) -> Value:
    exact = patterns is not None and len(patterns) == 1 and not _PATTERN_SIGNS & set(patterns[0])
    return prefix + patterns[0] if patterns and exact else Beginning(prefix)


def _facts(event: str, ref: Value, kind: str) -> Mapping[str, Value]:
    known: dict[str, Value] = {"github.event_name": event, "github.ref": ref, "github.ref_type": kind}
    if event == "push":
        known["github.event.ref"] = ref
    if event not in ("pull_request", "pull_request_target"):
        known |= {"github.head_ref": "", "github.base_ref": ""}
    if isinstance(ref, str):
        known["github.ref_name"] = ref.split("/", 2)[2]
    return Facts(event, known)
