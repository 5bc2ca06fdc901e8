"""Modules and objects of an installed distribution, loaded in processes of their own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sealwright.errors import Unavailable
from sealwright.services.environments import Environment
from sealwright.services.processes import Finished

_INSIDE = Path(__file__).with_name("load_inside.py")
_DEATHS = 5
"""Processes that may end early before the rest is given up."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How loading one target went."""

    target: str
    """`module` or `module:object`."""
    problem: str = ""
    """The last lines of the traceback, or how its process ended; empty if it was loaded."""
    missing: str = ""
    """The module that was not found, where that was the problem."""
    callable: bool = False


_ANSWER = TypeAdapter(Loaded)


@dataclass(frozen=True, slots=True)
class Room:
    """An environment whose programs may do anything, and a folder for what they leave behind."""

    environment: Environment
    folder: Path

    def run(self, argv: Sequence[str | Path], seconds: float) -> Finished:
        """Run a program in an empty folder, at home in another. Raises Unavailable if it does not start or not end."""
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        cwd = Path(tempfile.mkdtemp(prefix="cwd-", dir=self.folder))
        return self.environment.try_out(argv, cwd=cwd, home=home, timeout=seconds)

    def load(self, targets: Sequence[str], seconds: float) -> tuple[Loaded, ...]:
        """Load all targets in one process, and those behind one that ends it in another.

        `seconds` are for a process; further targets get one more each.
        """
        found: list[Loaded] = []
        for _ in range(_DEATHS):
            waiting = targets[len(found) :]
            if not waiting:
                return tuple(found)
            answers, ended = self._process(waiting, seconds + len(waiting) - 1)
            found += answers
            if not ended:
                continue
            if len(answers) < len(waiting):
                found.append(Loaded(waiting[len(answers)], ended))
            else:
                found[-1] = Loaded(waiting[-1], f"after everything was loaded, {ended}")
        given_up = f"not tried: {_DEATHS} modules before it ended their process"
        return (*found, *(Loaded(target, given_up) for target in targets[len(found) :]))

    def load_each(self, targets: Sequence[str], seconds: float) -> Iterator[Loaded]:
        """Load every target in a process of its own."""
        for target in targets:
            yield from self.load((target,), seconds)

    def _process(self, targets: Sequence[str], seconds: float) -> tuple[list[Loaded], str]:
        """The answers there are, and how the process ended if not well."""
        with tempfile.TemporaryDirectory(prefix="sealwright-load-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / "targets.json").write_text(json.dumps(targets), "utf-8")
            # -I: neither the folder it runs in nor variables add anything to import from.
            argv = (self.environment.python, "-I", _INSIDE, folder)
            try:
                done = self.run(argv, seconds)
            except Unavailable as error:
                return _answers(folder, targets), error.message
            answers = _answers(folder, targets)
        if done.returncode == 0 and len(answers) == len(targets):
            return answers, ""
        return answers, f"the process ended with {done.ending}\n{done.tail}".strip()


def _answers(folder: Path, targets: Sequence[str]) -> list[Loaded]:
    """What was written, as far as it can be read: a process may end in the middle of a line."""
    file = folder / "answers.jsonl"
    found: list[Loaded] = []
    for line in file.read_bytes().splitlines() if file.is_file() else ():
        try:
            answer = _ANSWER.validate_json(line)
        except ValidationError:
            break
        if len(found) == len(targets) or answer.target != targets[len(found)]:
            break
        found.append(answer)
    return found
