"""What `sealwright rollback` does once its arguments are understood."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys

from sealwright.cli import Invocation
from sealwright.config import Policy
from sealwright.endpoints import Endpoints
from sealwright.lifecycle.rollback import Outcome, Request, Rollback
from sealwright.model import Finding, Mode, State
from sealwright.project import github_repository
from sealwright.report.answer import Answer, as_json, as_lines
from sealwright.services.github_token import github_token
from sealwright.services.patience import Patience
from sealwright.workflow.work_tree import WorkTree


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Take the version back as far as possible from here, and print each step with what is left of it."""
    rollback = Rollback(_request(arguments, invocation), Endpoints.of(invocation.environ))
    outcome = _confirmed(rollback, arguments, invocation) if arguments.confirm else rollback.run()
    blocking = Policy().judge(outcome.findings, Mode.RELEASE)
    answer = Answer("rollback", (), outcome.findings, blocking)
    if arguments.json:
        document = as_json(answer, version=outcome.version, dry_run=arguments.dry_run, done=list(outcome.done))
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        word = "would write" if arguments.dry_run else "wrote"
        lines = [*(f"{word}  {line}" for line in outcome.done), *([""] if outcome.done else []), *as_lines(answer)]
        sys.stdout.write("\n".join(lines) + "\n")
    return answer.exit_code


def _request(arguments: argparse.Namespace, invocation: Invocation) -> Request:
    tree = WorkTree.find((invocation.directory / arguments.project).resolve(), invocation.environ)
    return Request(
        tree=tree,
        repository=tree.settings.repository or github_repository(tree.repository.remote_url()) or "",
        version=arguments.version,
        reason=arguments.reason,
        severity=arguments.severity,
        advisory=not arguments.no_advisory,
        token=github_token(invocation.environ),
        dry_run=arguments.dry_run,
        today=dt.datetime.now(dt.UTC),
    )


def _confirmed(rollback: Rollback, arguments: argparse.Namespace, invocation: Invocation) -> Outcome:
    patience = Patience.of(invocation.environ)
    sys.stderr.write("asking the index until it shows the yank everywhere, for a quarter of an hour at most\n")
    last: list[Finding] = []

    def ask() -> Finding | None:
        last[:] = [rollback.confirm()]
        return last[0] if last[0].state is State.PASS else None

    patience.until(ask)
    return Outcome(arguments.version, tuple(last), ())
