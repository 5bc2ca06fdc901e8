"""What `sealwright audit` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sealwright.auditing.asking import configured_sources
from sealwright.auditing.audit import Audit, audit
from sealwright.auditing.sarif import audit_sarif
from sealwright.auditing.targets import Target, open_target
from sealwright.auditing.vex import compose
from sealwright.cli import Invocation
from sealwright.config import Policy, Settings, load_policy
from sealwright.dossier.codec import encode_json
from sealwright.errors import UsageError
from sealwright.model import Mode
from sealwright.report.answer import Answer, as_json, as_lines
from sealwright.services.advisories import Sources, auditor
from sealwright.verify.judgement import Judgement, Known

_NAME = "target"


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Audit one thing, write what was asked for, print the verdict."""
    directory = invocation.directory
    sources = configured_sources(invocation.environ, arguments.osv_url)
    target = open_target(directory / arguments.target, sources.environ, directory)
    policy = _policy(directory / arguments.policy if arguments.policy else target.policy)
    _announce(target, sources)
    stale = not target.released
    done = audit({_NAME: target.subject}, sources, policy.audit.ignore, stale=stale, explain=target.explain)
    judgement = done.judgements[_NAME]
    findings = judgement.findings
    answer = Answer("audit", (target.ref,), findings, policy.judge(findings, Mode.RELEASE))
    if arguments.sarif:
        (directory / arguments.sarif).write_bytes(encode_json(audit_sarif(judgement, answer.blocking, target.place)))
    if arguments.vex:
        _write_vex(directory / arguments.vex, target, done, judgement)
    _print(answer, done, judgement, machine=arguments.json)
    return answer.exit_code


def _policy(path: Path | None) -> Policy:
    """The policy whose ignores count; whatever it says, this command judges, and does not only report."""
    if path is None:
        text = ""
    else:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                "policy-unreadable", f"{path}: {error}", hint="give a policy.toml with --policy"
            ) from error
    return load_policy(text, str(path)).with_settings(Settings(audit="block"))


def _announce(target: Target, sources: Sources) -> None:
    number = len(target.subject.packages)
    if number:
        index = sources.index.authority
        hosts = [urlsplit(sources.osv_url).hostname or sources.osv_url, index.host if index else "no index"]
        sys.stderr.write(f"asking {' and '.join(hosts)} about {number} package{'s' if number != 1 else ''}\n")


def _write_vex(path: Path, target: Target, done: Audit, judgement: Judgement) -> None:
    if not judgement.complete:
        sys.stderr.write(
            f"{path.name} was not written: a VEX that leaves something out reads as if it were not there\n"
        )
        return
    path.write_bytes(compose(done.at, judgement.known, target.inventories, [auditor()]))


def _print(answer: Answer, done: Audit, judgement: Judgement, *, machine: bool) -> None:
    if machine:
        known = [_as_json(entry) for entry in judgement.known]
        document = as_json(answer, asked_at=done.at.isoformat(), complete=judgement.complete, vulnerabilities=known)
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(as_lines(answer)) + "\n")


def _as_json(known: Known) -> dict[str, Any]:
    vulnerability = known.vulnerability
    return {
        "id": vulnerability.id,
        "aliases": list(vulnerability.aliases),
        "package": vulnerability.package,
        "version": vulnerability.version,
        "severity": vulnerability.severity,
        "fixed_in": list(vulnerability.fixes),
        "path": list(known.path),
        "ignored_until": known.ignore.expires.isoformat() if known.ignore else None,
    }
