"""Every check with what it expected and found."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.model import Finding, State, Verdict
from sealwright.report.findings import FROM_BAD_TO_GOOD, weight_of
from sealwright.report.html.answers import answer_of
from sealwright.report.html.markup import Markup, element, fragment, text, with_digests
from sealwright.report.html.tables import row, table

_LABELS = ("Answer", "Check", "About", "Expected and found")


def checks(verdict: Verdict) -> Markup:
    """One row an answer, with all that it was given about; those that stand in the way come first."""
    subjects: dict[Finding, list[str]] = {}
    for finding in sorted(dict.fromkeys(verdict.findings), key=lambda finding: _order(finding, verdict)):
        subjects.setdefault(finding.about(""), []).append(finding.subject)
    checked, stopping = len({finding.check for finding in subjects}), len({f.check for f in verdict.blocking})
    caption = f"{checked} checks. {stopping or 'None'} of them stand{'s' * (stopping < 2)} in the way."
    blocking = {finding.about("") for finding in verdict.blocking}
    rows = (_row(said, about, verdict, stops=said in blocking) for said, about in subjects.items())
    return table("checks", caption, _LABELS, rows)


def _order(finding: Finding, verdict: Verdict) -> tuple[bool, int]:
    """Blocking ones first, then from bad to good; a stable sort keeps the order of the checks otherwise."""
    return finding not in verdict.blocking, FROM_BAD_TO_GOOD.index(finding.state)


def _row(finding: Finding, about: list[str], verdict: Verdict, *, stops: bool) -> Markup:
    answer = answer_of(finding, stops=stops)
    code = finding.code if finding.code != finding.check and finding.state is not State.SKIPPED else ""
    weight = element("span", weight_of(verdict, finding.check), class_="label")
    name = fragment(
        [element("strong", finding.check), Markup("\n"), *([text(code), Markup("\n")] if code else []), weight]
    )
    kind = f"stops {answer.kind}" if stops else ""
    return row(_LABELS, (answer.markup(), name, "\n".join(about), fragment(_told(finding))), kind)


def _told(finding: Finding) -> Iterator[Markup]:
    pairs = (("expected", finding.expected), ("found", finding.found), ("fix", finding.hint))
    told = [(label, said) for label, said in pairs if said]
    for number, (label, said) in enumerate(told):
        yield Markup("\n" if number else "")
        yield element("span", label, class_="label")
        yield fragment([Markup(" "), with_digests(said)])
