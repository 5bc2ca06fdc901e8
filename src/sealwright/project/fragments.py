"""Changes that wait in files of their own, in the layout of towncrier, made into the entry of a release.

https://towncrier.readthedocs.io/en/stable/configuration.html. Towncrier itself is not run: it would be a program of no
lock, and a template of the project is code. What it would write with its own templates is written here, byte for
byte; a configuration that needs more is refused.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from sealwright.config.reading import parse_toml
from sealwright.errors import UsageError
from sealwright.project.reading import PYPROJECT
from sealwright.project.tables import Reader, read_text, strings, table, text
from sealwright.project.unreleased import Moving

_OWN_FILE = "towncrier.toml"
_IGNORED = (".gitignore", ".gitkeep", ".keep", "readme", "readme.md", "readme.rst")
_TYPES = {
    "feature": ("Features", True),
    "bugfix": ("Bugfixes", True),
    "doc": ("Improved Documentation", True),
    "removal": ("Deprecations and Removals", True),
    "misc": ("Misc", False),
}
_UNDERLINES = ("=", "-", "~")


@dataclass(frozen=True, slots=True)
class Towncrier:
    """[tool.towncrier], as far as it matters here."""

    filename: str
    """The changelog, from the project's directory."""
    directory: str
    """Where the fragments are, from the project's directory."""
    name: str
    """The project, as titles have it; empty where they do without."""
    title: str
    """The format of a title; empty for towncrier's own."""
    issue: str | None
    """The format of a reference."""
    start: str
    """The text below which a new entry goes."""
    underlines: tuple[str, ...]
    types: Mapping[str, tuple[str, bool]]
    """Suffix to (title, whether the text is shown), in the order of the entry."""
    orphan: str
    """How the names of fragments without a reference begin."""
    ignored: tuple[str, ...]

    @property
    def markdown(self) -> bool:
        """Whether the changelog is Markdown; reStructuredText otherwise."""
        return self.filename.endswith(".md")

    def parsed(self, name: str) -> tuple[str, str] | None:
        """(reference, type) of a file's name; None where it is no fragment."""
        if any(fnmatch(name.lower(), pattern) for pattern in (*_IGNORED, *map(str.lower, self.ignored))):
            return None
        parts = name.split(".")
        at = next((at for at in reversed(range(1, len(parts))) if parts[at] in self.types), None)
        if at is None:
            return None
        issue = ".".join(parts[:at]).strip()
        if self.orphan and issue.startswith(self.orphan):
            return "", parts[at]
        return str(int(issue)) if issue.isdigit() else issue, parts[at]


def towncrier_of(read: Reader) -> Towncrier | None:
    """The project's configuration; None where there is none. Raises UsageError (`towncrier-unsupported`)."""
    own = read_text(read, _OWN_FILE)
    document = parse_toml(read_text(read, PYPROJECT) or "", PYPROJECT)
    settings = table(parse_toml(own, _OWN_FILE) if own is not None else document, "tool", "towncrier")
    if own is None and "towncrier" not in table(document, "tool"):
        return None
    _require_plain(settings)
    project = text(document, "project", "name") or ""
    package = text(settings, "package") or project
    filename = text(settings, "filename") or "NEWS.rst"
    start = ".. towncrier release notes start\n"
    if filename.endswith(".md"):
        start = "<!-- towncrier release notes start -->\n"
    beside = posixpath.join(text(settings, "package_dir") or ".", package, "newsfragments")
    return Towncrier(
        filename=filename,
        directory=posixpath.normpath(text(settings, "directory") or beside),
        name=text(settings, "name") or (package if project else ""),
        title=text(settings, "title_format") or "",
        issue=text(settings, "issue_format"),
        start=_string(settings, "start_string") or start,
        underlines=strings(settings, "underlines") or _UNDERLINES,
        types=_types(settings),
        orphan=_string(settings, "orphan_prefix", "+"),
        ignored=strings(settings, "ignore"),
    )


def rendered(config: Towncrier, fragments: Mapping[str, str], moving: Moving) -> str:
    """The entry that towncrier would write. `fragments` is file name to content.

    Raises UsageError (`changelog-empty`).
    """
    sorted_out = _sorted(config, fragments)
    if not sorted_out and not moving.nothing:
        raise UsageError(
            "changelog-empty",
            f"{config.directory} holds no fragment, so there is nothing to say about {moving.version}",
            hint=f"add one, such as {config.directory}/123.{next(iter(config.types))}, commit, and run this again",
        )
    parts = [_heading(config, moving), "\n"]
    parts += [_block(config, kind, entries) for kind, entries in sorted_out]
    parts += [] if sorted_out else ["No significant changes.\n\n", "" if config.markdown else "\n"]
    return "".join(parts) + ("\n" if config.markdown else "")


def with_entry(news: str | None, config: Towncrier, entry: str) -> str:
    """The changelog's text with a new entry where towncrier puts it."""
    before, found, after = (news or "").partition(config.start)
    header, body = (f"{before.rstrip()}\n\n{config.start}\n", after.lstrip()) if found else ("", before.lstrip())
    return header + (entry + body if body else entry.rstrip() + "\n")


def _require_plain(settings: Mapping[str, Any]) -> None:
    wrong = [key for key in ("section", "wrap", "issue_pattern") if settings.get(key)]
    wrong += ["template"] if settings.get("template", "towncrier:default") != "towncrier:default" else []
    wrong += [key for key in ("single_file", "all_bullets", "title_format") if settings.get(key) is False]
    wrong += ["issue_format"] if "]: " in str(settings.get("issue_format", "")) else []
    if wrong:
        raise UsageError(
            "towncrier-unsupported",
            f"[tool.towncrier] sets {', '.join(wrong)}, and only towncrier itself knows what comes of that",
            hint="`towncrier build --yes --version VERSION`, commit, then `sealwright prepare VERSION`",
        )


def _types(settings: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    named = table(settings, "fragment")
    if named:
        return {
            key: (text(named, key, "name") or key.capitalize(), table(named, key).get("showcontent") is not False)
            for key in sorted(named)
        }
    listed = settings.get("type")
    entries = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    return {
        str(item.get("directory", str(item.get("name", "")).lower())): (
            str(item.get("name", "")),
            item.get("showcontent") is not False,
        )
        for item in entries
    } or dict(_TYPES)


def _string(settings: Mapping[str, Any], key: str, default: str = "") -> str:
    value = settings.get(key, default)
    return value if isinstance(value, str) else default


_Entries = list[tuple[str, list[str]]]


def _sorted(config: Towncrier, fragments: Mapping[str, str]) -> list[tuple[str, _Entries]]:
    """By type, in the configured order: each text once, with all its references."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, content in sorted(fragments.items()):
        parsed = config.parsed(name)
        if parsed is None:
            continue
        issue, kind = parsed
        shown = "\n".join(f"  {line}" if line.strip() else line for line in content.strip().splitlines())[2:]
        issues = found[kind]["" if issue and not config.types[kind][1] else shown]
        issues += [issue] if issue else []
    return [(kind, sorted(_entries(found[kind]), key=_entry_key)) for kind in config.types if kind in found]


def _entries(texts: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    for content, issues in texts.items():
        yield content, sorted(issues, key=_issue_key)


def _entry_key(entry: tuple[str, list[str]]) -> tuple[str, list[tuple[bool, bool, str, int]]]:
    content, issues = entry
    return "" if issues else content, [_issue_key(issue) for issue in issues]


def _issue_key(issue: str) -> tuple[bool, bool, str, int]:
    """Names without a number first, plain numbers last."""
    if issue.isdigit():
        return True, True, "", int(issue)
    number = re.search(r"\d+", issue)
    if number is None:
        return False, False, issue, -1
    return False, True, issue[: number.start()] + issue[number.end() :], int(number[0])


def _heading(config: Towncrier, moving: Moving) -> str:
    if config.title:
        title = config.title.format(name=config.name, version=moving.version, project_date=moving.day)
    else:
        title = f"{config.name} {moving.version} ({moving.day})".strip()
        title = f"# {title}" if config.markdown else title
    return f"{title}\n" if config.markdown else f"{title}\n{config.underlines[0] * len(title)}\n"


def _block(config: Towncrier, kind: str, entries: _Entries) -> str:
    name = config.types[kind][0]
    if config.markdown:
        marks = re.search(r"^#+(?=\s)", config.title, re.MULTILINE) if config.title else None
        level = len(marks[0]) if marks else 0 if config.title else 1
        head = f"{'#' * (level + 1)} {name}\n\n"
    else:
        head = f"{name}\n{config.underlines[1] * len(name)}\n\n"
    lines = "".join(f"- {_line(config, content, issues)}\n" for content, issues in entries)
    return f"{head}{lines}\n" if config.markdown else f"{head}{lines}\n\n"


def _line(config: Towncrier, content: str, issues: list[str]) -> str:
    references = ", ".join(_reference(config, issue) for issue in issues)
    if re.search(r"::\n\n(?:(?:  [ \t]+[^\n]*)?\n)*  [ \t]+[^\n]*$", content):
        content += "\n\n "  # a reference right behind a block of code would be part of it
    if not content or not references:
        return content or references
    listed = config.markdown and ("\n  - " in content or "\n  * " in content)
    return f"{content}\n\n  ({references})" if listed else f"{content} ({references})"


def _reference(config: Towncrier, issue: str) -> str:
    if config.issue is not None:
        return config.issue.format(issue=issue)
    return f"#{issue}" if issue.isdigit() else issue
