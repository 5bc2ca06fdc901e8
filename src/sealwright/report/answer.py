"""The answer of a command that judges: lines to read, or JSON, with the same exit code."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sealwright.model import FileRef, Finding
from sealwright.model.verdict import exit_code_of
from sealwright.report.findings import COULD_NOT_JUDGE, NOTE, WORDS, finding_lines, word_for


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found, and what of it stands in the way."""

    command: str
    """As it is typed, without `sealwright`."""
    subjects: tuple[FileRef, ...]
    """The files that were judged."""
    findings: tuple[Finding, ...]
    blocking: tuple[Finding, ...]
    """Those of the findings that keep the answer from being `passed`."""

    @property
    def passed(self) -> bool:
        """Whether something was judged and nothing stands in the way."""
        return bool(self.findings) and not self.blocking

    @property
    def exit_code(self) -> int:
        """0 passed, 1 judged and failed, 3 could not judge."""
        return exit_code_of(self.blocking) if self.findings else 3


def as_lines(answer: Answer) -> Iterator[str]:
    """The findings, then the verdict in one line and what it is about."""
    yield from finding_lines(answer.findings, answer.blocking)
    yield ""
    yield from verdict_lines(answer)


def verdict_lines(answer: Answer) -> Iterator[str]:
    """The verdict in one line, and what it is about."""
    words = {0: "PASSED", 1: "FAILED", 3: COULD_NOT_JUDGE}
    yield f"{words[answer.exit_code]}  {_counted(answer)}"
    for subject in answer.subjects:
        yield f"  {subject.name}  sha256:{subject.sha256}"


def as_json(answer: Answer, **more: Any) -> dict[str, Any]:
    """The same for programs; `more` is added at the top level."""
    return {
        "command": answer.command,
        "passed": answer.passed,
        "exit_code": answer.exit_code,
        "subjects": [dataclasses.asdict(subject) for subject in answer.subjects],
        "findings": [
            {**dataclasses.asdict(finding), "blocking": finding in answer.blocking} for finding in answer.findings
        ],
        **more,
    }


def _counted(answer: Answer) -> str:
    stopping = set(answer.blocking)
    words = Counter(word_for(finding, stops=finding in stopping) for finding in answer.findings)
    order = [*WORDS.values(), NOTE]
    return ", ".join(f"{words[word]} {word}" for word in order if words[word]) or "nothing was judged"
