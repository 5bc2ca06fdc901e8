"""A rehearsal for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sealwright import __version__
from sealwright.model import Finding, State
from sealwright.rehearsal.layout import Subject
from sealwright.rehearsal.rehearse import Outcome
from sealwright.rehearsal.results import JobResult, JobState
from sealwright.report import notes
from sealwright.report.findings import COULD_NOT_JUDGE, details, headline
from sealwright.verify.difference.findings import GRAVE

WORDS = {
    JobState.OK: "ok",
    JobState.FAILED: "FAIL",
    JobState.UNJUDGED: "unseen",
    JobState.SKIPPED: "skip",
    JobState.NOT_RUN: "--",
}
"""The word for each end of a job; readable without colour."""


def opening(subject: Subject) -> str:
    """The first line: what is rehearsed, and where."""
    runs = f" The rendered release.yml, run by act {subject.act}." if subject.act else ""
    return (
        f"{subject.project} {subject.version}, tag {subject.tag} at {subject.commit[:7]}.{runs}"
        f" Stand-ins on loopback, Rekor v{subject.rekor}."
    )


def job_line(outcome: Outcome, job: str, width: int) -> str:
    """One row of the table."""
    result = outcome.results.get(job)
    if result is None:
        return f"  {'--':<6}  {job:<{width}}         not run: the rehearsal was stopped"
    seconds = f"{result.seconds:5.1f}s" if result.state not in _WITHOUT_TIME else " " * 6
    return f"  {WORDS[result.state]:<6}  {job:<{width}} {seconds}  {_note(outcome, result)}".rstrip()


def _note(outcome: Outcome, result: JobResult) -> str:
    """What a job has to say in a few words."""
    if result.state in _WITHOUT_TIME:
        return f"not run: {result.message}"
    if result.state is not JobState.OK:
        codes = dict.fromkeys(finding.code for finding in _worst(outcome.findings(result.job)))
        return ", ".join(codes) or _headline(result.message)[: notes.WIDTH]
    return notes.note(outcome.records[result.job]) if result.job in outcome.records else ""


def closing(outcome: Outcome, seconds: float, directory: Path) -> Iterator[str]:
    """Everything below the table; `directory` is where the reader stands."""
    told: set[tuple[str, str]] = set()
    for job in outcome.jobs:
        yield from _attention(outcome, job, told)
    yield ""
    yield "Not rehearsed:"
    yield from (f"  {item}" for item in outcome.not_rehearsed)
    yield ""
    yield verdict_line(outcome)
    shown = outcome.out.relative_to(directory) if outcome.out.is_relative_to(directory) else outcome.out
    yield f"{seconds:.1f}s  dossier: {shown}"


def verdict_line(outcome: Outcome) -> str:
    """The one sentence to remember."""
    results = outcome.results
    stopped = [job for job in outcome.jobs if job in results and results[job].state in _STOPPED]
    if outcome.exit_code == 0:
        left_out = sum(result.state is JobState.SKIPPED for result in results.values())
        more = f" {left_out} could not run here." if left_out else ""
        ran = len(outcome.jobs) - left_out
        return f"PASSED  {ran} jobs, from plan to the check after publishing.{more}{_but(outcome)}"
    reached = _REACHED[outcome.published]
    if not stopped:
        return f"UNFINISHED  Continue with --resume. {reached}"
    word = "FAILED" if outcome.exit_code == 1 else COULD_NOT_JUDGE
    return f"{word}  The release would have stopped at {stopped[0]}, after the tag. {reached}"


def _but(outcome: Outcome) -> str:
    """What nobody may overlook although the policy lets it pass."""
    found = [finding for job in outcome.jobs for finding in outcome.findings(job) if finding.code in GRAVE]
    files = ", ".join(dict.fromkeys(finding.subject for finding in found))
    return f" But building it twice gave other code, or nobody can tell, in {files}: see above." if files else ""


_WITHOUT_TIME = (JobState.SKIPPED, JobState.NOT_RUN)
_STOPPED = (JobState.FAILED, JobState.UNJUDGED)
_REACHED = {
    (): "No index would have the files.",
    ("testpypi",): "TestPyPI would have the files, PyPI would not.",
    ("pypi",): "PyPI would have the files.",
    ("testpypi", "pypi"): "TestPyPI and PyPI would have the files.",
}


def as_json(outcome: Outcome, seconds: float) -> dict[str, Any]:
    """The whole outcome for `--json`. Times are in seconds."""
    return {
        "sealwright": __version__,
        "subject": asdict(outcome.subject),
        "passed": outcome.exit_code == 0,
        "exit_code": outcome.exit_code,
        "published": list(outcome.published),
        "jobs": [_job_json(outcome, job) for job in outcome.jobs],
        "not_rehearsed": list(outcome.not_rehearsed),
        "refusals": [asdict(exchange) for exchange in outcome.exchanges if exchange.refusal],
        "seconds": round(seconds, 3),
        "dossier": str(outcome.out),
    }


def _job_json(outcome: Outcome, job: str) -> dict[str, Any]:
    result = outcome.results.get(job)
    return {
        "job": job,
        "state": result.state if result else JobState.NOT_RUN,
        "seconds": round(result.seconds, 3) if result else None,
        "message": result.message if result else "",
        "findings": [asdict(finding) for finding in outcome.findings(job)],
    }


def _headline(message: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = message.splitlines() or [""]
    return next((line for line in lines if "error" in line.lower()), lines[-1]).removeprefix("error: ").strip()


def _worst(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that stopped a job: what failed, or else what could not be looked at."""
    failed = tuple(f for f in findings if f.state is State.FAIL)
    return failed or tuple(f for f in findings if f.state is not State.PASS)


def _attention(outcome: Outcome, job: str, told: set[tuple[str, str]]) -> Iterator[str]:
    result = outcome.results.get(job)
    stopped = result is not None and result.state in _STOPPED
    findings = outcome.findings(job) if result and result.state is not JobState.NOT_RUN else ()
    shown = _worst(findings) if stopped else tuple(f for f in findings if f.state in (State.FAIL, State.ABSENT))
    for finding in dict.fromkeys(shown):  # two stages of a job may miss the same thing
        if not stopped and (finding.check, finding.code) in told:  # the gate repeats what earlier jobs said
            continue
        told.add((finding.check, finding.code))
        yield ""
        yield f"{headline(finding, stops=stopped)}  ({job})"
        yield from details(finding)
    if result is not None and stopped and not shown:
        yield ""
        yield f"FAIL    {job}"
        yield from (f"        {line}" for line in result.message.splitlines())
        if result.hint:
            yield f"        fix      {result.hint}"
