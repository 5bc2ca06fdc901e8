"""Tables in Markdown, and a document in which the parts between markers are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; what it shows may contain anything."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row([str(cell) for cell in row]) for row in rows)]
    return "\n".join(lines)


def details(summary: str, text: str) -> str:
    """Something long, folded."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def replaced(document: str, parts: dict[str, str]) -> str:
    """`document` with each part between `<!-- begin NAME -->` and `<!-- end NAME -->` replaced.

    Raises SystemExit where there is no such place: figures that go nowhere would look like figures that did not change.
    """
    for name, text in parts.items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        document, count = pattern.subn(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", document)
        if count != 1:
            raise SystemExit(f"the document has {count} places for `{name}`, and one is expected")
    return document


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
