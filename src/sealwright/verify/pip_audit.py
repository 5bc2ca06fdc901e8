"""The report of pip-audit, the program that is asked beside OSV itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from sealwright.errors import Unavailable
from sealwright.verify.advisories import AGAIN, LARGEST, Advisory, Package
from sealwright.verify.strict_json import as_list, as_object, as_text, strict_json


@dataclass(frozen=True, slots=True)
class Report:
    """What it says about each package."""

    audited: Mapping[Package, tuple[Advisory, ...]]
    """With names and fixes alone."""
    skipped: tuple[tuple[str, str], ...]
    """(name, reason)."""


def read_report(data: bytes) -> Report:
    """`pip-audit --format json --aliases on`.

    Raises Unavailable: `audit-no-answer` where there is no JSON at all, which is how pip-audit ends when it could not
    ask; `audit-report-malformed` where it is not a report.
    """
    try:
        document = strict_json(data, LARGEST)
    except ValueError as error:
        raise Unavailable("audit-no-answer", f"pip-audit ended without a report: {error}", hint=AGAIN) from error
    try:
        return _report(as_list(as_object(document, "it").get("dependencies"), "dependencies"))
    except ValueError as error:
        raise Unavailable("audit-report-malformed", f"pip-audit's report: {error}", hint=AGAIN) from error


def _report(dependencies: list[Any]) -> Report:
    audited: dict[Package, tuple[Advisory, ...]] = {}
    skipped = []
    for item in dependencies:
        entry = as_object(item, "a dependency")
        name = str(canonicalize_name(as_text(entry.get("name"), "a name")))
        if "skip_reason" in entry:
            skipped.append((name, str(entry["skip_reason"])))
            continue
        version = str(Version(as_text(entry.get("version"), f"{name}: version")))
        vulns = as_list(entry.get("vulns"), f"{name}: vulns")
        audited[name, version] = tuple(_advisory(vuln, Version(version)) for vuln in vulns)
    return Report(audited, tuple(skipped))


def _advisory(item: Any, version: Version) -> Advisory:
    """What pip-audit alone reports, without its source."""
    entry = as_object(item, "a vulnerability")
    identifier = as_text(entry.get("id"), "an id")
    aliases = {as_text(alias, "an alias") for alias in as_list(entry.get("aliases"), "aliases")}
    fixes = {Version(as_text(fix, "a fix")) for fix in as_list(entry.get("fix_versions"), "fix_versions")}
    later = sorted(fix for fix in fixes if fix > version)
    return Advisory(identifier, tuple(sorted(aliases - {identifier})), tuple(later))
