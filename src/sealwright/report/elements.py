"""Elements of an SBOM as lines of text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sealwright.verify.sbom_elements import STANDARDS, Presence


def element_lines(elements: Iterable[Presence], required: Collection[str]) -> Iterator[str]:
    """A block for each list: one line an element, with how many components have it and where it is looked for."""
    listed = tuple(elements)
    for key, standard in STANDARDS.items():
        rows = [presence for presence in listed if presence.standard == key]
        if not rows:
            continue
        yield f"{standard.title}, {'required' if key in required else 'reported only'}"
        width = max(len(row.element) for row in rows)
        counts = max(len(_count(row)) for row in rows)
        for row in rows:
            word = _word(row, required=key in required)
            yield f"  {word:<6}  {row.element:<{width}}  {_count(row):<{counts}}  {row.place}"
        yield ""


def _word(row: Presence, *, required: bool) -> str:
    if row.complete:
        return "ok"
    return "FAIL" if required and row.needed else "note"


def _count(row: Presence) -> str:
    if row.of_document:
        return "yes" if row.present else "no"
    inside = f", {row.inside} of {row.inside_total} inside" if row.inside_total else ""
    return f"{row.present} of {row.total} components{inside}"
