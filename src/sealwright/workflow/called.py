"""Whether a reusable workflow can be called as the project's own gate: with `artifact`, no secret, `contents: read`.

GitHub refuses a run that calls one with too little before its first job, that is: after the tag.
https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealwright.errors import UsageError
from sealwright.workflow.document import parsed

_GIVEN = "artifact"
_ENOUGH: tuple[dict[str, str], ...] = ({}, {"contents": "read"}, {"contents": "none"})

Problem = tuple[str, str, str]
"""(code, expected, found)."""


def problem_of(text: str) -> Problem | None:
    """The first thing that GitHub would refuse in the workflow `text`; None where there is nothing.

    Codes: `extra-gate-malformed`, `extra-gate-not-callable`, `extra-gate-inputs`, `extra-gate-secrets`,
    `extra-gate-permissions`.
    """
    try:
        document = parsed(text, "the workflow")
    except UsageError as error:
        return "extra-gate-malformed", "a workflow", error.message
    return next((problem for problem in _problems(document) if problem), None)


def _problems(document: Mapping[str, object]) -> Iterator[Problem | None]:
    triggers = document.get("on")
    called = "workflow_call" in triggers if isinstance(triggers, dict | list) else triggers == "workflow_call"
    yield None if called else ("extra-gate-not-callable", "`on: workflow_call`", str(triggers))
    call = _table(triggers, "workflow_call")
    yield from _interface(call)
    places = {"the workflow": document, **{f"job {name}": job for name, job in _table(document, "jobs").items()}}
    for where, block in places.items():
        asked = block.get("permissions", {}) if isinstance(block, dict) else {}
        if asked not in _ENOUGH:
            yield "extra-gate-permissions", "`contents: read` at most", f"{where} asks for {asked}"


def _interface(call: Mapping[str, object]) -> Iterator[Problem | None]:
    inputs, secrets = _table(call, "inputs"), _table(call, "secrets")
    if _GIVEN not in inputs:
        yield "extra-gate-inputs", f"an input `{_GIVEN}` of type string", ", ".join(inputs) or "no input"
    if others := [name for name in _required(inputs) if name != _GIVEN]:
        yield "extra-gate-inputs", f"no required input but `{_GIVEN}`", ", ".join(others)
    if wanted := list(_required(secrets)):
        yield "extra-gate-secrets", "no required secret", ", ".join(wanted)


def _required(entries: Mapping[str, object]) -> Iterator[str]:
    return (name for name, entry in entries.items() if isinstance(entry, dict) and entry.get("required") is True)


def _table(value: object, key: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
