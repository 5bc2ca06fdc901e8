"""What is not released yet, in a changelog that keeps it under a title of its own, moved under a version.

https://keepachangelog.com/ and its like: `## [Unreleased]`, `1.3.0 (unreleased)` with a line below, `## Upcoming`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import Version

from sealwright.errors import UsageError
from sealwright.project.changelog import DATE, LINK, UNRELEASED, VERSION, Heading, headings

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_RST_TARGET = re.compile(r"^\.\.(?: .*)?$")
_COMPARE = re.compile(r"(?P<head>.*/compare/)(?P<since>.+?)(?P<dots>\.{2,3})(?P<until>[^.\s]+)$")
# What may stand around version and date in a title whose form is taken over: no names, no links.
_FORM = re.compile(r"(?:[\s\[\](){},:;\u2013\u2014-]|version|release|v)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moving:
    """A release that what is unreleased becomes part of."""

    version: str
    """In normal form."""
    tag: str
    day: dt.date
    nothing: str = ""
    """What is written where there is nothing new; where empty, that is refused."""


def with_release(text: str, moving: Moving, where: str) -> str:
    """A changelog's text with what is unreleased under the title of a version; every other line stays.

    The title has the form of the release before, links that compare tags are continued, and a title that says no more
    than "Unreleased" stays, empty. Raises UsageError (`changelog-unreleased-missing`, `changelog-empty`).
    """
    lines = text.splitlines(keepends=True)
    plain = [line.rstrip("\r\n") for line in lines]
    titles = headings(plain)
    unreleased = _unreleased(titles)
    if unreleased is None:
        raise UsageError(
            "changelog-unreleased-missing",
            f"{where} has neither an entry for {moving.version} nor a title for what is not released",
            hint=f"write what {moving.version} changes under a title `Unreleased`, or under its own, and commit",
        )
    end = next((t.line for t in titles if t.line > unreleased.line and t.level <= unreleased.level), len(lines))
    newline = "\r\n" if lines[unreleased.line].endswith("\r\n") else "\n"
    body = lines[unreleased.body : end]
    if not _says_something(body, titles, unreleased.body):
        body = [newline, f"{_nothing(moving, where)}{newline}", newline, *_links(body)]
    title = _title(plain, titles, unreleased, moving)
    new = [line + newline for line in _titled(plain, unreleased, title)]
    kept = [] if _version_in(unreleased.title) else [*lines[unreleased.line : unreleased.body], newline]
    moved = [*lines[: unreleased.line], *kept, *new, *body, *lines[end:]]
    return "".join(_linked(moved, moving, newline))


def _unreleased(titles: list[Heading]) -> Heading | None:
    """The title for what is to come, which stands above every release."""
    for title in titles:
        if UNRELEASED.search(title.title):
            return title
        if _version_in(title.title):
            return None
    return None


def _version_in(title: str) -> str | None:
    found = VERSION.search(DATE.sub(" ", title))
    return found[0] if found else None


def _says_something(body: list[str], titles: list[Heading], start: int) -> bool:
    covered = {line - start for title in titles for line in range(title.line, title.body)}
    text = "".join(line for at, line in enumerate(body) if at not in covered)
    remaining = _COMMENT.sub("", text).splitlines()
    return any(line.strip() and not LINK.match(line) and not _RST_TARGET.match(line) for line in remaining)


def _links(body: list[str]) -> list[str]:
    """Targets of links at the end of the file, which belong to all entries."""
    return [line for line in body if LINK.match(line)]


def _nothing(moving: Moving, where: str) -> str:
    if moving.nothing:
        return moving.nothing
    raise UsageError(
        "changelog-empty",
        f"nothing is written under the unreleased part of {where}",
        hint=f"write what {moving.version} changes for those who use it, commit, and run this again",
    )


def _title(lines: list[str], titles: list[Heading], unreleased: Heading, moving: Moving) -> str:
    """The new title, in the form of the release before where that is plain."""
    for title in titles:
        version = _version_in(title.title) if title.line > unreleased.line and title.level == unreleased.level else None
        if version:
            date = DATE.search(title.title)
            rest = title.title.replace(version, "", 1).replace(date[0] if date else "", "", 1)
            day = _like(date[0], moving.day) if date else ""
            if _FORM.fullmatch(rest) and (day or not date):
                number = version.lstrip("vV")
                # The date first: it may well hold what looks like the version.
                return title.title.replace(date[0] if date else "\0", day, 1).replace(number, moving.version, 1)
            break
    linked = unreleased.title.startswith("[") and any(LINK.match(line) for line in lines)
    return f"[{moving.version}] - {moving.day}" if linked else f"{moving.version} - {moving.day}"


def _like(written: str, day: dt.date) -> str:
    """`day` as the date that is written, year first; empty for another order, which could be either of two."""
    found = re.fullmatch(r"\d{4}([-/])\d{2}\1\d{2}", written)
    return f"{day:%Y}{found[1]}{day:%m}{found[1]}{day:%d}" if found else ""


def _titled(lines: list[str], old: Heading, title: str) -> Iterator[str]:
    """The lines of a title like `old`: marks in front, or a line above and below that is as long as the text."""
    span = lines[old.line : old.body]
    if len(span) == 1:
        yield span[0].replace(old.title, title, 1)
        return
    for line in span:
        beyond = max(0, len(line.strip()) - len(old.title))
        yield title if line.strip() == old.title else line.strip()[0] * (len(title) + beyond)


def _linked(lines: list[str], moving: Moving, newline: str) -> Iterator[str]:
    """All lines, with `[Unreleased]: .../compare/v1.2.2...HEAD` continued from the new tag."""
    for line in lines:
        name, _, address = line.rstrip("\r\n").partition("]:")
        compared = _COMPARE.fullmatch(address.strip()) if UNRELEASED.fullmatch(name[1:]) else None
        if not name.startswith("[") or compared is None:
            yield line
            continue
        head, dots = compared["head"], compared["dots"]
        yield f"{name}]: {head}{moving.tag}{dots}{compared['until']}{newline}"
        yield f"[{Version(moving.version)}]: {head}{compared['since']}{dots}{moving.tag}{newline}"
