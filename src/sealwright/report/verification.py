"""The verdict on a release for whoever reads a terminal: short lines, one fact each, what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sealwright.model import FileRef, Finding, Mode, State
from sealwright.project.versions import named_in
from sealwright.report.findings import COULD_NOT_JUDGE, FROM_BAD_TO_GOOD, details, headline, plain, word_for
from sealwright.verify import own_word
from sealwright.verify.anybody import Answer
from sealwright.verify.evidence import Accept, Scope
from sealwright.verify.question import Question, owner_and_name, workflow_of
from sealwright.verify.trust_root import TrustRoot
from sealwright.verify.vouched import judge_vouched

if TYPE_CHECKING:
    from sealwright.verify.changes.model import Changes

_WIDTH = 18
_TEXT = 78


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it was asked with."""

    answer: Answer
    question: Question
    root: TrustRoot
    now: dt.datetime
    """UTC; only to say how old the trust root is."""
    targets: tuple[str, ...]
    """As they were typed."""
    scope: Scope = Scope.ASSETS
    own_root: bool = False
    """Whether the asker brought the trust root."""
    asked: str = ""
    """Who was asked over the network; empty where nobody was."""
    changes: Changes | None = None
    """Since an earlier release; None where none was named, or where it is not known."""


def lines(judged: Judged) -> Iterator[str]:
    """The whole report."""
    verdict = judged.answer.verdict
    yield f"{_title(verdict.subjects)} in {plain(' '.join(judged.targets))} ({judged.scope}). {_asked(judged)}."
    yield _root_line(judged)
    yield ""
    for check in dict.fromkeys(finding.check for finding in verdict.findings):
        yield _row(judged, check, verdict.of(check))
    yield from _attention(judged)
    yield ""
    yield conclusion(judged)
    yield from alternative(judged)
    yield from (f"  {plain(subject.name)}  sha256:{subject.sha256}" for subject in verdict.subjects)
    said = tuple(meaning(judged))
    yield from ("", *said) if said else ()
    if judged.changes is not None:
        yield from _changed(judged.changes)
    if verdict.blocking:
        yield f"Why: sealwright verify --explain {verdict.blocking[0].code}"


def _asked(judged: Judged) -> str:
    return f"Asked {judged.asked}" if judged.asked else "Offline"


def _changed(changes: Changes) -> Iterator[str]:
    from sealwright.report.changes import note_lines  # noqa: PLC0415 - only where it is asked for

    return note_lines(changes)


def _title(subjects: tuple[FileRef, ...]) -> str:
    count = f"{len(subjects)} distribution{'s' * (len(subjects) != 1)}"
    names = {named_in(subject.name) for subject in subjects}
    match [*names]:
        case [(str(project), version)]:
            return f"{project} {version}, {count}"
    return count


def _root_line(judged: Judged) -> str:
    newest = judged.root.newest
    age = (judged.now - newest).days
    return f"Trust root: {given_by(judged)}, newest key of {newest:%Y-%m-%d} ({age} day{'s' * (age != 1)} old)."


def given_by(judged: Judged) -> str:
    """Whose trust root it was judged with."""
    if judged.answer.mode is Mode.REHEARSAL:
        return "a rehearsal's own"
    return "the one you gave" if judged.own_root else "sigstore public-good"


def _row(judged: Judged, check: str, findings: tuple[Finding, ...]) -> str:
    states = {finding.state for finding in findings}
    worst = next(state for state in FROM_BAD_TO_GOOD if state in states)
    stops = any(finding in judged.answer.verdict.blocking for finding in findings)
    word = word_in_release(next(finding for finding in findings if finding.state is worst), stops=stops)
    text = " ".join(plain(_note(judged, check, worst, findings)).split())
    return f"  {word:<6}  {check:<{_WIDTH}} {text if len(text) <= _TEXT else text[: _TEXT - 1] + '…'}".rstrip()


def word_in_release(finding: Finding, *, stops: bool) -> str:
    """The word for a finding about a release: what the project says of itself holds by its own word alone."""
    return "self" if finding.check == own_word.CHECK and finding.state is State.PASS else word_for(finding, stops=stops)


def _note(judged: Judged, check: str, worst: State, findings: tuple[Finding, ...]) -> str:
    these = [finding for finding in findings if finding.state is worst]
    match worst:
        case State.PASS:
            return _passed(judged, check, these)
        case State.SKIPPED | State.UNAVAILABLE:
            return these[0].found or these[0].code
    codes = ", ".join(dict.fromkeys(finding.code for finding in these))
    return codes if len(these) > 1 or not these[0].hint else f"{codes}: {these[0].hint}"


def _passed(judged: Judged, check: str, these: list[Finding]) -> str:
    claims = judged.answer.claims
    if check == "signer" and claims is not None:
        ref = claims.ref.removeprefix("refs/tags/")
        return f"{len(these)}/{len(these)} by {owner_and_name(claims)} {_workflow(judged)} @ {ref}"
    if len(these) == 1:
        return these[0].found or these[0].subject
    said = {finding.found for finding in these}
    return f"{len(these)}/{len(these)}" + (f" {said.pop()}" if len(said) == 1 and said != {""} else "")


def _workflow(judged: Judged) -> str:
    claims = judged.answer.claims
    named = judged.question.workflow or (workflow_of(claims) if claims else "")
    return named.rpartition("/")[2]


def _attention(judged: Judged) -> Iterator[str]:
    """What stands in the way or is worth a look; what is wrong with several files alike is said once."""
    blocking = set(judged.answer.verdict.blocking)
    alike: dict[Finding, list[Finding]] = {}
    for finding in dict.fromkeys(judged.answer.verdict.findings):
        if finding in blocking or finding.state is State.FAIL:
            alike.setdefault(replace(finding, subject="", check=""), []).append(finding)
    for first, *others in alike.values():
        yield ""
        more = f" and {len(others)} more" if others else ""
        yield headline(first.about(f"{first.subject or first.check}{more}"), stops=first in blocking)
        yield from details(first)


def conclusion(judged: Judged) -> str:
    """The verdict in one line."""
    verdict = judged.answer.verdict
    counts = {state: len({f.check for f in verdict.findings if f.state is state}) for state in State}
    open_ = f"{counts[State.UNAVAILABLE]} not looked at, {counts[State.ABSENT]} absent."
    if verdict.passed:
        rehearsed = ", as a rehearsal and not as a release" if judged.answer.mode is Mode.REHEARSAL else ""
        less = "" if judged.question.accept is Accept.RELEASE else f", accepting `{judged.question.accept}`"
        return f"PASSED  {len(verdict.required)} required checks{rehearsed}{less}. {open_}"
    if verdict.exit_code == 1:
        count = len({finding.check for finding in verdict.blocking})
        return f"FAILED  {count} check{'s' * (count != 1)} stand{'s' * (count == 1)} in the way. {open_}"
    return f"{COULD_NOT_JUDGE}  {open_}"


def alternative(judged: Judged) -> Iterator[str]:
    """What could be asked for instead, where nothing is wrong and something is missing: others release otherwise."""
    verdict, repository = judged.answer.verdict, judged.question.repository
    if verdict.exit_code != 1 or not repository or any(f.state is not State.ABSENT for f in verdict.blocking):
        return
    for accept in (Accept.PROVENANCE, Accept.SIGNED):
        vouched = list(judge_vouched(verdict.subjects, verdict.findings, accept))
        if judged.question.accept is Accept.RELEASE and all(finding.state is State.PASS for finding in vouched):
            yield "Nothing here is wrong; it is not all that a release by Sealwright has. If it is enough for you:"
            yield f"  add `--accept {accept}`"
            return


def meaning(judged: Judged) -> Iterator[str]:
    """What a verdict that passed proves, and what not; nothing about another one."""
    claims = judged.answer.claims
    if not judged.answer.verdict.passed or claims is None:
        return
    yield (
        f"Proves: {_workflow(judged)} in {owner_and_name(claims)} signed for these bytes at {claims.commit[:7]}. "
        "You named the repository; we did not."
    )
    yield f"Does not prove: that {claims.commit[:7]} was reviewed, or harmless."
