"""From act's events to results: what is remembered of a job while act runs it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from sealwright.errors import Unavailable
from sealwright.rehearsal.act.log import Begun, Broke, Printed, PutOut
from sealwright.rehearsal.results import JobResult, JobState

_TAIL_LINES = 12


@dataclass
class RunningJob:
    """A job that act is running."""

    id: str
    log: Path
    began: float = field(default_factory=time.monotonic)
    outputs: dict[tuple[str, str], str] = field(default_factory=dict)
    """By step and name."""
    printed: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL_LINES))
    """The last lines of the step that is running."""
    broke: Broke | None = None
    """What failed first."""
    tail: str = ""
    """The last lines before that."""

    def take(self, event: Begun | Printed | PutOut | Broke) -> None:
        """Remember what an event says, and write what people want to read of it into the job's log."""
        match event:
            case Begun(step=step):
                self.printed.clear()
                self._write(f"$ {step}")
            case Printed(text=text):
                self.printed.append(text)
                self._write(text)
            case PutOut(step=step, name=name, value=value):
                self.outputs[step, name] = value
            case Broke(text=text):
                self._break(event)
                self._write(text)
            case _:
                assert_never(event)

    def result(self, *, succeeded: bool, outputs: Mapping[str, tuple[str, str]]) -> JobResult:
        """How it ended; `outputs` are the job's, each with the step and the step's output that it repeats."""
        found = {name: self.outputs.get(source, "") for name, source in outputs.items()}
        seconds = time.monotonic() - self.began
        if succeeded:
            return JobResult(self.id, JobState.OK, seconds, found)
        undecided = self.broke is not None and self.broke.code == Unavailable.exit_code
        state = JobState.UNJUDGED if undecided else JobState.FAILED
        # The findings of a stage that wrote its record say it better.
        return JobResult(self.id, state, seconds, found, "" if found.get("record") else self.tail)

    def _break(self, event: Broke) -> None:
        if self.broke is None:
            self.broke = event
            self.tail = "\n".join([*self.printed, *([event.text] if event.code is None else [])])

    def _write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
