"""Tell a webhook how the release goes. Nothing waits for it, and nothing that goes wrong here stops anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sealwright.errors import SealwrightError
from sealwright.model import Finding
from sealwright.pipeline.jobs import WAITING
from sealwright.pipeline.steps import NEEDS_VARIABLE
from sealwright.report.markdown import for_chat
from sealwright.services.webhook import CHECK, send
from sealwright.stages.base import Context, Result

WEBHOOK_VARIABLE = "WEBHOOK"
EVENT_VARIABLE = "EVENT"
"""WAITING while the upload waits; otherwise the message is about how it ended."""


def run(context: Context) -> Result:
    """Post one message to the address in WEBHOOK, which is a secret and appears nowhere.

    Check `notify`; every problem is `unavailable`: `webhook-failed`, `webhook-refused`, `message-failed`.
    """
    address = context.environ.get(WEBHOOK_VARIABLE, "").strip()
    if not address:
        return Result((Finding.skipped(CHECK, "no webhook is configured"),))
    try:
        composed = message(context)
    except Exception as error:  # noqa: BLE001 - a trace would stop the job, and this stops nothing
        return Result((Finding.unavailable(CHECK, "message-failed", found=type(error).__name__),))
    return Result((send(address, composed),))


def message(context: Context) -> dict[str, Any]:
    """What is sent: `text` for Slack and its kin, the same as single fields for everything else."""
    environ = context.environ
    about = _planned(context)
    run_url = (
        f"{context.endpoints.github_url}/{environ.get('GITHUB_REPOSITORY', about['repository'])}"
        f"/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
    )
    failed = failed_jobs(environ)
    result = WAITING if environ.get(EVENT_VARIABLE) == WAITING else _RESULTS[None if failed is None else bool(failed)]
    where = f" in {', '.join(failed)}" if failed else ""
    told = _SENTENCES.get(result, f"release {result}{where}")
    return {
        "text": for_chat(f"{about['project']} {about['version'] or about['tag']}: {told} ({run_url})"),
        "result": result,
        "failed_jobs": list(failed or ()),
        "run_url": run_url,
        **about,
    }


def _planned(context: Context) -> dict[str, str]:
    try:
        plan = context.plan
    except SealwrightError:  # planning failed; that is news as well
        environ = context.environ
        repository = environ.get("GITHUB_REPOSITORY", "")
        tag, commit = environ.get("GITHUB_REF_NAME", ""), environ.get("GITHUB_SHA", "")
        name = repository.rpartition("/")[2]
        return {"project": name, "version": "", "tag": tag, "commit": commit, "repository": repository, "mode": ""}
    return {
        "project": plan.project.name,
        "version": plan.version,
        "tag": plan.tag,
        "commit": plan.commit,
        "repository": plan.repository,
        "mode": plan.mode.value,
    }


_RESULTS = {None: "ended", False: "succeeded", True: "failed"}
_SENTENCES = {
    WAITING: "passed the gate, the upload to PyPI waits for approval; the summary of the job gate says of what"
}


def failed_jobs(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """The jobs that did not succeed, skipped ones left out; None where nobody told how the jobs ended."""
    try:
        results = {job: str(needed["result"]) for job, needed in json.loads(environ[NEEDS_VARIABLE]).items()}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return tuple(job for job, result in results.items() if result not in ("success", "skipped"))
