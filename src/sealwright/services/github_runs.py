"""Runs of a workflow on GitHub.

https://docs.github.com/en/rest/actions/workflow-runs, https://docs.github.com/en/rest/actions/workflow-jobs
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from sealwright.model.github import WorkflowRun
from sealwright.services import http
from sealwright.services.github_api import GitHubApi

_ENDED_WELL = ("success", "skipped", "neutral")
T = TypeVar("T")


class GitHubRuns(GitHubApi):
    """The runs in one repository. All methods raise like `GitHubApi`."""

    def of_tag(self, tag: str, commit: str, workflow: str) -> WorkflowRun | None:
        """The newest run of a workflow file that the push of `tag` at `commit` started; None where there is none."""
        query = urlencode({"event": "push", "branch": tag, "head_sha": commit})
        url = f"{self._base}/actions/workflows/{workflow}/runs"
        answer = self._ask("GET", f"{url}?{query}")
        if answer.status == 404:  # there is no such workflow file
            return None
        document = self._checked(answer).json()
        found = _read(
            lambda: [r for r in document["workflow_runs"] if (r["head_branch"], r["head_sha"]) == (tag, commit)], url
        )
        return self._with_jobs(max(found, key=lambda run: int(run["id"]))) if found else None

    def _with_jobs(self, item: Any) -> WorkflowRun:
        url = f"{self._base}/actions/runs/{_read(lambda: int(item['id']), self._base)}/jobs"
        jobs = list(self._pages(url, lambda answer: answer["jobs"]))
        return _read(
            lambda: WorkflowRun(
                id=int(item["id"]),
                status=str(item["status"]),
                conclusion=str(item["conclusion"] or ""),
                page=str(item["html_url"]),
                failed=tuple(str(j["name"]) for j in jobs if (j["conclusion"] or "success") not in _ENDED_WELL),
            ),
            url,
        )


def _read(take: Callable[[], T], url: str) -> T:
    try:
        return take()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise http.malformed(f"{url} did not answer as GitHub does: {error!r}") from error
