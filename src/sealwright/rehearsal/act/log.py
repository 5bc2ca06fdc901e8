"""What act says of the jobs it runs: one JSON document a line (`act --json`), as events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x04")
_BEGINS = "\u2b50"
_EXIT = re.compile(r"exit status (\d+)")


@dataclass(frozen=True, slots=True)
class Begun:
    """A step of a job, which is thereby running."""

    job: str
    step: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A line that a step printed, without what only a terminal understands."""

    job: str
    text: str


@dataclass(frozen=True, slots=True)
class PutOut:
    """A step's output."""

    job: str
    step: str
    """The step's id."""
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Broke:
    """Something that makes the job fail."""

    job: str
    code: int | None
    """The exit code of a program, where it was one that failed."""
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that was run."""

    job: str
    succeeded: bool


Event = Begun | Printed | PutOut | Broke | Ended


def event(line: str) -> Event | None:
    """What a line of the log says; None for what only concerns act itself."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("jobID"), str):
        return None
    return _event(said["jobID"], str(said.get("msg", "")), said)


def _event(job: str, message: str, said: dict[str, Any]) -> Event | None:
    if "jobResult" in said:
        return Ended(job, said["jobResult"] == "success")
    if said.get("raw_output"):
        return Printed(job, _plain(message))
    if said.get("command") == "set-output":
        return _put_out(job, said)
    if "raw" in said:  # a command to the runner, such as `::error::`, is something that was printed
        return Printed(job, _plain(str(said["raw"])))
    if said.get("level") == "error":
        code = _EXIT.fullmatch(message)
        return Broke(job, int(code[1]) if code else None, message)
    return Begun(job, str(said.get("step", ""))) if _begins(message, said) else None


def _put_out(job: str, said: dict[str, Any]) -> PutOut | None:
    # Of a local action, the outputs of the step inside are told first, and then those of the step that calls it.
    steps = said.get("stepID") or []
    return PutOut(job, steps[0], str(said["name"]), str(said["arg"])) if len(steps) == 1 else None


def _begins(message: str, said: dict[str, Any]) -> bool:
    if not message.startswith(_BEGINS) or "stepResult" in said:
        return False
    return said.get("step") == "Set up job" or (said.get("stage") == "Main" and len(said.get("stepID") or []) == 1)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text).removesuffix("\n")
