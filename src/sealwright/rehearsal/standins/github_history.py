"""Commits and tags as GitHub's REST API shows them, from a real repository; and runs of workflows.

https://docs.github.com/en/rest/commits/commits, https://docs.github.com/en/rest/actions/workflow-runs
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealwright.rehearsal.standins.server import Refusal, Response
from sealwright.services.git import Repository
from sealwright.services.git_answers import Author

# https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
_NOREPLY = re.compile(r"(?:(?P<id>\d+)\+)?(?P<login>[A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com")
Page = Callable[[list[dict[str, Any]]], Response]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of release.yml."""

    id: int
    tag: str
    commit: str
    status: str = "completed"
    conclusion: str | None = "failure"
    jobs: Mapping[str, str | None] | None = None
    """Job to its conclusion."""
    workflow: str = "release.yml"


def runs_answer(runs: Sequence[Run], path: tuple[str, ...], page: str) -> Response:
    """What is answered below `/repos/OWNER/NAME/actions`; `page` is the repository's address. Raises Refusal 404."""
    match path:
        case ("workflows", file, "runs") if any(run.workflow == file for run in runs):
            shown = [_run(run, page) for run in runs if run.workflow == file]
            return Response(body={"total_count": len(shown), "workflow_runs": shown})
        case ("runs", id_, "jobs") if any(str(run.id) == id_ for run in runs):
            (run,) = [run for run in runs if str(run.id) == id_]
            jobs = [{"name": name, "conclusion": conclusion} for name, conclusion in (run.jobs or {}).items()]
            return Response(body={"total_count": len(jobs), "jobs": jobs})
    raise _not_found()


def history_answer(origin: Path | None, path: tuple[str, ...], page: Page) -> Response:
    """What is answered to a GET of `/repos/OWNER/NAME/` and `path`; `page` cuts a list. Raises Refusal 404 and 422."""
    repository = Repository(origin, os.environ) if origin else None
    tags = repository.tags() if repository else {}
    match path:
        case ("tags",):
            return page([{"name": tag, "commit": {"sha": commit}} for tag, commit in sorted(tags.items())])
        case ("commits", "tags", *name):
            commit = tags.get("/".join(name))
            if commit is None:
                message = f"No commit found for SHA: tags/{'/'.join(name)}"
                raise Refusal(422, message, {"message": message, "status": "422"})
            return Response(body={"sha": commit})
        case ("compare", span) if repository and (ends := [tags.get(end, end) for end in span.split("...")]):
            return page([_commit(author) for author in repository.authors(*ends)])
    raise _not_found()


def _commit(author: Author) -> dict[str, Any]:
    known = _NOREPLY.fullmatch(author.email)
    account = (
        {"login": known["login"], "type": "Bot" if known["login"].endswith("[bot]") else "User"} if known else None
    )
    return {"commit": {"author": {"name": author.name, "email": author.email}}, "author": account}


def _run(run: Run, page: str) -> dict[str, Any]:
    return {
        "id": run.id,
        "head_branch": run.tag,
        "head_sha": run.commit,
        "event": "push",
        "status": run.status,
        "conclusion": run.conclusion,
        "html_url": f"{page}/actions/runs/{run.id}",
        "run_attempt": 1,
    }


def _not_found() -> Refusal:
    return Refusal(404, "Not Found", {"message": "Not Found", "status": "404"})
