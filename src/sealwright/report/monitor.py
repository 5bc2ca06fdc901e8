"""What a look at everything that was published found: for people, for a job's page, and for a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from sealwright.model import Finding, State
from sealwright.report import answer as answers
from sealwright.report.answer import Answer
from sealwright.report.findings import COULD_NOT_JUDGE, word_for
from sealwright.report.markdown import code, for_chat

if TYPE_CHECKING:  # it costs the import of sigstore; whoever has a report has it
    from sealwright.lifecycle.monitor.watch import Report

_MOST = 50
"""Rows of a table that somebody reads."""
WORDS = {0: "as they were released", 1: "not as they were released", 3: COULD_NOT_JUDGE.lower()}


def as_json(answer: Answer, report: Report) -> dict[str, Any]:
    """The same for programs: `ships` is version to package to versions."""
    ships = {version: {name: list(its) for name, its in all_.items()} for version, all_ in report.ships.items()}
    return answers.as_json(answer, ships=ships, ships_unknown=list(report.unread))


def shipping_lines(report: Report, package: str) -> Iterator[str]:
    """Which releases ship a package, and of which that is not known."""
    name = str(canonicalize_name(package))
    rows = [(version, all_[name]) for version, all_ in report.ships.items() if name in all_]
    width = max((len(version) for version, _ in rows), default=0)
    yield f"{name} is shipped by {len(rows)} of {len(report.ships)} versions whose SBOM could be read"
    yield from (f"  {version:<{width}}  {', '.join(its)}" for version, its in rows)
    if report.unread:
        yield f"  not known of {', '.join(report.unread)}"


def summary(answer: Answer, project: str) -> str:
    """Markdown for a job's page. Texts of others are never taken for markup."""
    stopping = set(answer.blocking)
    open_ = [finding for finding in answer.findings if finding.state is not State.PASS]
    rows = [_row(finding, stops=finding in stopping) for finding in open_[:_MOST]]
    rows += [f"| | and {len(open_) - _MOST} more | | |"] if len(open_) > _MOST else []
    head = f"## Releases of {code(project)}: {WORDS[answer.exit_code]}"
    passed = ", ".join(code(f"{f.check}: {f.found}" if f.found else f.check) for f in answer.findings if f not in open_)
    table = "\n".join(["| answer | what | found | to do |", "| --- | --- | --- | --- |", *rows]) if rows else ""
    return "\n\n".join(part for part in (head, table, f"Looked at, and as it should be: {passed or 'nothing'}") if part)


def message(answer: Answer, project: str, run_url: str) -> dict[str, Any]:
    """What a webhook is told: `text` for Slack and its kin, the same as single fields for everything else."""
    found = [f"{finding.code} {finding.subject}".strip() for finding in answer.blocking]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    where = f" ({run_url})" if run_url else ""
    text = f"{project}: releases {WORDS[answer.exit_code]}: {', '.join(found[:5])}{more}{where}"
    result = {0: "passed", 1: "failed"}.get(answer.exit_code, "unavailable")
    return {"text": for_chat(text), "result": result, "project": project, "findings": found[:_MOST], "run_url": run_url}


def _row(finding: Finding, *, stops: bool) -> str:
    what = f"{code(finding.code)} {code(finding.subject)}".strip()
    return f"| {word_for(finding, stops=stops)} | {what} | {code(finding.found)} | {code(finding.hint)} |"
