"""What `sealwright verify` does once its arguments are understood."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.cli.reading import read_named
from sealwright.cli.writing import write_named
from sealwright.config.policy import Policy, load_policy
from sealwright.errors import UsageError
from sealwright.model import Finding, sha256_hex
from sealwright.report import answer as reports
from sealwright.report.html import render
from sealwright.report.html.released import release_page
from sealwright.report.verification import Judged, lines
from sealwright.services.release_folder import ReleaseFolder, read_beside, read_release
from sealwright.services.trust import named_root
from sealwright.verify.anybody import verify_release
from sealwright.verify.expected import WORKFLOW
from sealwright.verify.question import Question

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Judge a release by its files and print the verdict."""
    question = _question(arguments)
    folder = _read([invocation.directory / target for target in arguments.target])
    trusted = arguments.trust_config and invocation.directory / arguments.trust_config
    root = named_root(trusted)
    policy, policy_sha256 = _policy(arguments.policy, invocation)
    found = verify_release(
        folder.files,
        question,
        root,
        policy=policy,
        policy_sha256=policy_sha256,
        own_root=trusted is not None,
        further=tuple(_not_looked_at()),
    )
    verdict = found.verdict
    judged = Judged(found, question, root, dt.datetime.now(dt.UTC), arguments.target)
    if arguments.html:
        write_named(invocation.directory / arguments.html, render(release_page(judged, folder.files)), "--html")
    answer = reports.Answer("verify", verdict.subjects, verdict.findings, verdict.blocking)
    if arguments.json:
        more = {"mode": found.mode, "trust_root": root.sha256, "policy": verdict.policy}
        sys.stdout.write(json.dumps(reports.as_json(answer, **more), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines(judged)) + "\n")
    return verdict.exit_code


def _question(arguments: argparse.Namespace) -> Question:
    if arguments.repo and not _REPOSITORY.fullmatch(arguments.repo):
        raise UsageError("repository-malformed", f"--repo {arguments.repo}", hint="write it as OWNER/NAME")
    return Question(
        arguments.repo, arguments.tag, arguments.version, arguments.workflow or WORKFLOW, arguments.environment
    )


def _read(targets: list[Path]) -> ReleaseFolder:
    if len(targets) == 1 and targets[0].is_dir():
        return read_release(targets[0])
    return read_beside(targets)


def _policy(name: str | None, invocation: Invocation) -> tuple[Policy | None, str]:
    if name is None:
        return None, ""
    data = read_named(invocation.directory / name, "--policy")
    return load_policy(data.decode("utf-8", "replace"), name), sha256_hex(data)


def _not_looked_at() -> Iterator[Finding]:
    yield Finding.absent("approval", "approval-unproven", hint="no certificate names who approved a release")
    yield Finding.unavailable("source", "source-not-compared", found="the commit is not here")
    yield Finding.unavailable("index", "index-not-compared", found="not asked")
