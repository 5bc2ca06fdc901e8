"""A few real advisories in OSV's format, and a service that answers from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONTROL = {
    "schema_version": "1.6.0",
    "id": "PYSEC-2014-8",
    "aliases": ["CVE-2014-1402", "GHSA-8r7q-cvjq-x353"],
    "modified": "2021-07-05T00:01:22Z",
    "published": "2014-05-19T14:55:00Z",
    "details": "The default configuration for bccache.FileSystemBytecodeCache in Jinja2 before 2.7.2 does not ...",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.7.2"}]}],
        }
    ],
}
REQUESTS = {
    "schema_version": "1.6.0",
    "id": "PYSEC-2018-28",
    "aliases": ["CVE-2018-18074", "GHSA-x84v-xcm2-53pg"],
    "modified": "2021-07-05T00:01:25Z",
    "published": "2018-10-09T17:29:00Z",
    "details": "The Requests package before 2.20.0 sends an HTTP Authorization header to an http URI ...",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
    "affected": [
        {
            "package": {"name": "requests", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}],
        }
    ],
}
REQUESTS_GHSA = {
    **REQUESTS,
    "id": "GHSA-x84v-xcm2-53pg",
    "aliases": ["CVE-2018-18074", "PYSEC-2018-28"],
    "database_specific": {"severity": "HIGH"},
}


def write_advisories(folder: Path, *advisories: dict[str, Any]) -> Path:
    """A folder of OSV files; the one that shows that the service knows PyPI is always among them."""
    folder.mkdir(parents=True, exist_ok=True)
    for advisory in (CONTROL, *advisories):
        (folder / f"{advisory['id']}.json").write_text(json.dumps(advisory))
    return folder
