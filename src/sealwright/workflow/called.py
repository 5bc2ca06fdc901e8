"""Whether a reusable workflow of the project's own can be called as release.yml calls it, and gives what is expected.

GitHub refuses a run that calls one with too little before its first job, that is: after the tag.
https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.errors import UsageError
from sealwright.workflow.document import parsed

_ENOUGH: tuple[dict[str, str], ...] = ({}, {"contents": "read"}, {"contents": "none"})

Problem = tuple[str, str, str]
"""(code, expected, found)."""


@dataclass(frozen=True, slots=True)
class Contract:
    """How a workflow is called. In every case without a secret, and with `contents: read`."""

    setting: str
    """The key of [tool.sealwright] that names it; codes begin with it."""
    given: str = ""
    """The one input that it gets, a string."""
    wanted: str = ""
    """The output that it must have."""


GATE = Contract("extra-gate", given="artifact")
WHEELS = Contract("wheels-workflow", wanted="artifact")


def problem_of(text: str, contract: Contract) -> Problem | None:
    """The first thing that GitHub would refuse in the workflow `text`, or that is missing; None where there is nothing.

    Codes, each behind the contract's own word: `malformed`, `not-callable`, `inputs`, `outputs`, `secrets`,
    `permissions`.
    """
    try:
        document = parsed(text, "the workflow")
    except UsageError as error:
        return f"{contract.setting}-malformed", "a workflow", error.message
    return next((problem for problem in _problems(document, contract) if problem), None)


def _problems(document: Mapping[str, object], contract: Contract) -> Iterator[Problem | None]:
    word, triggers = contract.setting, document.get("on")
    called = "workflow_call" in triggers if isinstance(triggers, dict | list) else triggers == "workflow_call"
    yield None if called else (f"{word}-not-callable", "`on: workflow_call`", str(triggers))
    yield from _interface(_table(triggers, "workflow_call"), contract)
    places = {"the workflow": document, **{f"job {name}": job for name, job in _table(document, "jobs").items()}}
    for where, block in places.items():
        asked = block.get("permissions", {}) if isinstance(block, dict) else {}
        if asked not in _ENOUGH:
            yield f"{word}-permissions", "`contents: read` at most", f"{where} asks for {asked}"


def _interface(call: Mapping[str, object], contract: Contract) -> Iterator[Problem | None]:
    word, given, wanted = contract.setting, contract.given, contract.wanted
    inputs, outputs, secrets = (_table(call, key) for key in ("inputs", "outputs", "secrets"))
    if given and given not in inputs:
        yield f"{word}-inputs", f"an input `{given}` of type string", ", ".join(inputs) or "no input"
    if others := [name for name in _required(inputs) if name != given]:
        yield f"{word}-inputs", f"no required input but `{given}`" if given else "no required input", ", ".join(others)
    if wanted and not _table(outputs, wanted).get("value"):
        yield f"{word}-outputs", f"an output `{wanted}` with a value", ", ".join(outputs) or "no output"
    if keys := list(_required(secrets)):
        yield f"{word}-secrets", "no required secret", ", ".join(keys)


def _required(entries: Mapping[str, object]) -> Iterator[str]:
    return (name for name, entry in entries.items() if isinstance(entry, dict) and entry.get("required") is True)


def _table(value: object, key: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
