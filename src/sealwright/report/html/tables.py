"""Tables that are lists on a phone: roles keep saying that they are tables where the style shows blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sealwright.report.html.markup import Markup, element


def row(labels: Sequence[str], cells: Sequence[str], kind: str = "", numbers: Iterable[int] = ()) -> Markup:
    """One row; the first cell heads it. A cell in `numbers` is set as a number."""
    set_right = set(numbers)
    first = element("th", cells[0], scope="row", role="rowheader")
    others = (
        element("td", cell, data_label=label, role="cell", class_="number" if place in set_right else "said")
        for place, (label, cell) in enumerate(zip(labels[1:], cells[1:], strict=True), 1)
    )
    return element("tr", first, *others, role="row", **({"class_": kind} if kind else {}))


def table(kind: str, caption: str, labels: Sequence[str], rows: Iterable[Markup]) -> Markup:
    """A table with a caption and named columns."""
    heads = (
        element("th", label, scope="col", role="columnheader", class_=f"c{number}")
        for number, label in enumerate(labels, 1)
    )
    head = element("thead", element("tr", *heads, role="row"), role="rowgroup")
    body = element("tbody", *rows, role="rowgroup")
    return element("table", element("caption", caption), head, body, class_=kind, role="table")
