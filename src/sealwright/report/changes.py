"""What changed between two releases, for a terminal and for the page that the approver reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from sealwright.report.findings import plain
from sealwright.report.markdown import code
from sealwright.verify.changes.model import Change, Changes, Kind

_LINES = 40
"""Changes that are shown one by one; all are counted, and in the JSON."""
_ROWS = 60
_NOUNS = {
    Kind.PUBLISHER: "publisher",
    Kind.NATIVE_CODE: "native code",
    Kind.AT_START: "run at every start",
    Kind.ENTRY_POINT: "entry points",
    Kind.BUILD: "build",
    Kind.DEPENDENCY: "dependencies",
    Kind.DISTRIBUTION: "distributions",
    Kind.REQUIRES_PYTHON: "Requires-Python",
    Kind.LICENCE: "licence",
    Kind.PACKAGE: "packages by SBOM",
    Kind.FILE: "files",
    Kind.SIZE: "sizes",
}
_FIRST = 3


def in_short(changes: Changes) -> str:
    """The whole in a few words, with the first of what deserves a look."""
    look = [f"{change.kind} {change.subject}" for change in changes.first]
    more = f" and {len(look) - _FIRST} more" if len(look) > _FIRST else ""
    first = f"look first at {', '.join(look[:_FIRST])}{more}; in all " if look else ""
    return f"since {changes.earlier}: {first}{_counted(changes)}"


def as_json(changes: Changes | None) -> dict[str, Any] | None:
    """For programs; None where nothing was compared."""
    return None if changes is None else asdict(changes)


def note_lines(changes: Changes) -> Iterator[str]:
    """Notes below a verdict: what to look at first, the rest, and what could not be compared."""
    yield ""
    yield f"Changed since {changes.earlier}; notes, no part of the verdict:"
    for change in islice(changes.changes, _LINES):
        yield plain(f"  {'look' if change.look else '':<6}  {change.kind:<18} {change.subject}: {_told(change)}")
    hidden = sum(changes.counts.values()) - min(len(changes.changes), _LINES)
    if hidden:
        yield f"          and {hidden} more"
    if not changes.changes:
        yield "          nothing that was compared"
    yield from (plain(f"  unseen  {text}") for text in changes.unseen)


def markdown(changes: Changes) -> str:
    """The same for the approver. Names come from archives, so none of them is taken as Markdown."""
    first = [
        f"- **look** {code(change.kind)} {code(change.subject)}: {code(_told(change))}" for change in changes.first
    ]
    first = first[:_ROWS] + ([f"- and {len(first) - _ROWS} more"] if len(first) > _ROWS else [])
    rest = [change for change in changes.changes if not change.look]
    rows = [f"| {code(change.kind)} | {code(change.subject)} | {code(_told(change))} |" for change in rest[:_ROWS]]
    hidden = sum(changes.counts.values()) - len(changes.first) - len(rows)
    table = [
        "| kind | what | change |",
        "| --- | --- | --- |",
        *rows,
        *([f"| | and {hidden} more | |"] if hidden else []),
    ]
    parts = (
        f"### What changes since {code(changes.earlier)}",
        f"In all: {_counted(changes)}.",
        "\n".join(first),
        f"<details><summary>Everything else</summary>\n\n{chr(10).join(table)}\n\n</details>" if rows else "",
        "\n".join(f"- not compared: {code(text)}" for text in changes.unseen),
    )
    return "\n\n".join(part for part in parts if part)


def _counted(changes: Changes) -> str:
    counted = ", ".join(f"{_NOUNS[kind]} {changes.counts[kind]}" for kind in Kind if changes.counts.get(kind))
    return counted or "nothing that was compared"


def _told(change: Change) -> str:
    if not change.before:
        return f"new, {change.after}" if change.after else "new"
    return f"{change.before} -> {change.after}" if change.after else f"gone, {change.before}"
