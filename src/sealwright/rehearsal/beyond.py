"""What of a release only GitHub and the index can show."""

from __future__ import annotations

from sealwright.pipeline.steps import HOSTED_RUNNER, AnyJob, Guard, Job, ProjectCall, Role, Tools

NEVER_REHEARSED = ("PyPI's and TestPyPI's current settings", "GitHub's approvals, rulesets and environments")


def beyond(jobs: tuple[AnyJob, ...]) -> tuple[str, ...]:
    """What the project's settings have put into the table and nothing here can do, a short phrase each."""
    own = [job for job in jobs if isinstance(job, Job)]
    guards = sorted({step.policy for job in own for step in job.steps if isinstance(step, Guard)})
    labels = dict.fromkeys(job.runner for job in own if job.runner != HOSTED_RUNNER and not _is_cell(job))
    return (
        *(job.unrehearsed for job in jobs if isinstance(job, ProjectCall)),
        *(f"egress control (`{policy}`)" for policy in guards),
        *(f"the runners {label}" for label in labels),
    )


def _is_cell(job: Job) -> bool:
    return any(isinstance(step, Tools) and step.role is Role.SMOKE for step in job.steps)  # named with its Python
