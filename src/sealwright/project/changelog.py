"""A release's entry in a changelog, in the formats that projects use."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

_INNERMOST = 9
_NAMES = ("changelog", "changes", "history", "news")
_SUFFIXES = ("", ".md", ".rst", ".txt", ".markdown")
DATE = re.compile(r"\b\d{4}([-/])\d{1,2}\1\d{1,2}\b|\b\d{1,2}([-/.])\d{1,2}\2\d{4}\b")
VERSION = re.compile(
    r"(?<![\w.])v?(\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d*)*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_HASHES = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*?)\s*#*$")
_UNDERLINE = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
# A text file without markup: a line of its own that starts with the version.
_PLAIN = re.compile(
    r"^(?:(?:version|release|changes in)\s+)?v?\d+(?:\.\d+)+\S*\s*(?:[:(\[,-].*|\S+\s+\d{4}.*)?$", re.IGNORECASE
)
LINK = re.compile(r"^\[[^\]]+\]:\s*\S+")
UNRELEASED = re.compile(r"unreleased|\bnext\b|upcoming|in development|\btbd\b|not yet released", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """One title in a changelog."""

    line: int
    """Index of the first line that belongs to the title."""
    body: int
    """Index of the first line after it."""
    level: int
    """1 is the outermost."""
    title: str

    def names(self, version: Version) -> bool:
        """Whether the first version in the title, dates aside, is `version`."""
        found = VERSION.search(DATE.sub(" ", self.title))
        try:
            return found is not None and Version(found[0]) == version
        except InvalidVersion:
            return False


@dataclass(frozen=True, slots=True)
class Changelog:
    """A changelog's text."""

    path: str
    text: str

    def entry(self, version: str) -> str | None:
        """What is written about `version`, without the title; None where it has no entry.

        `version` is in normal form. Keep a Changelog, towncrier, reStructuredText and plain titles are understood.
        """
        lines, wanted = self.text.splitlines(), Version(version)
        titles = headings(lines)
        return _entry(lines, titles, wanted) or _entry(lines, _with_plain(lines, titles), wanted)

    @property
    def unreleased(self) -> bool:
        """Whether some title stands for what is not released yet."""
        return any(UNRELEASED.search(heading.title) for heading in headings(self.text.splitlines()))


def find_changelog(paths: Iterable[str], directory: str = ".") -> str | None:
    """The path of a usual changelog directly in `directory`, else at the root of the repository."""
    found = {path.lower(): path for path in paths}
    for folder in dict.fromkeys((directory, ".")):
        for name in _NAMES:
            for suffix in _SUFFIXES:
                candidate = posixpath.normpath(posixpath.join(folder, name + suffix)).lower()
                if candidate in found:
                    return found[candidate]
    return None


def _entry(lines: list[str], titles: list[Heading], wanted: Version) -> str | None:
    for at, heading in enumerate(titles):
        if heading.names(wanted):
            after = (later.line for later in titles[at + 1 :] if later.level <= heading.level)
            return _trimmed(lines[heading.body : next(after, len(lines))])
    return None


def headings(lines: list[str]) -> list[Heading]:
    """All titles, by the two usual markups; what looks like one in a block of code is none."""
    return sorted([*_marked(lines), *_underlined(lines)], key=lambda heading: heading.line)


def _with_plain(lines: list[str], titles: list[Heading]) -> list[Heading]:
    plain = [Heading(at, at + 1, _INNERMOST, line) for at, line in enumerate(lines) if _PLAIN.match(line)]
    return sorted([*titles, *plain], key=lambda heading: heading.line)


def _marked(lines: list[str]) -> Iterator[Heading]:
    fenced = False
    for at, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (match := _HASHES.match(line)):
            yield Heading(at, at + 1, len(match[1]), match[2])


def _underlined(lines: list[str]) -> Iterator[Heading]:
    """Titles with a line of punctuation below; levels by first appearance, as reStructuredText has it."""
    styles: list[tuple[str, bool]] = []
    for at in range(1, len(lines)):
        title, mark = lines[at - 1].rstrip(), _UNDERLINE.match(lines[at])
        if mark is None or not title.strip() or _UNDERLINE.match(title) or len(lines[at].rstrip()) < min(len(title), 4):
            continue
        over = at >= 2 and _UNDERLINE.match(lines[at - 2])
        style = (mark[1], bool(over and over[1] == mark[1]))
        if style not in styles:
            styles.append(style)
        yield Heading(at - (2 if style[1] else 1), at + 1, styles.index(style) + 1, title.strip())


def _trimmed(lines: list[str]) -> str:
    kept = list(lines)
    # Link targets at the very end belong to all entries; an explicit target before the next title belongs to that.
    while kept and (not kept[-1].strip() or LINK.match(kept[-1]) or re.match(r"^\.\. _.*:\s*$", kept[-1])):
        kept.pop()
    while kept and not kept[0].strip():
        kept.pop(0)
    return "\n".join(kept) + "\n" if kept else ""
