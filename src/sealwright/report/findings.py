"""Findings as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sealwright.model import Finding, State, Verdict

WORDS = {
    State.PASS: "ok",
    State.FAIL: "FAIL",
    State.ABSENT: "absent",
    State.UNAVAILABLE: "unseen",
    State.SKIPPED: "skip",
}
"""The word for each answer; readable without colour."""
FROM_BAD_TO_GOOD = (State.FAIL, State.UNAVAILABLE, State.ABSENT, State.SKIPPED, State.PASS)
"""The order in which one answer stands for several."""
NOTE = "note"
COULD_NOT_JUDGE = "COULD NOT JUDGE"
"""The first words of a verdict where something required could not be looked at."""
_WIDTH = max(map(len, WORDS.values()))


def finding_lines(findings: Iterable[Finding], blocking: Iterable[Finding] = ()) -> Iterator[str]:
    """One line a finding, and a block with expected, found and fix for each that needs attention."""
    stopping = set(blocking)
    for finding in findings:
        yield headline(finding, stops=finding in stopping)
        if finding.state is not State.PASS:
            yield from details(finding)


def word_for(finding: Finding, *, stops: bool) -> str:
    """The word for a finding; what was found wanting and stops nothing is a note."""
    return NOTE if finding.state is State.FAIL and not stops else WORDS[finding.state]


def headline(finding: Finding, *, stops: bool = False) -> str:
    """The finding in one line."""
    word = word_for(finding, stops=stops)
    about = f" {finding.subject}" if finding.subject else ""
    if finding.state is State.PASS:
        text = f"{finding.check}{about}" + (f": {finding.found}" if finding.found else "")
    else:
        text = f"{finding.code}{about}"
    return f"{word:<{_WIDTH}}  {plain(' '.join(text.splitlines()))}"


def details(finding: Finding) -> Iterator[str]:
    """What was expected and found, and what to do."""
    yield from labelled(("expected", finding.expected), ("found", finding.found), ("fix", finding.hint))


def labelled(*pairs: tuple[str, str]) -> Iterator[str]:
    """Texts below a headline, each behind its label; an empty one is left out."""
    for label, text in pairs:
        for number, line in enumerate(text.splitlines()):
            # A runner takes a line that starts with `::` for a command, whatever white space is in front.
            yield f"{'':<{_WIDTH}}  {label if number == 0 else '|':<8}  {plain(line)}"


def plain(text: str) -> str:
    """`text` without anything that a terminal or a runner would act on: parts of it may come from what is judged."""
    return printable(text).replace("##[", "## [")  # the older form of a runner's command, taken anywhere in a line


def printable(text: str) -> str:
    """`text` in one line in which every character can be seen, those that turn or hide others included."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def weight_of(verdict: Verdict, check: str) -> str:
    """How much a check weighs in a verdict, in a word."""
    if check in verdict.required:
        return "required"
    return "enforced" if check in verdict.enforced else "shown"
