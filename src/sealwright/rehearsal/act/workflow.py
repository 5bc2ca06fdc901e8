"""The rendered release.yml as act is given it: the very text, and variables for single jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sealwright.errors import UsageError
from sealwright.workflow.emit import emit

_OUTPUT = re.compile(r"\$\{\{ steps\.(?P<step>[A-Za-z0-9_-]+)\.outputs\.(?P<name>[A-Za-z0-9_-]+) \}\}")


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow file, read as far as a rehearsal has to know it."""

    text: str
    document: Mapping[Any, Any]

    @classmethod
    def of(cls, text: str) -> Workflow:
        """From the text of a file that was rendered here."""
        return cls(text, yaml.safe_load(text))

    @property
    def runners(self) -> tuple[str, ...]:
        """The labels in `runs-on`, once each."""
        given = [job["runs-on"] for job in self.document["jobs"].values() if "runs-on" in job]
        labels = [label for labels in given for label in ([labels] if isinstance(labels, str) else labels)]
        return tuple(dict.fromkeys(labels))

    def steps(self, job: str) -> tuple[str, ...]:
        """The ids of a job's steps, in order; empty for a step that has none."""
        return tuple(step.get("id", "") for step in self.document["jobs"][job].get("steps", ()))

    def outputs(self, job: str) -> dict[str, tuple[str, str]]:
        """Each output of a job, with the step and the step's output that it repeats."""
        found = {}
        for name, text in self.document["jobs"][job].get("outputs", {}).items():
            match = _OUTPUT.fullmatch(text)
            assert match is not None, text  # the renderer writes no other kind
            found[name] = (match["step"], match["name"])
        return found

    def with_variables(self, variables: Mapping[str, Mapping[str, str]]) -> str:
        """The same text with `variables` in the `env` of single jobs, by job, and with nothing else changed.

        Raises UsageError (`value-evaluated`).
        """
        lines = self.text.splitlines(keepends=True)
        return "".join(_inserted(lines, {f"  {job}:\n": found for job, found in variables.items() if found}))


def _inserted(lines: list[str], variables: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    inside = False  # a key of that name on top of the file would be none of a job's
    for line in lines:
        inside = inside or line == "jobs:\n"
        yield line
        if inside and line in variables:
            yield from (f"{text}\n" for text in emit({"env": refuse_expressions(variables[line])}, 4))


def refuse_expressions(variables: Mapping[str, str]) -> Mapping[str, str]:
    """The same variables, unless act would evaluate one: it looks for expressions in every variable that it hands on.

    Raises UsageError (`value-evaluated`).
    """
    for name, value in variables.items():
        if "${{" in value:
            raise UsageError(
                "value-evaluated",
                f"{name} is {value!r}, and act would take that for an expression",
                hint="give the rehearsal another folder with --out, or rehearse without --act",
            )
    return variables
