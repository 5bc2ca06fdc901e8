"""The workflow run that a stage is part of, as GitHub describes it to its jobs: what expectations are made from.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.verify.expected import Expected


def run_of(environ: Mapping[str, str]) -> str:
    """`https://github.com/owner/name/actions/runs/ID`. Raises UsageError (`run-unknown`)."""
    repository, run_id = _value(environ, "GITHUB_REPOSITORY"), _value(environ, "GITHUB_RUN_ID")
    return f"{Endpoints.of(environ).github_url}/{repository}/actions/runs/{run_id}"


def expected_of(environ: Mapping[str, str], *, this_attempt: bool) -> Expected:
    """What a certificate must say that a job of this run asked for.

    With `this_attempt` the attempt must be the same as well, as it is for whatever this very job signs.
    Raises UsageError (`run-unknown`).
    """
    repository, ref = _value(environ, "GITHUB_REPOSITORY"), _value(environ, "GITHUB_REF")
    workflow, _, _ = _value(environ, "GITHUB_WORKFLOW_REF").partition("@")
    attempt = f"/attempts/{_value(environ, 'GITHUB_RUN_ATTEMPT')}"
    return Expected(
        repository=repository,
        commit=_value(environ, "GITHUB_SHA"),
        ref=ref,
        workflow=workflow.removeprefix(f"{repository}/"),
        run_uri=f"{run_of(environ)}{attempt}" if this_attempt else "",
        server_url=Endpoints.of(environ).github_url,
    )


def _value(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise UsageError(
            "run-unknown", f"{name} is not set", hint="this stage runs as a job of the release workflow only"
        )
    return value
