"""The verdict on a release for whoever reads a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.model import Finding, Mode, State
from sealwright.report.findings import WORDS, details, headline
from sealwright.verify.anybody import Answer
from sealwright.verify.published import OWN_WORD
from sealwright.verify.question import Question, owner_and_name
from sealwright.verify.trust_root import TrustRoot

_WIDTH = 18
_TEXT = 60


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it was asked with."""

    answer: Answer
    question: Question
    root: TrustRoot
    now: dt.datetime
    """UTC; only to say how old the trust root is."""
    targets: list[str]
    """As they were typed."""


def lines(judged: Judged) -> Iterator[str]:
    """The whole report: short lines, one fact each, what to do next."""
    verdict = judged.answer.verdict
    yield f"{len(verdict.subjects)} distribution{'s' * (len(verdict.subjects) != 1)} in {' '.join(judged.targets)}."
    yield _root_line(judged)
    yield ""
    for check in dict.fromkeys(finding.check for finding in verdict.findings):
        yield _row(check, verdict.of(check))
    yield from _attention(judged)
    yield ""
    yield verdict_line(judged)
    yield from (f"  {subject.name}  sha256:{subject.sha256}" for subject in verdict.subjects)
    yield from meaning(judged)


def _root_line(judged: Judged) -> str:
    newest = judged.root.newest
    age = (judged.now - newest).days
    whose = "a rehearsal's own" if judged.answer.mode is Mode.REHEARSAL else "Sigstore's"
    return f"Trust root: {whose}, newest key of {newest:%Y-%m-%d} ({age} days old)."


def _row(check: str, findings: tuple[Finding, ...]) -> str:
    states = {finding.state for finding in findings}
    worst = next(state for state in _FROM_BAD_TO_GOOD if state in states)
    word = "self" if check == OWN_WORD and worst is State.PASS else WORDS[worst]
    return f"  {word:<6}  {check:<{_WIDTH}} {_note(worst, findings)}".rstrip()


_FROM_BAD_TO_GOOD = (State.FAIL, State.UNAVAILABLE, State.ABSENT, State.SKIPPED, State.PASS)


def _note(worst: State, findings: tuple[Finding, ...]) -> str:
    these = [finding for finding in findings if finding.state is worst]
    if worst is not State.PASS:
        text = these[0].found if worst in (State.SKIPPED, State.UNAVAILABLE) else ""
        return text or ", ".join(dict.fromkeys(finding.code for finding in these))
    if len(these) == 1:
        return _short(these[0].found or these[0].subject)
    said = {finding.found for finding in these}
    return _short(f"{len(these)} of {len(these)}" + (f", {said.pop()}" if len(said) == 1 and said != {""} else ""))


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def _attention(judged: Judged) -> Iterator[str]:
    blocking = set(judged.answer.verdict.blocking)
    for finding in dict.fromkeys(judged.answer.verdict.findings):
        if finding in blocking or finding.state is State.FAIL:
            yield ""
            yield headline(finding, stops=finding in blocking)
            yield from details(finding)


def verdict_line(judged: Judged) -> str:
    """The verdict in one sentence."""
    verdict = judged.answer.verdict
    states = [finding.state for finding in verdict.findings]
    open_ = (
        f"{len({f.check for f in verdict.findings if f.state is State.UNAVAILABLE})} not looked at, "
        f"{states.count(State.ABSENT)} absent."
    )
    if verdict.passed:
        rehearsed = ", as a rehearsal and not as a release" if judged.answer.mode is Mode.REHEARSAL else ""
        return f"PASSED  {len(verdict.required)} required checks{rehearsed}. {open_}"
    if verdict.exit_code == 1:
        return f"FAILED  {len({f.check for f in verdict.blocking})} checks stand in the way. {open_}"
    return f"COULD NOT JUDGE  {open_}"


def meaning(judged: Judged) -> Iterator[str]:
    """What a verdict that passed proves, and what not; nothing about another one."""
    claims = judged.answer.claims
    if not judged.answer.verdict.passed or claims is None:
        return
    yield ""
    yield (
        f"Proves: {judged.question.workflow.rpartition('/')[2]} in {owner_and_name(claims)} signed for these bytes at "
        f"{claims.commit[:7]}. You named the repository; we did not."
    )
    yield f"Does not prove: that {claims.commit[:7]} was reviewed, or harmless."
