"""What OSV answers about one version of a package, read so that nothing left out reads as nothing found.

https://google.github.io/osv.dev/post-v1-query/, https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from sealwright.errors import Unavailable
from sealwright.verify.severity import OTHER, Rating, rating_of, word_of
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json

Package = tuple[str, str]
"""(normalised name, version in normal form)."""

CONTROL: Package = ("jinja2", "2.4.1")
"""The example in OSV's own documentation. A service that knows nothing about it has no PyPI advisories to ask."""

CHECK = "audit"
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer that is read at all."""
ECOSYSTEM = "PyPI"
AGAIN = "ask again; nothing is known about these dependencies until it answers"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
# RFC 3986, without what only a few of its readers understand.
_CHARACTERS = r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_ADDRESS = re.compile(rf"https?://{_CHARACTERS}+(?:#{_CHARACTERS}*)?")
_CWE = re.compile(r"CWE-([1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class Advisory:
    """One entry of an answer that is not withdrawn."""

    id: str
    aliases: tuple[str, ...] = ()
    """Other names of the same vulnerability, sorted."""
    fixes: tuple[Version, ...] = ()
    """Versions of the package in question that no longer have it, oldest first."""
    ratings: tuple[Rating, ...] = ()
    summary: str = ""
    """One line for people; empty where there is none."""
    cwes: tuple[int, ...] = ()
    """Numbers of kinds of weakness (https://cwe.mitre.org), sorted."""
    links: tuple[str, ...] = ()
    """Addresses of more about it, the database's own reference order."""
    published: str = ""
    """RFC 3339; empty where it is not said, as is `modified`."""
    modified: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Its id and its aliases in small letters: databases and people write them as they like."""
        return frozenset(name.lower() for name in (self.id, *self.aliases))


@dataclass(frozen=True, slots=True)
class Answer:
    """What OSV said about one version of a package."""

    advisories: tuple[Advisory, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """(code, what is wrong): parts of the answer that cannot be read, and that pip-audit drops without a word."""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    """Names, in small letters, of advisories that were withdrawn, and when."""


def read_answer(data: bytes, package: Package) -> Answer:
    """The body of an answer to `POST /v1/query` about `package`.

    `{}` says that there is no advisory; any other object has to have a list of them. Raises Unavailable
    (`audit-answer-malformed`).
    """
    try:
        document = as_object(strict_json(data, LARGEST), "the answer")
        if document and not document.keys() & {"vulns", "next_page_token"}:
            raise Malformed(f"it has {', '.join(sorted(document))[:80]}, and neither advisories nor nothing")
        entries = [_Entry(entry, package) for entry in as_list(document.get("vulns", []), "vulns")]
        live = [entry for entry in entries if not entry.withdrawn]
        problems = [problem for entry in live for problem in entry.problems()]
        if document.get("next_page_token"):
            problems.append(("audit-incomplete", "the answer has more pages, which pip-audit does not ask for"))
        return Answer(
            tuple(entry.advisory() for entry in live if not any(entry.problems())),
            tuple(problems),
            {name.lower(): entry.withdrawn for entry in entries if entry.withdrawn for name in entry.names},
        )
    except ValueError as error:  # Malformed, and a fix that is no version
        about = " ".join(package)
        message = f"not an answer of OSV about {about}: {error}"
        raise Unavailable("audit-answer-malformed", message, hint=AGAIN) from error


class _Entry:
    """An advisory as it was sent."""

    def __init__(self, entry: Any, package: Package) -> None:
        self._entry = as_object(entry, "an advisory")
        self.id = as_text(self._entry.get("id"), "an advisory's id")
        self.names = (self.id, *self._texts("aliases"))
        # pip-audit passes over an advisory as soon as it has the key.
        withdrawn = self._entry.get("withdrawn")
        self.withdrawn = "" if withdrawn is None else as_text(withdrawn, f"{self.id}: withdrawn")
        self._affected = self._about(package[0])
        self._version = Version(package[1])

    def problems(self) -> Iterator[tuple[str, str]]:
        """Why it cannot be read, or is none about the package."""
        # Absent means 1.0.0 (https://ossf.github.io/osv-schema/#schema_version-field).
        version = str(self._entry.get("schema_version", "1.0.0"))
        if version.partition(".")[0] != "1":
            yield "audit-schema", f"{self.id} is written in version {version} of OSV's schema, only 1 is known"
        elif "affected" not in self._entry:
            yield "audit-incomplete", f"{self.id} does not say what it affects, so pip-audit drops it"
        elif not self._affected:
            yield "audit-answer-unrelated", f"{self.id} is about other packages; the answer may be to another question"

    def advisory(self) -> Advisory:
        specific = self._entry.get("database_specific")
        return Advisory(
            id=self.id,
            aliases=tuple(sorted(set(self.names[1:]) - {self.id})),
            fixes=tuple(sorted(fix for fix in self._fixes() if fix > self._version)),
            ratings=tuple(dict.fromkeys(self._ratings(specific))),
            summary=" ".join(str(self._entry.get("summary") or "").split()),
            cwes=_cwes(specific),
            links=tuple(dict.fromkeys(self._links())),
            published=self._time("published"),
            modified=self._time("modified"),
        )

    def _about(self, name: str) -> list[Mapping[str, Any]]:
        affected = [as_object(a, f"{self.id}: affected") for a in self._list("affected")]
        packages = [as_object(a.get("package", {}), f"{self.id}: package") for a in affected]
        return [a for a, package in zip(affected, packages, strict=True) if _names(package, name)]

    def _fixes(self) -> set[Version]:
        ranges = [as_object(r, "a range") for a in self._affected for r in as_list(a.get("ranges") or [], "ranges")]
        events = [
            as_object(event, "an event")
            for span in ranges
            if span.get("type") == "ECOSYSTEM"
            for event in as_list(span.get("events") or [], "events")
        ]
        return {Version(as_text(event["fixed"], f"{self.id}: fixed")) for event in events if "fixed" in event}

    def _ratings(self, specific: Any) -> Iterator[Rating]:
        for owner in (self._entry, *self._affected):
            for item in as_list(owner.get("severity") or [], f"{self.id}: severity"):
                if isinstance(item, dict) and (rating := rating_of(str(item.get("type")), str(item.get("score")))):
                    yield rating
        said = specific.get("severity") if isinstance(specific, dict) else None
        if isinstance(said, str) and word_of(said):
            yield Rating(OTHER, word=word_of(said))

    def _links(self) -> Iterator[str]:
        for item in self._list("references"):
            url = item.get("url") if isinstance(item, dict) else None
            if isinstance(url, str) and _ADDRESS.fullmatch(url):
                yield url

    def _time(self, key: str) -> str:
        value = self._entry.get(key)
        return value if isinstance(value, str) and _is_time(value) else ""

    def _list(self, key: str) -> list[Any]:
        return as_list(self._entry.get(key) or [], f"{self.id}: {key}")

    def _texts(self, key: str) -> list[str]:
        return [as_text(item, f"{self.id}: {key}") for item in self._list(key)]


def _is_time(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None


def _names(package: Mapping[str, Any], name: str) -> bool:
    said = package.get("name")
    return isinstance(said, str) and canonicalize_name(said) == name and package.get("ecosystem") == ECOSYSTEM


def _cwes(specific: Any) -> tuple[int, ...]:
    said = specific.get("cwe_ids") if isinstance(specific, dict) else None
    found = [_CWE.fullmatch(item) for item in said if isinstance(item, str)] if isinstance(said, list) else []
    return tuple(sorted({int(match[1]) for match in found if match}))
