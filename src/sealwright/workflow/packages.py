"""What is installed in the jobs that have an identity or may write to GitHub: how much has to be believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.locks import lock_of
from sealwright.pipeline.pins import ACTIONS, FLOWS
from sealwright.pipeline.steps import AnyJob, Call, Job, Tools, Use

_LOCKED = re.compile(r"(?m)^([\w.-]+)==([\w.!+-]+)")


@dataclass(frozen=True, slots=True)
class Installed:
    """One such job."""

    job: str
    grants: tuple[str, ...]
    """Scopes it may write, `id-token` among them where it has an identity."""
    packages: tuple[str, ...]
    """`name version` of everything that its tools bring, beside sealwright itself."""
    others: tuple[str, ...]
    """Somebody else's code in it: actions beyond those that fetch and keep, and reusable workflows."""


def privileged(jobs: tuple[AnyJob, ...]) -> tuple[Installed, ...]:
    """Every job of the table that may write something, in order."""
    return tuple(
        Installed(job.id, scopes, tuple(_packages(job)), tuple(_others(job)))
        for job in jobs
        if (scopes := tuple(grant.scope for grant in job.grants if grant.level == "write"))
    )


def listing(jobs: tuple[AnyJob, ...]) -> list[str]:
    """The same as lines of text, with each package named once."""
    rows = privileged(jobs)
    width = max((len(row.job) for row in rows), default=0)
    lines = [f"  {row.job:<{width}}  {', '.join(row.grants)}: {_summary(row)}" for row in rows]
    for scope, about in (("id-token", "can ask for an identity token"), ("contents", "can write to the repository")):
        names = sorted({name for row in rows if scope in row.grants for name in row.packages})
        lines += ["", f"{len(names)} packages run in a job of ours that {about}, beside sealwright itself:"]
        lines += [f"  {name}" for name in names]
    return ["Jobs that may write something, and what is installed in them:", "", *lines]


def _summary(row: Installed) -> str:
    own = f"{len(row.packages)} packages" if row.packages else "nothing of ours"
    return " and ".join([own, *row.others])


def _packages(job: AnyJob) -> Iterator[str]:
    for step in job.steps if isinstance(job, Job) else ():
        if isinstance(step, Tools):
            yield from (f"{name} {version}" for name, version in _LOCKED.findall(lock_of(step.role.value)))


def _others(job: AnyJob) -> Iterator[str]:
    if isinstance(job, Call):
        yield f"{job.flow.value.partition('/.github/')[0]} {FLOWS[job.flow].version}"
    for step in job.steps if isinstance(job, Job) else ():
        if isinstance(step, Use):
            yield f"{step.action.value} {ACTIONS[step.action.value].version}"
