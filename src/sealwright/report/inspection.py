"""The answer of an inspection: what was looked at, distribution by distribution."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from sealwright.model import Finding, State
from sealwright.report.answer import Answer, verdict_lines
from sealwright.report.findings import finding_lines

_CHECK = "explained"
_NAMED = 6


def inspection_lines(answer: Answer, *, verbose: bool = False) -> Iterator[str]:
    """The findings below the name of the file that they are about, and the verdict.

    `verbose` names the reason for each member that is not simply a committed file; otherwise they are counted.
    """
    blocking = set(answer.blocking)
    told: set[Finding] = set()
    for subject in answer.subjects:
        findings = [finding for finding in answer.findings if _of(finding) == subject.name]
        told.update(findings)
        yield subject.name
        shown = findings if verbose else list(_shortened(findings))
        stopping = [_below(finding) for finding in findings if finding in blocking]
        yield from (f"  {line}" for line in finding_lines(map(_below, shown), stopping))
        yield ""
    yield from finding_lines([finding for finding in answer.findings if finding not in told], blocking)
    yield from verdict_lines(answer)


def _of(finding: Finding) -> str:
    return finding.subject.partition(": ")[0]


def _below(finding: Finding) -> Finding:
    """The finding without the name that stands above it."""
    return finding.about(finding.subject.partition(": ")[2])


def _shortened(findings: list[Finding]) -> Iterator[Finding]:
    members = [finding for finding in findings if finding.check == _CHECK and finding.state is State.PASS]
    for finding in findings:
        if finding not in members:
            yield finding
        elif finding is members[0]:
            names = list(dict.fromkeys(posixpath.basename(member.subject) for member in members))
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            text = f"{', '.join(names[:_NAMED])}{more}; --verbose says why"
            yield replace(finding.about(_of(finding)), found=text)
