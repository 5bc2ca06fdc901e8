"""Egress control for the jobs that run project code: what cuts across the table and is not a row of it.

Never in a job with an identity: there the action would be one more party that could ask for the token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

from sealwright.endpoints import FILES_URL, GITHUB_API_URL, GITHUB_URL, PYPI_URL, TESTPYPI_FILES_URL, TESTPYPI_URL
from sealwright.pipeline.steps import AnyJob, Guard, Job

Egress = Literal["off", "audit", "block"]

# Artifacts lie in storage accounts of changing names, actions and Pythons are downloads from GitHub's other hosts.
_GITHUB = (
    "*.actions.githubusercontent.com:443",
    "*.blob.core.windows.net:443",
    "codeload.github.com:443",
    "objects.githubusercontent.com:443",
    "raw.githubusercontent.com:443",
    "release-assets.githubusercontent.com:443",
)
_SITES = (GITHUB_URL, GITHUB_API_URL, PYPI_URL, FILES_URL, TESTPYPI_URL, TESTPYPI_FILES_URL)
NEEDED = tuple(sorted((*_GITHUB, *(f"{urlsplit(site).netloc}:443" for site in _SITES))))
"""What the pipeline's own steps in such a job reach."""


def guarded(jobs: tuple[AnyJob, ...], egress: Egress, allow: tuple[str, ...]) -> tuple[AnyJob, ...]:
    """The table with a Guard at the head of every job that runs project code; `allow` is added to `NEEDED`."""
    match egress:
        case "off":
            return jobs
        case "audit":
            return tuple(_with(job, Guard("audit")) for job in jobs)
        case "block":
            allowed = tuple(dict.fromkeys((*NEEDED, *allow)))
            return tuple(_with(job, Guard("block", allowed)) for job in jobs)


def _with(job: AnyJob, guard: Guard) -> AnyJob:
    if not isinstance(job, Job) or not job.runs_project_code:
        return job
    # The action blocks on Linux alone; elsewhere it can only watch.
    fitting = Guard("audit") if job.runner.startswith(("macos", "windows")) else guard
    return replace(job, steps=(fitting, *job.steps))
