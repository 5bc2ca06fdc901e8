"""The draft of a security advisory about a withdrawn version, in the two shapes that it is handed on in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sealwright.config.policy import Withdrawn
from sealwright.endpoints import GITHUB_URL, PYPI_URL

SEVERITIES = ("low", "medium", "high", "critical")
_SCHEMA = "1.6.7"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an advisory is about."""

    project: str
    """Normalised."""
    repository: str
    """`owner/name`."""
    entry: Withdrawn
    affected: tuple[str, ...]
    """Versions, lowest first, at least one."""
    fixed: str | None
    """The version to go to; None where there is none yet."""
    severity: str
    """One of SEVERITIES."""

    @property
    def summary(self) -> str:
        """One line."""
        return f"{self.project} {self.entry.version} was withdrawn: {self.entry.reason}"

    @property
    def details(self) -> str:
        """A text to go on from, in Markdown."""
        go = f"Upgrade to {self.fixed} or higher." if self.fixed else "No fixed version has been published yet."
        pinned = "Yanking does not reach whoever has pinned the version: installers go on installing it by exact pin."
        return (
            f"{self.entry.reason}\n\n### Affected\n\n{', '.join(self.affected)}\n\n### What to do\n\n{go} {pinned}\n\n"
            "### What happened\n\nDRAFT: say what the version does, since when, and how it came to be released.\n"
        )


def osv(subject: Subject, now: dt.datetime) -> dict[str, Any]:
    """An entry as https://ossf.github.io/osv-schema/ has it; `now` is in UTC.

    The id is of the kind that https://github.com/pypa/advisory-database replaces when it takes an entry in.
    """
    end = {"fixed": subject.fixed} if subject.fixed else {"last_affected": subject.affected[-1]}
    package = {"ecosystem": "PyPI", "name": subject.project, "purl": f"pkg:pypi/{subject.project}"}
    events = [{"introduced": subject.affected[0]}, end]
    tag_page = f"{GITHUB_URL}/{subject.repository}/releases"
    return {
        "schema_version": _SCHEMA,
        "id": f"PYSEC-0000-{subject.project}-{subject.entry.version}",
        "modified": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": subject.summary,
        "details": subject.details,
        "affected": [
            {
                "package": package,
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
                "versions": list(subject.affected),
            }
        ],
        "references": [
            {"type": "PACKAGE", "url": f"{PYPI_URL}/project/{subject.project}/"},
            {"type": "WEB", "url": tag_page},
        ],
        "database_specific": {"severity": subject.severity.upper()},
    }


def ghsa(subject: Subject) -> dict[str, Any]:
    """What GitHub takes for a new repository security advisory.

    https://docs.github.com/en/rest/security-advisories/repository-advisories#create-a-repository-security-advisory
    """
    first, last = subject.affected[0], subject.affected[-1]
    if subject.fixed:
        versions = f">= {first}, < {subject.fixed}"
    else:
        versions = f"= {first}" if first == last else f">= {first}, <= {last}"
    vulnerability = {
        "package": {"ecosystem": "pip", "name": subject.project},
        "vulnerable_version_range": versions,
        "patched_versions": subject.fixed,
    }
    return {
        "summary": subject.summary[:1024],
        "description": subject.details,
        "severity": subject.severity,
        "vulnerabilities": [vulnerability],
    }
