"""What `sealwright doctor` found, as lines, JSON and SARIF."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sealwright.doctor.audits import CODES
from sealwright.doctor.codes import Code, Defect
from sealwright.doctor.examine import Examined
from sealwright.doctor.posture import Upload
from sealwright.doctor.programs import PYPI
from sealwright.model import Finding, State
from sealwright.report import answer, sarif
from sealwright.report.findings import COULD_NOT_JUDGE, WORDS, details, headline, labelled, plain

_WIDTH = 100
_INDEXES = {PYPI: "PyPI", "testpypi": "TestPyPI"}


def exit_code(found: Examined) -> int:
    """0 nothing blocks, 1 something does, 3 there was nothing to look at."""
    return _answer(found).exit_code


def as_lines(found: Examined) -> Iterator[str]:
    """Who publishes, then every defect with its reason and fix, those of one code together, then the verdict."""
    yield _summary(found)
    yield ""
    for _, group in groupby(found.defects, key=lambda pair: pair[1].code.name):
        yield from _group(list(group), found.blocking)
        yield ""
    yield from _others(found.others)
    yield ""
    yield _verdict(found)
    if found.defects:
        yield f"More on each: sealwright doctor --explain {found.defects[0][1].code.name}"


def as_json(found: Examined) -> dict[str, Any]:
    """The same for programs: each finding with its file, line and reason."""
    document = answer.as_json(_answer(found), workflows=found.workflows, uploads=list(map(_upload, found.uploads)))
    for shown, (_, defect) in zip(document["findings"], found.defects, strict=False):
        shown |= {"path": defect.place.path, "line": defect.place.line, "why": defect.code.why}
    return document


def as_sarif(found: Examined) -> dict[str, Any]:
    """The defects as a SARIF log. What passed has no place to be shown at."""
    blocking = set(found.blocking)
    located = [
        sarif.Located(finding, defect.place.path, defect.place.line, blocking=finding in blocking)
        for finding, defect in found.defects
    ]
    return sarif.sarif(located, {name: f"{code.title}: {code.why}" for name, code in CODES.items()})


def explanation_lines(code: Code) -> Iterator[str]:
    """Everything that there is to say about a code."""
    yield f"{code.name}: {code.title} ({'blocks' if code.blocks else 'never blocks'})"
    for paragraph in (code.why, code.more):
        yield ""
        yield from _wrapped(paragraph).splitlines()


def _answer(found: Examined) -> answer.Answer:
    return answer.Answer("doctor", (), found.findings, found.blocking)


def _group(pairs: Sequence[tuple[Finding, Defect]], blocking: Sequence[Finding]) -> Iterator[str]:
    """Every place of one code; what they share is said once, at the end."""
    fixes = {finding.hint for finding, _ in pairs}
    shared = fixes.pop() if len(fixes) == 1 else ""
    for finding, _ in pairs:
        yield headline(finding, stops=finding in blocking)
        yield from details(replace(finding, hint="" if shared else _wrapped(finding.hint)))
    yield from labelled(("why", _wrapped(pairs[0][1].code.why)), ("fix", _wrapped(shared)))


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _others(others: Sequence[Finding]) -> Iterator[str]:
    passed = [finding.check for finding in others if finding.state is State.PASS]
    if passed:
        yield from _listed(State.PASS, f"{len(passed)} audits found nothing: {', '.join(passed)}")
    skipped = [finding for finding in others if finding.state is State.SKIPPED]
    for reason in dict.fromkeys(finding.found for finding in skipped):
        names = ", ".join(finding.check for finding in skipped if finding.found == reason)
        yield from _listed(State.SKIPPED, f"{reason}: {names}")


def _listed(state: State, text: str) -> Iterator[str]:
    width = max(map(len, WORDS.values())) + 2
    yield from textwrap.wrap(text, _WIDTH, initial_indent=f"{WORDS[state]:<{width}}", subsequent_indent=" " * width)


def _summary(found: Examined) -> str:
    looked = f"{found.workflows} workflow{'' if found.workflows == 1 else 's'}"
    jobs = dict.fromkeys(_published(upload) for upload in found.uploads)
    return f"{looked}; {'; '.join(jobs) or 'none publishes'}."


def _published(upload: Upload) -> str:
    environment = f", environment {upload.job.environment.name}" if upload.job.environment else ""
    return plain(f"{upload.workflow.file} publishes to {_INDEXES[upload.index]} (job {upload.job.id}{environment})")


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "workflow": upload.workflow.path,
        "job": upload.job.id,
        "index": upload.index,
        "tool": upload.tool,
        "environment": upload.job.environment.name if upload.job.environment else None,
        "line": upload.place.line,
    }


def _verdict(found: Examined) -> str:
    code = exit_code(found)
    if code == 3:
        return f"{COULD_NOT_JUDGE}  nothing that publishes could be looked at."
    states = [finding.state for finding, _ in found.defects]
    notes = states.count(State.FAIL) - sum(finding.state is State.FAIL for finding in found.blocking)
    unseen = len(states) - states.count(State.FAIL)
    counts = [f"{len(found.blocking)} block" if found.blocking else "nothing blocks"]
    counts += [f"{notes} to note"] if notes else []
    counts += [f"{unseen} not looked at or absent"] if unseen else []
    if code == 0:
        return f"PASSED  {', '.join(counts)}. `sealwright rehearse` tries the rest before a tag."
    return f"FAILED  {', '.join(counts)}."
