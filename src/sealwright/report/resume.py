"""How far a release has come, and what to do, for people and for machines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from sealwright.errors import Unavailable
from sealwright.lifecycle.look import Standing
from sealwright.lifecycle.next_steps import Step
from sealwright.model import Mode
from sealwright.report.answer import Answer
from sealwright.report.answer import as_json as answer_json
from sealwright.report.findings import finding_lines, plain
from sealwright.verify.standing import EXIT_CODES, Progress, blocking

COMMAND = "resume"
_SENTENCES = {
    Progress.COMPLETE: "every place has exactly the planned files",
    Progress.INCOMPLETE: "what is there is as planned; the rest is missing",
    Progress.DIFFERENT: "somewhere are other bytes than the planned ones",
    Progress.CLOSED: "half published, and PyPI takes no more files for this version",
    Progress.UNKNOWN: "not every place could be looked at",
}


def exit_code(standing: Standing) -> int:
    """0 complete, 1 incomplete or different, 3 unknown."""
    return EXIT_CODES[standing.progress]


def as_lines(standing: Standing, steps: Iterable[Step]) -> Iterator[str]:
    """What is where, in one line if it is as planned; the verdict; what to do."""
    plan = standing.held.plan
    rehearsal = " A rehearsal." if plan.mode is Mode.REHEARSAL else ""
    yield f"{plan.project.name} {plan.version}, tag {plan.tag} at {plan.commit[:7]} of {plan.repository}.{rehearsal}"
    yield ""
    yield from finding_lines(standing.findings, blocking(standing.findings))
    yield from _run_lines(standing)
    yield ""
    yield f"{standing.progress.upper()}  {_SENTENCES[standing.progress]}"
    for number, step in enumerate(steps, 1):
        yield f"  {number}. {plain(step.why)}"
        yield from (f"     {plain(text)}" for text in (step.command, step.link) if text)


def as_json(standing: Standing, steps: Iterable[Step]) -> dict[str, Any]:
    """The same for programs."""
    held, run = standing.held, standing.run
    answer = Answer(COMMAND, held.distributions, standing.findings, blocking(standing.findings))
    return answer_json(
        answer,
        exit_code=exit_code(standing),
        progress=standing.progress.value,
        release={
            "project": held.plan.project.name,
            "version": held.plan.version,
            "tag": held.plan.tag,
            "commit": held.plan.commit,
            "repository": held.plan.repository,
            "mode": held.plan.mode.value,
        },
        run=None if run is None or isinstance(run, Unavailable) else dataclasses.asdict(run),
        next=[dataclasses.asdict(step) for step in steps],
    )


def _run_lines(standing: Standing) -> Iterator[str]:
    match standing.run:
        case Unavailable() as error:
            yield f"unseen  run: {plain(error.message)}"
        case None if standing.held.plan.mode is Mode.RELEASE:
            yield "absent  run: GitHub shows no run of release.yml for this tag and commit"
        case None:
            pass
        case run:
            failed = f", failed in {', '.join(run.failed)}" if run.failed else ""
            yield plain(f"        run {run.id}: {run.conclusion or run.status}{failed}  {run.page}")
