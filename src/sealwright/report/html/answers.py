"""What a check, or several, answered: always a word and a shape, and a colour for those who see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealwright.model import Finding, State, Verdict
from sealwright.report.findings import FROM_BAD_TO_GOOD, NOTE, weight_of
from sealwright.report.html.markup import Markup, element
from sealwright.report.verification import word_in_release

# Drawn in a square of 16: a tick, a cross in an octagon, and so on; each is told from the others without colour.
_SHAPES = {
    "ok": "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5 8.2l2.2 2.3l4-4.8",
    "fail": "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7h-5.6l-3.7-3.7v-5.6zM5.5 5.5l5 5M10.5 5.5l-5 5",
    NOTE: "M8 1.8l6.7 12.2h-13.4zM8 6v4M8 12v.1",
    "unseen": "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6 6.2a2 2 0 1 1 2.6 2q-.6.3-.6 1.1M8 11.8v.1",
    "absent": "M2 5v-3h3M11 2h3v3M14 11v3h-3M5 14h-3v-3",
    "skip": "M2 8h12",
    "self": "M8 1.5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2.5 14.5a5.5 5.5 0 0 1 11 0",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is shown."""

    word: str
    """One of `WORDS`, `note`, or `self`: passed, by the project's own word."""

    @property
    def kind(self) -> str:
        """The word as a class of the style."""
        return self.word.lower()

    def shape(self, **place: str) -> Markup:
        """Its shape, which a reader who hears the page is spared: the word follows. `place` is for inside a picture."""
        path = element("path", d=_SHAPES[self.kind])
        return element("svg", path, class_=f"mark {self.kind}", viewBox="0 0 16 16", aria_hidden="true", **place)

    def markup(self) -> Markup:
        """Shape and word."""
        return element("span", self.shape(), self.word, class_=f"answer {self.kind}")


def answer_of(finding: Finding, *, stops: bool) -> Answer:
    """The answer of one finding; what was found wanting and stops nothing is a note."""
    return Answer(word_in_release(finding, stops=stops))


def deciding(findings: Iterable[Finding], verdict: Verdict) -> Finding | None:
    """The one finding that answers for several checks: the worst. None where none of them was asked.

    What is only shown by the policy counts where it failed, and what was skipped for a reason where nothing else
    answered: neither may hide what was looked at.
    """
    counted = [f for f in findings if f.state is State.FAIL or weight_of(verdict, f.check) != "shown"]
    counted.sort(key=lambda f: (f not in verdict.blocking, FROM_BAD_TO_GOOD.index(f.state)))
    heard = [f for f in counted if f.state is not State.SKIPPED] or counted
    return heard[0] if heard else None
