"""The chain as a picture: boxes and arrows in a row where there is room, below one another where there is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sealwright.report.html.answers import Answer
from sealwright.report.html.chain import Link
from sealwright.report.html.markup import Markup, element, fragment


@dataclass(frozen=True, slots=True)
class Form:
    """Measures in the picture's own units, which are pixels where it is not scaled."""

    name: str
    """`wide` or `tall`, a class of the style."""
    width: int
    """Of a box."""
    height: int
    gap: int
    letters: int
    """How many fit into a line of a box, in type whose letters are all 0.6 of its size wide."""

    @property
    def down(self) -> bool:
        """Whether one box stands below the other."""
        return self.name == "tall"


WIDE = Form("wide", 164, 104, 24, 20)
TALL = Form("tall", 328, 84, 28, 43)
_MARGIN = 3


def pictures(links: Sequence[Link]) -> Markup:
    """Both forms; the style shows the one that fits."""
    return fragment([_picture(links, WIDE), _picture(links, TALL)])


def _picture(links: Sequence[Link], form: Form) -> Markup:
    step = (form.height if form.down else form.width) + form.gap
    length = step * len(links) - form.gap + 2 * _MARGIN
    across = (form.width if form.down else form.height) + 2 * _MARGIN
    size = f"0 0 {across} {length}" if form.down else f"0 0 {length} {across}"
    said = "; ".join(f"{link.name}: {link.answer.word}" for link in links)
    parts = [part for number, link in enumerate(links) for part in _link(link, form, _MARGIN + number * step, number)]
    return element(
        "svg", *parts, class_=form.name, viewBox=size, role="img", aria_label=f"From commit to index. {said}"
    )


def _link(link: Link, form: Form, at: int, number: int) -> Iterator[Markup]:
    x, y = (_MARGIN, at) if form.down else (at, _MARGIN)
    if number:
        yield _arrow(form, x, y)
    box = {"x": str(x), "y": str(y), "width": str(form.width), "height": str(form.height), "rx": "8"}
    yield element("rect", class_=f"box {link.answer.kind}", **box)
    yield _line(x + 12, y + 24, link.name, "name")
    yield from _answer(link.answer, form, x, y)
    first = y + (50 if form.down else 72)
    for row, fact in enumerate(link.facts):
        yield _line(x + 12, first + row * 19, _short(fact, form.letters), "fact")


def _answer(answer: Answer, form: Form, x: int, y: int) -> Iterator[Markup]:
    """Shape and word: at the right of the name where a box is broad, else below it."""
    left, top = (x + form.width - 88, y + 12) if form.down else (x + 12, y + 35)
    yield answer.shape(x=str(left), y=str(top), width="16", height="16")
    yield _line(left + 22, top + 13, answer.word, f"word {answer.kind}")


def _line(x: int, y: int, said: str, kind: str) -> Markup:
    return element("text", said, x=str(x), y=str(y), class_=kind)


def _arrow(form: Form, x: int, y: int) -> Markup:
    """Into the box at (x, y) from the one before it."""
    room = form.gap - 6
    if form.down:
        middle = x + form.width // 2
        path = f"M{middle} {y - form.gap + 3}v{room}m-5 -6l5 6l5 -6"
    else:
        middle = y + form.height // 2
        path = f"M{x - form.gap + 3} {middle}h{room}m-6 -5l6 5l-6 5"
    return element("path", class_="arrow", d=path)


def _short(said: str, letters: int) -> str:
    """At most so many letters: what is cut is in the table below the picture."""
    return said if len(said) <= letters else f"{said[: letters - 1]}…"
