"""The variables that act is started with, and those that only single jobs get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sealwright.pipeline.steps import AnyJob
from sealwright.rehearsal.act import replacements
from sealwright.rehearsal.act.program import own_environment
from sealwright.rehearsal.act.workflow import refuse_expressions
from sealwright.rehearsal.actions.checkout import ORIGIN_VARIABLE
from sealwright.rehearsal.actions.setup_python import VARIABLE as PYTHONS_VARIABLE
from sealwright.rehearsal.artifacts import VARIABLE as ARTIFACTS_VARIABLE
from sealwright.rehearsal.cache import cache_home
from sealwright.rehearsal.layout import Subject
from sealwright.rehearsal.underway import Underway

# What act works out by itself, unless it is told; nothing else may be told it this way, since that would take
# precedence over a job's own variables.
_TOLD = (
    "GITHUB_API_URL",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REF_TYPE",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SERVER_URL",
)


def of_pip(underway: Underway) -> dict[str, str]:
    """What the wheels of the jobs' tools are fetched with, before act is started."""
    return {
        **underway.variables(),
        **own_environment(underway.layout.act / "home"),
        # Downloads are checked against a hash before they are installed, wherever they come from.
        "PIP_CACHE_DIR": str(cache_home(underway.environ) / "pip"),
    }


def shared(underway: Underway, tools: Path) -> dict[str, str]:
    """What act and all jobs are started with: nothing of the user's but what a program needs to run at all.

    `tools` is a constraints file that says where pip finds the tools. Raises UsageError (`value-evaluated`).
    """
    layout = underway.layout
    variables = {
        **of_pip(underway),
        # Not as find-links or an index: stages take those for the project's own. As an address, because pip splits
        # this variable at spaces.
        "PIP_CONSTRAINT": tools.as_uri(),
        "PIP_NO_COMPILE": "0",  # a negative option is switched on by a falsy value
        "PIP_PROGRESS_BAR": "off",
        # act gives each step a terminal, GitHub none.
        "NO_COLOR": "1",
        "TERM": "dumb",
        "GIT_TERMINAL_PROMPT": "0",
        ORIGIN_VARIABLE: str(layout.origin),
        ARTIFACTS_VARIABLE: str(layout.artifacts),
        PYTHONS_VARIABLE: str(layout.act / "pythons"),
        replacements.VARIABLE: str(layout.act / "programs"),
        replacements.WORKSPACES: str(layout.act / "workspaces"),
    }
    return dict(refuse_expressions(variables))


def told(shared_variables: Mapping[str, str], subject: Subject) -> dict[str, str]:
    """What act would otherwise work out by itself, from a repository or from its defaults."""
    return {**{name: shared_variables[name] for name in _TOLD}, "SHA_REF": subject.commit}


def folder_of(underway: Underway, job: str) -> Path:
    """Where a job has its home and its temporary files."""
    return underway.layout.act / "jobs" / job


def of_job(underway: Underway, job: AnyJob) -> dict[str, str]:
    """One job's own: a home, a place for temporary files and, where it was granted one, its identity."""
    folder = folder_of(underway, job.id)
    home, temporary = folder / "home", folder / "temp"
    for path in (home, temporary):
        path.mkdir(parents=True)
    return {"HOME": str(home), "TMPDIR": str(temporary), **underway.services.identity_of(job)}


def event_of(subject: Subject) -> str:
    """The event that starts the workflow. It does not say whether the repository is private: nobody knows here.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
    """
    owner, name = subject.repository.split("/")
    repository = {"full_name": subject.repository, "name": name, "owner": {"login": owner}}
    event = {"ref": f"refs/tags/{subject.tag}", "after": subject.commit, "created": True, "repository": repository}
    return json.dumps(event)
