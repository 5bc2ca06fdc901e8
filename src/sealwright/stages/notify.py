"""Tell a webhook how the release ended. Nothing waits for it, and nothing that goes wrong here stops anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sealwright.errors import SealwrightError
from sealwright.model import Finding
from sealwright.services import http
from sealwright.stages.base import Context, Result

CHECK = "notify"
WEBHOOK_VARIABLE = "WEBHOOK"
RESULTS_VARIABLE = "NEEDS"
"""Optional: GitHub's `needs` context as JSON."""


def run(context: Context) -> Result:
    """Post one message to the address in WEBHOOK, which is a secret and appears nowhere.

    Check `notify`; every problem is `unavailable`: `webhook-failed`, `webhook-refused`.
    """
    address = context.environ.get(WEBHOOK_VARIABLE, "")
    if not address:
        return Result((Finding.skipped(CHECK, "no webhook is configured"),))
    return Result((_post(address, message(context)),))


def message(context: Context) -> dict[str, Any]:
    """What is sent: `text` for Slack and its kin, the same as single fields for everything else."""
    environ = context.environ
    about = _planned(context)
    run_url = (
        f"{context.endpoints.github_url}/{environ.get('GITHUB_REPOSITORY', about['repository'])}"
        f"/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
    )
    failed = failed_jobs(environ)
    result = _RESULTS[None if failed is None else bool(failed)]
    where = f" in {', '.join(failed)}" if failed else ""
    return {
        "text": f"{about['project']} {about['version'] or about['tag']}: release {result}{where} ({run_url})",
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


def failed_jobs(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """The jobs that did not succeed, skipped ones left out; None where nobody told how the jobs ended."""
    try:
        results = {job: str(needed["result"]) for job, needed in json.loads(environ[RESULTS_VARIABLE]).items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return tuple(job for job, result in results.items() if result not in ("success", "skipped"))


def _post(address: str, body: Mapping[str, Any]) -> Finding:
    if not address.startswith(("https://", "http://")):
        return _failed("not an address on the web")
    try:
        answer = http.request(
            "POST", address, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode(), limit=65536
        )
    except SealwrightError as error:
        return _failed(error.code)  # its message names the address
    except Exception as error:  # noqa: BLE001 - a trace would name the address as well
        return _failed(type(error).__name__)
    if not 200 <= answer.status < 300:
        return Finding.unavailable(
            CHECK,
            "webhook-refused",
            found=f"the webhook answered {answer.status}",
            hint="check the secret with the webhook's address",
        )
    return Finding.passed(CHECK, found="told the webhook")


def _failed(reason: str) -> Finding:
    return Finding.unavailable(
        CHECK, "webhook-failed", found=f"no answer: {reason}", hint="check the secret with the webhook's address"
    )
