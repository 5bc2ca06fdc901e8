"""The workflow that projects get for their wheels."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.support import linters, projects

from sealwright.workflow.called import WHEELS, problem_of
from sealwright.workflow.document import parsed
from sealwright.workflow.wheels_template import WHEELS_FILE, wheels_template


@pytest.mark.parametrize("directory", [".", "packages/on: me"])
def test_the_template_passes_the_linters_and_the_contract(directory: str, tmp_path: Path) -> None:
    text = wheels_template(directory)
    assert problem_of(text, WHEELS) is None
    projects.write(tmp_path, {WHEELS_FILE: text})
    projects.git(tmp_path, "init", "-q")
    linters.zizmor(tmp_path, WHEELS_FILE)
    linters.actionlint(tmp_path, WHEELS_FILE)
    linters.schema(tmp_path, WHEELS_FILE)
    steps = yaml.safe_load(text)["jobs"]["build"]["steps"]
    assert [step["with"]["package-dir"] for step in steps if "cibuildwheel" in step.get("uses", "")] == [directory]


def test_every_leg_is_collected_and_nothing_else_is() -> None:
    document = parsed(wheels_template(), WHEELS_FILE)
    legs, collect = document["jobs"]["build"], document["jobs"]["collect"]
    name = legs["steps"][-1]["with"]["name"]
    fetch, keep = collect["steps"]
    assert name.startswith(fetch["with"]["pattern"].removesuffix("*"))
    assert not keep["with"]["name"].startswith(fetch["with"]["pattern"].removesuffix("*"))
    assert keep["id"] == "keep"
    assert collect["outputs"]["artifact"] == "${{ steps.keep.outputs.artifact-id }}"
    assert collect["needs"] == "build", "a leg that failed must not be left out in silence"
    assert {step["with"]["if-no-files-found"] for step in (legs["steps"][-1], keep)} == {"error"}


def test_nothing_is_given_to_whatever_is_built() -> None:
    document = parsed(wheels_template(), WHEELS_FILE)
    assert document["permissions"] == {}
    assert document["jobs"]["build"]["permissions"] == {"contents": "read"}
    clones = [step["with"] for step in document["jobs"]["build"]["steps"] if "checkout" in step.get("uses", "")]
    assert [str(given["persist-credentials"]).lower() for given in clones] == ["false"]
    assert "secrets" not in wheels_template().replace("no secret", "")
    assert "cache" not in wheels_template()
