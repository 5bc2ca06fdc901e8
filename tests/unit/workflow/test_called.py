"""What GitHub would refuse of a project's own gate, found before the tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.workflow.called import GATE, WHEELS, problem_of
from sealwright.workflow.wheels_template import wheels_template

GOOD = (Path(__file__).parents[2] / "support/acceptance.yml").read_text(encoding="utf-8")


def test_a_gate_that_takes_the_artifact_and_asks_for_nothing_is_one() -> None:
    assert problem_of(GOOD, GATE) is None
    assert problem_of(GOOD.replace("permissions: {}", "permissions:\n  contents: read", 1), GATE) is None
    assert problem_of("on:\n  workflow_call:\n    inputs: {artifact: {type: string}}\njobs: {}\n", GATE) is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  workflow_call:", "  workflow_dispatch:", "extra-gate-not-callable"),
        ("      artifact:", "      files:", "extra-gate-inputs"),
        ("        required: true", "        required: true\n      more:\n        required: true", "extra-gate-inputs"),
        ("permissions: {}", "permissions: write-all", "extra-gate-permissions"),
        ("permissions: {}", "permissions: read-all", "extra-gate-permissions"),
        ("    permissions: {}", "    permissions:\n      id-token: write", "extra-gate-permissions"),
        ("    permissions: {}", "    permissions:\n      contents: write", "extra-gate-permissions"),
        ("permissions: {}", "secrets: {}", None),
        (
            "        required: true",
            "        required: true\n    secrets:\n      KEY:\n        required: true",
            "extra-gate-secrets",
        ),
        ("jobs:", "jobs: [", "extra-gate-malformed"),
        ("name: acceptance", "name: acceptance\nname: again", "extra-gate-malformed"),
    ],
)
def test_what_github_would_refuse_is_named(old: str, new: str, code: str | None) -> None:
    assert old in GOOD
    problem = problem_of(GOOD.replace(old, new, 1), GATE)
    assert (problem[0] if problem else None) == code


@pytest.mark.parametrize(
    "text", ["", "- a\n", "on: workflow_call\n", "on: [workflow_call]\n", "jobs: 3\non: {workflow_call: 1}\n"]
)
def test_a_gate_without_an_interface_is_none(text: str) -> None:
    assert problem_of(text, GATE) is not None


WHEELS_GOOD = wheels_template()


def test_a_workflow_that_puts_out_one_artifact_can_build_the_wheels() -> None:
    assert problem_of(WHEELS_GOOD, WHEELS) is None
    assert problem_of("on: {workflow_call: {outputs: {artifact: {value: x}}}}\njobs: {}\n", WHEELS) is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  workflow_call:", "  workflow_dispatch:", "not-callable"),
        ("      artifact:\n        description", "      artefact:\n        description", "outputs"),
        ("        value: ", "        other: ", "outputs"),
        ("  workflow_call:", "  workflow_call:\n    inputs:\n      more: {type: string, required: true}", "inputs"),
        ("  workflow_call:", "  workflow_call:\n    secrets:\n      key: {required: true}", "secrets"),
        ("contents: read # clones", "contents: write # clones", "permissions"),
        ("    permissions: {}\n    outputs", "    permissions:\n      id-token: write\n    outputs", "permissions"),
        ("permissions: {}\njobs", "permissions: write-all\njobs", "permissions"),
    ],
)
def test_what_the_job_build_could_not_use_is_named(old: str, new: str, code: str) -> None:
    assert old in WHEELS_GOOD
    problem = problem_of(WHEELS_GOOD.replace(old, new, 1), WHEELS)
    assert problem is not None
    assert problem[0] == f"wheels-workflow-{code}"
