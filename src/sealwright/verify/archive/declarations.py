"""Whether METADATA says of a project what the commit declares: everything but dependencies, which weigh more."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from sealwright.project.declared import Declared, Licence, People, Readme, Unknown, addressed, label_of, people
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.comparison import Comparison
from sealwright.verify.archive.metadata import CoreMetadata, comparable
from sealwright.verify.archive.patterns import matches

_CODE = "declaration-differs"
_DERIVED = ("License ::", "Programming Language ::")
_NEVER = ("provides-dist", "obsoletes-dist", "requires-external", "provides", "obsoletes", "requires")
"""Fields that no declaration leads to, and that say something about other projects."""


def compare_declarations(metadata: CoreMetadata, commit: Commit) -> Comparison:
    """Every field that is declared statically; values are compared as sets, since backends sort them as they like."""
    declared = commit.declared
    if metadata.older_than((2, 0)):
        declared = _as_far_as_told(declared, metadata)
    seen = Comparison(declared.where)
    _text(seen, "summary", declared.summary, metadata.one("summary"))
    _words(seen, declared.keywords, metadata.one("keywords"))
    _classifiers(seen, declared, metadata.all("classifier"))
    _urls(seen, declared.urls, metadata)
    _people(seen, "author", declared.authors, metadata, one=declared.names_one_person)
    _people(seen, "maintainer", declared.maintainers, metadata, one=declared.names_one_person)
    _licence(seen, declared.licence, metadata)
    _licence_files(seen, declared.licence_files, metadata.all("license-file"), commit)
    _readme(seen, declared.readme, metadata)
    if not isinstance(declared.summary, Unknown):
        for name in _NEVER:
            if metadata.all(name):
                seen.differ(_CODE, name, metadata.all(name), ())
    return seen


def _as_far_as_told(declared: Declared, metadata: CoreMetadata) -> Declared:
    """Without what a PKG-INFO of the first formats leaves out: flit before version 3.3 wrote a few fields only."""
    left_out = Unknown("an older backend left it out of this PKG-INFO")
    if not metadata.all("classifier"):
        declared = replace(declared, classifiers=left_out)
    if not metadata.all("keywords"):
        declared = replace(declared, keywords=left_out)
    return declared if metadata.body else replace(declared, readme=left_out)


def _text(seen: Comparison, name: str, declared: str | Unknown, found: str) -> None:
    if seen.open(name, declared) and _one_line(str(declared)) != _one_line(found):
        seen.differ(_CODE, name, [found], [str(declared)])


def _words(seen: Comparison, declared: frozenset[str] | Unknown, found: str) -> None:
    if not seen.open("keywords", declared) or isinstance(declared, Unknown):
        return
    # Commas, spaces or both: nothing but a search engine reads them.
    ours = {part for word in declared for part in re.split(r"[,\s]+", word) if part}
    theirs = set(filter(None, re.split(r"[,\s]+", found)))
    _sets(seen, "keywords", theirs, ours)


def _classifiers(seen: Comparison, declared: Declared, found: tuple[str, ...]) -> None:
    ours = declared.classifiers
    if not seen.open("classifiers", ours) or isinstance(ours, Unknown):
        return
    derived = {line for line in found if declared.adds_classifiers and line.startswith(_DERIVED)}
    _sets(seen, "classifiers", set(found) - (derived - ours), ours)


def _urls(seen: Comparison, declared: frozenset[tuple[str, str]] | Unknown, metadata: CoreMetadata) -> None:
    if not seen.open("urls", declared) or isinstance(declared, Unknown):
        return
    found = set()
    for line in metadata.all("project-url"):
        label, _, url = line.partition(",")
        found.add((label_of(label), url.strip()))
    addresses = {url for _, url in declared}
    for name, label in (("home-page", "homepage"), ("download-url", "download")):
        # Poetry writes the repository there where there is no homepage.
        found |= {(label, url) for url in metadata.all(name) if (label, url) in declared or url not in addresses}
    _sets(seen, "urls", {f"{label}, {url}" for label, url in found}, {f"{label}, {url}" for label, url in declared})


def _people(seen: Comparison, role: str, declared: People | Unknown, metadata: CoreMetadata, *, one: bool) -> None:
    if not seen.open(f"{role}s", declared) or isinstance(declared, Unknown):
        return
    named, written = people(metadata.all(role), ()), addressed(metadata.all(f"{role}-email"))
    found = _normal((*named.names, *written.names, *written.emails))
    ours = _normal((*declared.names, *declared.emails))
    if one and found and found <= ours:
        return
    _sets(seen, f"{role}s", found, ours)


def _licence(seen: Comparison, declared: Licence | Unknown, metadata: CoreMetadata) -> None:
    if not seen.open("licence", declared) or isinstance(declared, Unknown):
        return
    found = (*metadata.all("license-expression"), *metadata.all("license"))
    allowed = {_one_line(value).casefold() for value in declared.values}
    # Before Metadata 2.4 there was no field for an expression, and some backends wrote none at all.
    if not found and (declared.optional or not allowed or metadata.older_than((2, 4))):
        return
    if not found or any(_one_line(value).casefold() not in allowed for value in found):
        seen.differ(_CODE, "licence", map(_start, found), map(_start, declared.values))


def _licence_files(
    seen: Comparison, patterns: tuple[str, ...] | Unknown, found: tuple[str, ...], commit: Commit
) -> None:
    if isinstance(patterns, Unknown):
        # The backend chose them, and may name the one at the root of the repository; each is committed all the same.
        expected = {path for path in found if posixpath.basename(path) in commit.names_anywhere}
    else:
        seen.compared.append("licence files")
        expected = {path for path in commit.files if any(matches(path, pattern) for pattern in patterns)}
    _sets(seen, "licence files", set(found), expected)


def _readme(seen: Comparison, declared: Readme | Unknown, metadata: CoreMetadata) -> None:
    if not seen.open("readme", declared) or isinstance(declared, Unknown):
        return
    if comparable(declared.text) != metadata.body:
        expected = f"the committed text of {len(declared.text)} characters"
        seen.differ(_CODE, "readme", [f"another text of {len(metadata.body)} characters"], [expected])
    kind = metadata.one("description-content-type").partition(";")[0].strip().lower()
    if declared.content_type and kind != declared.content_type:
        seen.differ(_CODE, "readme content type", [kind], [declared.content_type])


def _sets(seen: Comparison, name: str, found: set[str] | frozenset[str], expected: set[str] | frozenset[str]) -> None:
    if found != expected:
        seen.differ(_CODE, name, sorted(found - expected), sorted(expected - found))


def _normal(words: Iterable[str]) -> set[str]:
    return {unicodedata.normalize("NFC", word).strip('"') for word in words}


def _one_line(text: str) -> str:
    return " ".join(line for part in text.split("\n") for line in part.strip().removeprefix("|").split())


def _start(text: str) -> str:
    return text.strip().split("\n")[0][:80]
