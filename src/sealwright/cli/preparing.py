"""What `sealwright prepare` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.endpoints import Endpoints
from sealwright.lifecycle.intent import Intent, Request, intend
from sealwright.lifecycle.landing import Landed, land, push, push_words, undo
from sealwright.lifecycle.preconditions import Remote, findings_of
from sealwright.lifecycle.trial import Trial, begin, planned
from sealwright.model import State
from sealwright.report.answer import Answer, as_json, verdict_lines
from sealwright.report.findings import finding_lines


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Where a preparation stands."""

    intent: Intent
    remote: Remote | None
    trial: Trial
    answer: Answer
    landed: Landed | None = None


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Check, rehearse, commit, tag, push; each only where all before it went well."""
    intent = intend(
        Request((invocation.directory / arguments.project).resolve(), arguments.version, arguments.pre),
        invocation.environ,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="sealwright-prepare-") as folder:
            return _perform(arguments, invocation, intent, Path(folder))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the repository is as it was\n")
        return 130


def _perform(arguments: argparse.Namespace, invocation: Invocation, intent: Intent, folder: Path) -> int:
    findings, remote = findings_of(intent, Endpoints.of(invocation.environ).pypi)
    stops = {State.FAIL, State.UNAVAILABLE, State.SKIPPED} if arguments.push else {State.FAIL}
    stopping = tuple(finding for finding in findings if finding.state in stops)
    trial = begin(intent, folder, invocation.environ, signed=not arguments.dry_run)
    more, blocking = planned(intent, trial, invocation.environ)
    outcome = _Outcome(intent, remote, trial, Answer("prepare", (), (*findings, *more), (*stopping, *blocking)))
    _say(arguments, _opening(outcome))
    if not outcome.answer.blocking and not arguments.dry_run:
        outcome = _carried_out(arguments, invocation, outcome)
    _report(arguments, outcome)
    if outcome.landed and arguments.push and remote:
        return _pushed(arguments, intent, remote)
    return outcome.answer.exit_code


def _pushed(arguments: argparse.Namespace, intent: Intent, remote: Remote) -> int:
    try:
        push(intent, remote)
    except KeyboardInterrupt:
        asked = f"git ls-remote {remote.name} refs/tags/{intent.tag}"
        sys.stderr.write(
            f"interrupted while pushing; commit and tag are here, and `{asked}` says whether they arrived.\n"
            f"If not, `{' '.join(('git', *push_words(intent, remote.name, remote.branch)))}` tries again, "
            f"`{undo(intent)}` takes them back.\n"
        )
        return 130
    _say(arguments, [f"Pushed {intent.branch} and {intent.tag} to {remote.name}: the release has begun."])
    return 0  # what blocks was never landed


def _carried_out(arguments: argparse.Namespace, invocation: Invocation, outcome: _Outcome) -> _Outcome:
    if not arguments.no_rehearse:
        from sealwright.cli.rehearsing_prepared import rehearsed  # noqa: PLC0415 - seconds that a dry run does without

        finding, lines = rehearsed(outcome.intent, outcome.trial, invocation)
        blocking = () if finding.state is State.PASS else (finding,)
        answer = replace(outcome.answer, findings=(*outcome.answer.findings, finding), blocking=blocking)
        outcome = replace(outcome, answer=answer)
        _say(arguments, [*lines, *finding_lines((finding,), blocking), ""])
    return outcome if outcome.answer.blocking else replace(outcome, landed=land(outcome.intent, outcome.trial))


def _say(arguments: argparse.Namespace, lines: Iterable[str]) -> None:
    stream = sys.stderr if arguments.json else sys.stdout
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


def _opening(outcome: _Outcome) -> Iterator[str]:
    intent = outcome.intent
    after = f"after {intent.reached[1]}" if intent.reached else "the first tag"
    yield f"{intent.info.name} {intent.version}, tag {intent.tag}, {after}"
    yield ""
    yield from finding_lines(outcome.answer.findings, outcome.answer.blocking)
    yield ""
    yield from outcome.trial.diff.splitlines() or ["No file has to change: the tag goes to the current commit."]
    yield ""


def _report(arguments: argparse.Namespace, outcome: _Outcome) -> None:
    if not arguments.json:
        _say(arguments, [*verdict_lines(outcome.answer), *_next(arguments, outcome)])
        return
    intent, landed = outcome.intent, outcome.landed
    more = {
        "version": intent.version,
        "tag": intent.tag,
        "commit": landed.commit if landed else None,
        "signed": landed.signed if landed else None,
        "diff": outcome.trial.diff,
    }
    sys.stdout.write(json.dumps(as_json(outcome.answer, **more), indent=2) + "\n")


def _next(arguments: argparse.Namespace, outcome: _Outcome) -> Iterator[str]:
    intent, landed, remote = outcome.intent, outcome.landed, outcome.remote
    if landed:
        signed = "signed" if landed.signed else "not signed: no key is configured"
        where = f"{intent.branch} is at {landed.commit[:12]}" if intent.edits else f"at {landed.commit[:12]}"
        yield f"{intent.tag} is here ({signed}), {where}."
        yield f"Undo, while nothing is pushed: {undo(intent)}"
    else:
        yield "Nothing was written" + (", and nothing rehearsed." if arguments.dry_run else ".")
    if outcome.answer.blocking or (landed and arguments.push):
        return
    name, branch = (remote.name, remote.branch) if remote else ("REMOTE", str(intent.branch))
    yield "This push starts the release, and nothing else does:" if landed else "What would start the release, then:"
    yield f"  {' '.join(('git', *push_words(intent, name, branch)))}"
