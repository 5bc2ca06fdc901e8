"""What to do next about a release that is not complete. Pure: a standing in, lines out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.endpoints import PYPI_URL
from sealwright.errors import Unavailable
from sealwright.lifecycle.look import Standing
from sealwright.model import Plan
from sealwright.model.github import WorkflowRun
from sealwright.verify.standing import GITHUB, PYPI, Progress


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    why: str
    command: str = ""
    """To be typed; empty where it is done in a browser."""
    link: str = ""


def next_steps(standing: Standing, again: tuple[str, ...], rehearsal: str | None) -> tuple[Step, ...]:
    """What to do, in order; nothing for a complete release.

    `again` is the command that looked, for what it can continue itself; `rehearsal` the one that continues a rehearsal.
    """
    match standing.progress:
        case Progress.COMPLETE:
            return ()
        case Progress.DIFFERENT:
            return tuple(_stop(standing))
        case Progress.CLOSED:
            return (_yank(standing.held.plan, "PyPI takes no more files for it: yank what is there"), _new_version())
        case Progress.UNKNOWN:
            return (Step("some place did not answer; look again later, and change nothing until then", _typed(again)),)
        case Progress.INCOMPLETE:
            if rehearsal is not None:
                return (Step("continue the rehearsal; finished jobs stay as they are", rehearsal),)
            return tuple(_continue(standing, again))


def _continue(standing: Standing, again: tuple[str, ...]) -> Iterator[Step]:
    plan = standing.held.plan
    match standing.run:
        case WorkflowRun(status="completed", conclusion="success"):
            yield Step("the run ended well; an index or GitHub may not show everything yet: look again", _typed(again))
        case WorkflowRun(status="waiting") as run:
            yield Step("it waits for an approval: read the summary of the gate, then decide", link=run.page)
        case WorkflowRun(status="completed") as run:
            failed = f" ({', '.join(run.failed)})" if run.failed else ""
            command = f"gh run rerun {run.id} --failed --repo {plan.repository}"
            why = f"run its failed jobs{failed} again: they publish the same bytes, nothing is built"
            yield Step(why, command, run.page)
        case WorkflowRun() as run:
            yield Step(f"it is still running ({run.status}): wait for its end", link=run.page)
        case Unavailable() | None:
            command = f"gh run list --repo {plan.repository} --workflow release.yml --branch {shlex.quote(plan.tag)}"
            yield Step("find its run, and run the failed jobs of that again", command)
    if standing.passed(PYPI) and not standing.passed(GITHUB):
        why = "or, where the run cannot be run again, publish the GitHub release from here: PyPI has everything"
        yield Step(why, f"GH_TOKEN=$(gh auth token) {_typed((*again, '--continue'))}")


def _stop(standing: Standing) -> Iterator[Step]:
    plan = standing.held.plan
    yield Step("do not continue: somewhere are other bytes than those that passed the gate. Find out whose they are")
    if any(f.check == PYPI and f.state.value == "fail" for f in standing.findings):
        yield _yank(plan, "take the version back on PyPI")
    yield Step("security/incident-response.md says what to do where nobody of yours did it")


def _yank(plan: Plan, why: str) -> Step:
    return Step(why, link=f"{PYPI_URL}/manage/project/{plan.project.name}/release/{plan.version}/")


def _new_version() -> Step:
    return Step("then release the next version; nothing is ever built again for this one")


def _typed(words: tuple[str, ...]) -> str:
    return shlex.join(words)
