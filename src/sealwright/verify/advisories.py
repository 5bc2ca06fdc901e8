"""What pip-audit reports and what OSV answers, read so that nothing left out reads as nothing found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import Unavailable

Package = tuple[str, str]
"""(normalised name, version in normal form)."""

CONTROL: Package = ("jinja2", "2.4.1")
"""The example in OSV's own documentation. A service that knows nothing about it has no PyPI advisories to ask."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One entry of an OSV answer that is not withdrawn."""

    id: str
    ids: frozenset[str]
    """With its aliases."""
    severity: str
    """`HIGH`, a CVSS vector, or empty."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What OSV said about one version of a package."""

    advisories: tuple[Advisory, ...]
    problems: tuple[tuple[str, str], ...]
    """(code, what is wrong): parts of the answer that pip-audit drops without a word."""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One known vulnerability of one version of a package."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixes: tuple[str, ...]
    """Versions that no longer have it, oldest first."""
    severity: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """All its names."""
        return frozenset((self.id, *self.aliases))


@dataclass(frozen=True, slots=True)
class Report:
    """pip-audit's report."""

    audited: Mapping[Package, tuple[Vulnerability, ...]]
    skipped: tuple[tuple[str, str], ...]
    """(name, reason)."""


def read_report(data: bytes) -> Report:
    """`pip-audit --format json`.

    Raises Unavailable: `audit-no-answer` where there is no JSON at all, which is how pip-audit ends when it could not
    ask; `audit-report-malformed` where it is not a report.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unavailable("audit-no-answer", "pip-audit ended without a report", hint=_AGAIN) from error
    try:
        return _report(document["dependencies"])
    except (KeyError, TypeError, AttributeError, InvalidVersion) as error:
        raise Unavailable("audit-report-malformed", f"pip-audit's report: {error!r}", hint=_AGAIN) from error


_AGAIN = "run the job examine again; nothing is known about these dependencies until it answers"


def _report(dependencies: Any) -> Report:
    audited: dict[Package, tuple[Vulnerability, ...]] = {}
    skipped = []
    for entry in dependencies:
        name = str(canonicalize_name(entry["name"]))
        if "skip_reason" in entry:
            skipped.append((name, str(entry["skip_reason"])))
            continue
        version = str(Version(entry["version"]))
        audited[name, version] = _merged(_vulnerability(name, version, vuln) for vuln in entry["vulns"])
    return Report(audited, tuple(skipped))


def _vulnerability(name: str, version: str, entry: Any) -> Vulnerability:
    fixes = sorted({str(Version(fix)) for fix in entry["fix_versions"]}, key=Version)
    return Vulnerability(name, version, str(entry["id"]), tuple(sorted(map(str, entry["aliases"]))), tuple(fixes))


def _merged(found: Iterable[Vulnerability]) -> tuple[Vulnerability, ...]:
    """One entry for each vulnerability: pip-audit lists one twice whose two advisories both name a PYSEC id."""
    merged: list[Vulnerability] = []
    for vulnerability in found:
        same = [other for other in merged if other.ids & vulnerability.ids]
        merged = [other for other in merged if other not in same]
        merged.append(_union([*same, vulnerability]))
    return tuple(merged)


def _union(same: list[Vulnerability]) -> Vulnerability:
    first = same[0]
    aliases = frozenset().union(*(v.ids for v in same)) - {first.id}
    fixes = sorted({fix for v in same for fix in v.fixes}, key=Version)
    return replace(first, aliases=tuple(sorted(aliases)), fixes=tuple(fixes))


def read_answer(data: bytes) -> Answer:
    """The body of an answer to OSV's `POST /v1/query` (https://google.github.io/osv.dev/post-v1-query/).

    Raises Unavailable (`audit-answer-malformed`).
    """
    try:
        document = json.loads(data)
        problems: list[tuple[str, str]] = []
        if document.get("next_page_token"):
            problems.append(("audit-incomplete", "the answer has more pages, which pip-audit does not ask for"))
        live = [entry for entry in document.get("vulns", []) if not entry.get("withdrawn")]
        problems += [problem for entry in live for problem in _problems(entry)]
        return Answer(tuple(_advisory(entry) for entry in live), tuple(problems))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unavailable("audit-answer-malformed", f"not an answer of OSV: {error!r}", hint=_AGAIN) from error


def _problems(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    # Absent means 1.0.0 (https://ossf.github.io/osv-schema/#schema_version-field).
    version = str(entry.get("schema_version", "1.0.0"))
    if version.partition(".")[0] != "1":
        yield "audit-schema", f"{entry['id']} is written in version {version} of OSV's schema, only 1 is known"


def _advisory(entry: Mapping[str, Any]) -> Advisory:
    identifier = str(entry["id"])
    return Advisory(identifier, frozenset((identifier, *map(str, entry.get("aliases", [])))), _severity(entry))


def _severity(entry: Mapping[str, Any]) -> str:
    specific = entry.get("database_specific")
    if isinstance(specific, dict) and isinstance(specific.get("severity"), str):
        return str(specific["severity"])
    scores = [str(item["score"]) for item in entry.get("severity") or () if isinstance(item, dict) and "score" in item]
    return scores[-1] if scores else ""


def with_severity(vulnerability: Vulnerability, answer: Answer | None) -> Vulnerability:
    """The vulnerability with what OSV says of its severity, preferring a word to a vector."""
    advisories = answer.advisories if answer else ()
    known = {a.severity for a in advisories if a.severity and a.ids & vulnerability.ids}
    return replace(vulnerability, severity=min(known, key=lambda text: ("/" in text, text), default=""))
