"""An audit's answers as SARIF: each vulnerability at the line that brings it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from sealwright.auditing.places import Lock, Pyproject
from sealwright.model import Finding, State
from sealwright.report.sarif import Located, Rule, sarif
from sealwright.verify.judgement import Judgement, Known

Place = Pyproject | Lock


def audit_sarif(judgement: Judgement, blocking: Iterable[Finding], place: Place) -> dict[str, Any]:
    """A log of everything that did not pass, and of what is ignored as suppressed."""
    return sarif(_located(judgement, frozenset(blocking), place))


def _located(judgement: Judgement, blocking: frozenset[Finding], place: Place) -> Iterator[Located]:
    vulnerable = {known.finding for known in judgement.known}
    for known in judgement.known:
        finding = known.finding
        vulnerability = known.vulnerability
        line = place.line((vulnerability.package, vulnerability.version), known.path[0] if known.path else "")
        reason = known.ignore.reason if known.ignore else ""
        yield Located(finding, place.path, line, finding in blocking, _rule(known), reason)
    for finding in judgement.findings:
        if finding not in vulnerable and finding.state is not State.PASS:
            name, _, version = finding.subject.partition(" ")
            yield Located(finding, place.path, place.line((name, version), ""), finding in blocking)


def _rule(known: Known) -> Rule:
    vulnerability = known.vulnerability
    scores = [rating.score for rating in vulnerability.ratings if rating.score is not None]
    text = vulnerability.summary or f"known vulnerability of {vulnerability.package}"
    address = f"https://osv.dev/vulnerability/{quote(vulnerability.id, safe='')}"
    return Rule(vulnerability.id, text, address, max(scores, default=None))
