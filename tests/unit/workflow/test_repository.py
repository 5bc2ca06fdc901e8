"""The workflows of this repository, and what the field's linters say of everything that can be rendered."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.support import linters

from sealwright.config import load_settings
from sealwright.pipeline.pins import ACTIONS
from sealwright.project import cells_of, options_for, supported_pythons
from sealwright.workflow.render import WORKFLOW_FILE, render_for
from sealwright.workflow.wheels_template import wheels_template

if TYPE_CHECKING:
    from conftest import Rendered

REPOSITORY = linters.REPOSITORY
ACCEPTANCE = (REPOSITORY / "tests/support/acceptance.yml").read_text(encoding="utf-8")


def test_the_release_workflow_is_what_the_table_renders() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    settings = load_settings(pyproject)
    requires = tomllib.loads(pyproject)["project"]["requires-python"]
    expected = render_for(options_for(settings, cells_of(settings, requires)))
    assert (REPOSITORY / WORKFLOW_FILE).read_text(encoding="utf-8") == expected, "run `make workflow`"


@pytest.mark.parametrize("name", ["ci.yml", "monitor.yml"])
def test_workflows_beside_the_release_cannot_publish(name: str) -> None:
    text = (REPOSITORY / ".github/workflows" / name).read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    assert all(job["permissions"] in ({}, {"contents": "read"}) for job in document["jobs"].values())
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert "cache" not in text


@pytest.mark.parametrize(
    "path",
    [".github/workflows/ci.yml", ".github/workflows/monitor.yml", "docs/adopting.md", "tests/support/acceptance.yml"],
)
def test_every_action_that_is_named_anywhere_is_at_the_one_pin(path: str) -> None:
    used = re.findall(r"uses: (\S+)@(\S+) # (\S+)", (REPOSITORY / path).read_text(encoding="utf-8"))
    assert used
    for action, commit, version in used:
        assert (commit, version) == (ACTIONS[action].commit, ACTIONS[action].version)


def test_continuous_integration_tries_every_supported_python_on_three_systems() -> None:
    document = yaml.safe_load((REPOSITORY / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    requires = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    matrix = document["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == list(supported_pythons(requires))
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    others = set(document["jobs"]) - {"green"}
    assert set(document["jobs"]["green"]["needs"]) == others


@pytest.fixture
def workflows(rendered: Rendered, tmp_path: Path) -> Path:
    """A repository that holds one rendering, what it may call, and no configuration of any linter."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "release.yml").write_text(rendered.text, encoding="utf-8")
    (folder / "acceptance.yml").write_text(ACCEPTANCE, encoding="utf-8")
    (folder / "wheels.yml").write_text(wheels_template(), encoding="utf-8")
    return tmp_path


def test_zizmor_has_nothing_to_say(workflows: Path) -> None:
    linters.zizmor(workflows)


def test_actionlint_has_nothing_to_say(workflows: Path) -> None:
    linters.actionlint(workflows, WORKFLOW_FILE)


def test_the_file_satisfies_the_schema_of_workflows(workflows: Path) -> None:
    linters.schema(workflows, WORKFLOW_FILE)


def test_every_exception_for_zizmor_is_a_line_with_its_reason(rendered: Rendered) -> None:
    lines = [line for line in rendered.text.splitlines() if "zizmor:" in line]
    allowed = {
        "generator_generic_slsa3.yml@v2.1.0 # zizmor: ignore[unpinned-uses] by tag": rendered.options.generator,
        'acceptance.yml" # zizmor: ignore[self-repository] other linters': bool(rendered.options.extra_gate),
        'wheels.yml" # zizmor: ignore[self-repository] other linters': bool(rendered.options.wheels),
    }
    wanted = [text for text, there in allowed.items() if there]
    assert len(lines) == len(wanted)
    assert all(any(text in line for line in lines) for text in wanted)


def test_no_linter_of_workflows_has_a_configuration_that_could_hide_something() -> None:
    assert not [path for folder in (REPOSITORY, REPOSITORY / ".github") for path in folder.glob("*zizmor.y*ml")]
    for path in (REPOSITORY / ".github/workflows").glob("*.yml"):
        assert path.name == "release.yml" or "zizmor:" not in path.read_text(encoding="utf-8")
