"""How each job ended, on disk as soon as it has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from sealwright.pipeline.steps import ProjectCall
from sealwright.rehearsal.layout import write_atomically


class JobState(StrEnum):
    """How a job ended, or why it did not."""

    OK = "ok"
    FAILED = "failed"
    UNJUDGED = "unjudged"
    """Something required could not be looked at."""
    SKIPPED = "skipped"
    """Only GitHub can run it. Whatever waits for it goes on."""
    NOT_RUN = "not-run"
    """A job that it needs did not succeed."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """One job's end."""

    job: str
    state: JobState
    seconds: float = 0.0
    outputs: dict[str, str] = field(default_factory=dict)
    message: str = ""
    """What stopped it, outside of findings."""
    hint: str = ""


def skipped(call: ProjectCall) -> JobResult:
    """The end of a job that no rehearsal can run."""
    return JobResult(call.id, JobState.SKIPPED, message=f"only GitHub runs {call.workflow}")


_GITHUB_SAYS = {
    JobState.OK: "success",
    JobState.FAILED: "failure",
    JobState.UNJUDGED: "failure",
    JobState.SKIPPED: "skipped",
    JobState.NOT_RUN: "skipped",
}


def needs_context(needed: Mapping[str, JobResult]) -> str:
    """What GitHub tells a job of those that it needs: its `needs` context, as JSON.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context
    """
    told = {id_: {"result": _GITHUB_SAYS[end.state], "outputs": end.outputs} for id_, end in needed.items()}
    return json.dumps(told)


class Results:
    """One file a job. What is there has ended; what is not has to run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self) -> dict[str, JobResult]:
        """All jobs that ended well, by id; the others run again."""
        found = {}
        for path in sorted(self.root.glob("*.json")):
            document = json.loads(path.read_bytes())
            result = JobResult(**{**document, "state": JobState(document["state"])})
            if result.state is JobState.OK:
                found[result.job] = result
        return found

    def save(self, result: JobResult) -> None:
        """Remember how a job ended."""
        write_atomically(self.root / f"{result.job}.json", json.dumps(asdict(result), indent=1).encode())

    def log(self, job: str) -> Path:
        """Where the job's output goes."""
        return self.root / f"{job}.log"
