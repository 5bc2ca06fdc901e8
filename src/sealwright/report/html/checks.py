"""Every check with what it expected and found."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.model import Finding, State, Verdict
from sealwright.report.findings import FROM_BAD_TO_GOOD, weight_of
from sealwright.report.html.answers import answer_of
from sealwright.report.html.markup import Markup, element, fragment, text
from sealwright.report.html.tables import row, table

_LABELS = ("Answer", "Check", "About", "Expected and found")


def checks(verdict: Verdict) -> Markup:
    """One row a finding, those that stand in the way first."""
    findings = sorted(dict.fromkeys(verdict.findings), key=lambda finding: _order(finding, verdict))
    counted = len({finding.check for finding in findings})
    caption = f"{counted} checks, {len(findings)} answers; {len(set(verdict.blocking))} stand in the way."
    return table("checks", caption, _LABELS, (_row(finding, verdict) for finding in findings))


def _order(finding: Finding, verdict: Verdict) -> tuple[bool, int]:
    """Blocking ones first, then from bad to good; a stable sort keeps the order of the checks otherwise."""
    return finding not in verdict.blocking, FROM_BAD_TO_GOOD.index(finding.state)


def _row(finding: Finding, verdict: Verdict) -> Markup:
    answer = answer_of(finding, verdict)
    code = finding.code if finding.code != finding.check and finding.state is not State.SKIPPED else ""
    weight = element("span", weight_of(verdict, finding.check), class_="label")
    name = fragment([text(finding.check), Markup("\n"), *([text(code), Markup("\n")] if code else []), weight])
    stops = f"stops {answer.kind}" if finding in verdict.blocking else ""
    return row(_LABELS, (answer.markup(), name, finding.subject, fragment(_told(finding))), stops)


def _told(finding: Finding) -> Iterator[Markup]:
    pairs = (("expected", finding.expected), ("found", finding.found), ("fix", finding.hint))
    told = [(label, said) for label, said in pairs if said]
    for number, (label, said) in enumerate(told):
        yield Markup("\n" if number else "")
        yield element("span", label, class_="label")
        yield fragment([Markup(" "), text(said)])
