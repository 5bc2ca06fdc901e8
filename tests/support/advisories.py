"""A few real advisories in OSV's format, and folders of them.

Ids, aliases, ranges and dates are those of https://github.com/pypa/advisory-database and
https://github.com/github/advisory-database; texts are shortened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def affected(name: str, fixed: str | None = None, introduced: str = "0") -> list[dict[str, Any]]:
    """That a package is affected from one version on, until another."""
    events = [{"introduced": introduced}, *([{"fixed": fixed}] if fixed else [])]
    return [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]


def advisory(identifier: str, aliases: list[str], about: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One entry of a database."""
    times = {"modified": "2023-11-08T04:00:36Z", "published": "2019-04-15T15:29:00Z"}
    return {"schema_version": "1.6.0", "id": identifier, "aliases": aliases, "affected": about, **times, **more}


def cvss(vector: str) -> list[dict[str, str]]:
    """OSV's `severity` of one vector."""
    return [{"type": f"CVSS_V{vector[5]}", "score": vector}]


CONTROL = advisory(
    "PYSEC-2014-8",
    ["CVE-2014-1402", "GHSA-8r7q-cvjq-x353"],
    affected("jinja2", "2.7.2"),
    published="2014-05-19T14:55:00Z",
    details="The default configuration for bccache.FileSystemBytecodeCache in Jinja2 before 2.7.2 does not ...",
)
REQUESTS = advisory(
    "PYSEC-2018-28",
    ["CVE-2018-18074", "GHSA-x84v-xcm2-53pg"],
    affected("requests", "2.20.0"),
    published="2018-10-09T17:29:00Z",
    details="The Requests package before 2.20.0 sends an HTTP Authorization header to an http URI ...",
    severity=cvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
)
REQUESTS_GHSA = {
    **REQUESTS,
    "id": "GHSA-x84v-xcm2-53pg",
    "aliases": ["CVE-2018-18074", "PYSEC-2018-28"],
    "summary": "Insufficiently Protected Credentials in Requests",
    "references": [{"type": "ADVISORY", "url": "https://nvd.nist.gov/vuln/detail/CVE-2018-18074"}],
    "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-522"]},
}
URLLIB3_CRLF = advisory("PYSEC-2019-132", ["CVE-2019-11236", "GHSA-r64q-w8jr-g9qp"], affected("urllib3", "1.24.3"))
URLLIB3_CA = advisory("PYSEC-2019-133", ["CVE-2019-11324", "GHSA-mh33-7rrq-662w"], affected("urllib3", "1.24.2"))
PYYAML_2020 = advisory("PYSEC-2020-96", ["CVE-2020-1747", "GHSA-6757-jp84-gxfx"], affected("pyyaml", "5.3.1", "5.1"))
PYYAML_2020_GHSA = advisory(
    "GHSA-6757-jp84-gxfx",
    ["CVE-2020-1747"],
    affected("pyyaml", "5.3.1"),
    summary="Improper Input Validation in PyYAML",
    severity=cvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    references=[{"type": "WEB", "url": "https://github.com/yaml/pyyaml/pull/386"}],
    database_specific={"severity": "CRITICAL", "cwe_ids": ["CWE-20"]},
)
PYYAML_2021 = advisory("PYSEC-2021-142", ["CVE-2020-14343", "GHSA-8q59-q68h-6hv4"], affected("pyyaml", "5.4"))
CERTIFI_TRUSTCOR = advisory(
    "PYSEC-2022-42986",
    ["CVE-2022-23491", "GHSA-43fp-rhv2-5gv8"],
    affected("certifi", "2022.12.7", "2017.11.5"),
    published="2022-12-07T22:15:00Z",
)
CERTIFI_ETUGRA = advisory(
    "PYSEC-2023-135",
    ["CVE-2023-37920", "GHSA-xqr8-7jwr-rhp7"],
    affected("certifi", "2023.7.22", "2015.4.28"),
    published="2023-08-03T19:36:12Z",
)
CRYPTOGRAPHY = advisory(
    "PYSEC-2018-52",
    ["CVE-2018-10903", "GHSA-fcf9-3qw3-gxmj"],
    affected("cryptography", "2.3", "1.9"),
    summary="PyCA Cryptography vulnerable to GCM tag forgery",
    severity=cvss("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
)
REAL = (
    REQUESTS,
    REQUESTS_GHSA,
    URLLIB3_CRLF,
    URLLIB3_CA,
    PYYAML_2020,
    PYYAML_2020_GHSA,
    PYYAML_2021,
    CERTIFI_TRUSTCOR,
    CERTIFI_ETUGRA,
    CRYPTOGRAPHY,
)


def write_advisories(folder: Path, *advisories: dict[str, Any]) -> Path:
    """A folder of OSV files; the one that shows that the service knows PyPI is always among them."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in (CONTROL, *advisories):
        (folder / f"{entry['id']}.json").write_text(json.dumps(entry))
    return folder
