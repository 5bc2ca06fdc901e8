"""What `sealwright verify` does once its arguments are understood."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sealwright.cli import Invocation
from sealwright.cli.reading import read_named
from sealwright.cli.writing import write_named
from sealwright.config.policy import Policy, load_policy
from sealwright.errors import UsageError
from sealwright.model import Finding, sha256_hex
from sealwright.project.versions import version_of
from sealwright.report.verification import Judged, lines
from sealwright.services.release_folder import ReleaseFiles, read_beside, read_release
from sealwright.services.trust import named_root
from sealwright.verify.anybody import Examined, examine_release, judge_examined_release, unjudged
from sealwright.verify.evidence import Accept
from sealwright.verify.expected import WORKFLOW
from sealwright.verify.question import Question
from sealwright.verify.withdrawn import withdrawn
from sealwright.verifying.target import Target

if TYPE_CHECKING:
    from sealwright.verify.changes.model import Changes
    from sealwright.verify.trust_root import TrustRoot

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_FOLDER = ".github/workflows/"
_FETCHED = ("pypi:", "github:")


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Judge a release by its files and print the verdict."""
    judged, release = _judge(arguments, invocation)
    if arguments.html:
        from sealwright.report.html import released  # noqa: PLC0415 - only where it is asked for

        write_named(invocation.directory / arguments.html, "--html", released.as_html(judged, release.files))
    if arguments.sarif:
        from sealwright.report.verification_json import as_sarif  # noqa: PLC0415 - only where it is asked for

        text = json.dumps(as_sarif(judged), indent=2) + "\n"
        write_named(invocation.directory / arguments.sarif, "--sarif", text)
    if arguments.json:
        from sealwright.report.verification_json import as_json  # noqa: PLC0415 - only where it is asked for

        sys.stdout.write(json.dumps(as_json(judged), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines(judged)) + "\n")
    return judged.answer.verdict.exit_code


def _judge(arguments: argparse.Namespace, invocation: Invocation) -> tuple[Judged, ReleaseFiles]:
    policy, policy_sha256 = _policy(arguments, invocation)
    trusted = arguments.trust_config and invocation.directory / arguments.trust_config
    root = named_root(trusted)
    target = _target(arguments, invocation)
    judged = Judged(
        unjudged(target.findings, policy_sha256),
        target.question,
        root,
        dt.datetime.now(dt.UTC),
        tuple(arguments.target),
        target.release.scope,
        own_root=trusted is not None,
        asked=target.asked or ("the index" if arguments.online else ""),
    )
    if not target.complete:
        return judged, target.release
    files, scope = target.release.files, target.release.scope
    examined = examine_release(files, target.question, root, scope=scope, policy=policy, policy_sha256=policy_sha256)
    changes, compared = _changes(target, root, arguments, invocation)
    withdrawals = _withdrawn(arguments.policy and policy, examined)
    further = (*target.findings, *withdrawals, *_further(examined, target, arguments, invocation), *compared)
    answer = judge_examined_release(examined, target.question, own_root=judged.own_root, further=further)
    return replace(judged, answer=answer, changes=changes), target.release


def _target(arguments: argparse.Namespace, invocation: Invocation) -> Target:
    """What is to be judged: read here, or fetched."""
    question = _question(arguments)
    if any(word.startswith(_FETCHED) for word in arguments.target):
        from sealwright.cli.verifying_targets import fetch  # noqa: PLC0415 - only where it is asked for

        return fetch(arguments, invocation, question)
    return Target(_read([invocation.directory / target for target in arguments.target]), question)


def _changes(
    target: Target, root: TrustRoot, arguments: argparse.Namespace, invocation: Invocation
) -> tuple[Changes | None, tuple[Finding, ...]]:
    if not arguments.against:
        return None, ()
    from sealwright.cli.verifying_changes import compare  # noqa: PLC0415 - only where it is asked for

    return compare(target.release.files, arguments, invocation, root)


def _question(arguments: argparse.Namespace) -> Question:
    if arguments.repo and not _REPOSITORY.fullmatch(arguments.repo):
        raise UsageError("repository-malformed", f"--repo {arguments.repo}", hint="write it as OWNER/NAME")
    workflow = arguments.workflow or WORKFLOW
    return Question(
        arguments.repo,
        arguments.tag,
        arguments.version,
        workflow if "/" in workflow else f"{_FOLDER}{workflow}",
        arguments.environment,
        arguments.index_environment,
        arguments.trigger,
        Accept(arguments.accept or Accept.RELEASE),
    )


def _read(targets: list[Path]) -> ReleaseFiles:
    if any(target.is_dir() for target in targets) and len(targets) > 1:
        raise UsageError("targets-mixed", "a folder is judged by itself", hint="one folder, or only distributions")
    return read_beside(targets) if targets[0].is_file() else read_release(targets[0])


def _policy(arguments: argparse.Namespace, invocation: Invocation) -> tuple[Policy | None, str]:
    """What the asker requires, beyond what is required of everybody: a clone was given to be compared with."""
    data = read_named(invocation.directory / arguments.policy, "--policy") if arguments.policy else b""
    policy = load_policy(data.decode("utf-8", "replace"), arguments.policy) if arguments.policy else None
    if arguments.source:
        from sealwright.verifying.source import requiring_source  # noqa: PLC0415 - only where it is asked for

        policy = requiring_source(policy or Policy())
    return policy, sha256_hex(data) if arguments.policy else ""


def _withdrawn(policy: Policy | None, examined: Examined) -> Iterator[Finding]:
    """Whether the asker's own policy lists a version that is here as taken back; a release cannot say so of itself."""
    if policy is not None:
        versions = {str(found) for ref in examined.evidence.distributions if (found := version_of(ref.name))}
        yield from (withdrawn(policy, version) for version in sorted(versions))


def _further(
    examined: Examined, target: Target, arguments: argparse.Namespace, invocation: Invocation
) -> Iterator[Finding]:
    """What needs more than the files, and what was not looked at for want of it."""
    if arguments.source:
        from sealwright.verifying.source import compare_with_source  # noqa: PLC0415 - only where it is asked for

        clone = (invocation.directory / arguments.source).resolve()
        rendered = target.question.accept is Accept.RELEASE
        yield from compare_with_source(clone, target.release, examined.claims, invocation.environ, rendered=rendered)
    else:
        found, hint = "the commit is not here; add --source CLONE", "give a clone of the repository with `--source`"
        yield Finding.unavailable("source", "source-not-compared", found=found, hint=hint)
    if arguments.online and not target.index_asked:
        from sealwright.cli.verifying_targets import ask_index  # noqa: PLC0415 - only where it is asked for

        yield from ask_index(target, examined, invocation)
    elif not target.index_asked:
        found, hint = "not asked; add --online to compare", "compare with the index with `--online`"
        yield Finding.unavailable("index", "index-not-compared", found=found, hint=hint)
    yield Finding.absent("approval", "approval-unproven", hint="no certificate names who approved a release")
