"""What `sealwright monitor` does once its arguments are understood."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping
from dataclasses import replace

from packaging.version import Version

from sealwright.auditing.asking import configured_sources
from sealwright.cli import Invocation
from sealwright.cli.outputs import append
from sealwright.config import load_policy
from sealwright.config.policy import POLICY_FILE
from sealwright.endpoints import TRUST_CONFIG_VARIABLE, Endpoints
from sealwright.errors import UsageError
from sealwright.lifecycle.monitor.seen import Watched
from sealwright.lifecycle.monitor.watch import Report, watch
from sealwright.model import Mode
from sealwright.project import github_repository, normal_version
from sealwright.report.answer import Answer, as_lines
from sealwright.report.monitor import as_json, message, shipping_lines, summary
from sealwright.services.github_token import github_token
from sealwright.services.trust import trust_root
from sealwright.services.webhook import send
from sealwright.workflow.work_tree import WorkTree

WEBHOOK_VARIABLE = "WEBHOOK"
_SUMMARY = "GITHUB_STEP_SUMMARY"


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Look, tell whoever has to know, print the answer."""
    environ = dict(invocation.environ)
    if arguments.trust_config:
        environ[TRUST_CONFIG_VARIABLE] = str(invocation.directory / arguments.trust_config)
    endpoints = Endpoints.of(environ)
    watched = _watched(arguments, invocation)
    report = watch(watched, endpoints, configured_sources(environ), trust_root(endpoints), environ)
    answer = _told(_answer(report, watched), watched, environ)
    append(environ, _SUMMARY, summary(answer, watched.project) + "\n")
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(answer, report), indent=2) + "\n")
    else:
        shipping = ["", *shipping_lines(report, arguments.ships)] if arguments.ships else []
        sys.stdout.write("\n".join([*as_lines(answer), *shipping]) + "\n")
    return answer.exit_code


def _watched(arguments: argparse.Namespace, invocation: Invocation) -> Watched:
    tree = WorkTree.find((invocation.directory / arguments.project).resolve(), invocation.environ)
    settings = tree.settings
    repository = settings.repository or github_repository(tree.repository.remote_url())
    if repository is None:
        hint = "set `repository` in [tool.sealwright]; what was released is compared with what GitHub has of it"
        raise UsageError("repository-unknown", "the project has no repository on GitHub", hint=hint)
    if arguments.last < 1:
        raise UsageError("last-invalid", f"--last {arguments.last} would look at nothing", hint="give 1 or more")
    return Watched(
        project=tree.info.name,
        repository=repository,
        settings=settings,
        policy=load_policy(tree.policy_text or "", POLICY_FILE).with_settings(settings),
        workflow=tree.workflow_text or "",
        since=_since(arguments.since),
        most=arguments.last,
        today=dt.datetime.now(dt.UTC).date(),
        token=github_token(invocation.environ),
    )


def _since(text: str | None) -> Version | None:
    if text is None:
        return None
    version = normal_version(text)
    if version is None:
        raise UsageError("version-malformed", f"--since {text!r} is no version", hint="such as `--since 1.2.0`")
    return Version(version)


def _answer(report: Report, watched: Watched) -> Answer:
    return Answer("monitor", (), report.findings, watched.policy.judge(report.findings, Mode.RELEASE))


def _told(answer: Answer, watched: Watched, environ: Mapping[str, str]) -> Answer:
    """The answer, and whether the webhook took it; it is told what is wrong, and not that everything is well."""
    address = environ.get(WEBHOOK_VARIABLE, "").strip()
    if not address or answer.exit_code == 0:
        return answer
    server, repository, run = (
        environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    run_url = f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
    told = send(address, message(answer, watched.project, run_url))
    return replace(answer, findings=(*answer.findings, told))
