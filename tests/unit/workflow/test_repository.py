"""The workflows of this repository, and what the field's linters say of everything that can be rendered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from sealwright.config import load_settings
from sealwright.project import cells_of, options_for
from sealwright.workflow.render import WORKFLOW_FILE, render_for

if TYPE_CHECKING:
    from conftest import Rendered

REPOSITORY = Path(__file__).parents[3]
BIN = Path(sys.executable).parent


def installed(name: str) -> str:
    """The path of a linter; the test is skipped where it is not installed."""
    search = os.pathsep.join([str(BIN), str(REPOSITORY / "build" / "tools"), os.environ.get("PATH", "")])
    found = shutil.which(name, path=search)
    if found is None:
        pytest.skip(f"{name} is not installed; scripts/lint.sh installs it")
    return found


def lint(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_release_workflow_is_what_the_table_renders() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    settings = load_settings(pyproject)
    requires = tomllib.loads(pyproject)["project"]["requires-python"]
    expected = render_for(options_for(settings, cells_of(settings, requires)))
    assert (REPOSITORY / WORKFLOW_FILE).read_text(encoding="utf-8") == expected, "run `make workflow`"


def test_continuous_integration_cannot_publish() -> None:
    text = (REPOSITORY / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    assert all(job["permissions"] in ({}, {"contents": "read"}) for job in document["jobs"].values())
    assert "secrets." not in text
    assert "pull_request_target" not in text
    others = set(document["jobs"]) - {"green"}
    assert set(document["jobs"]["green"]["needs"]) == others


@pytest.fixture
def workflows(rendered: Rendered, tmp_path: Path) -> Path:
    """A repository that holds one rendering and our zizmor configuration."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "release.yml").write_text(rendered.text, encoding="utf-8")
    shutil.copy(REPOSITORY / ".github/zizmor.yml", tmp_path / ".github")
    return tmp_path


def test_zizmor_has_nothing_to_say(workflows: Path) -> None:
    lint(
        installed("zizmor"), "--offline", "--no-progress", "--strict-collection", "--persona", "auditor", ".",
        cwd=workflows,
    )  # fmt: skip


def test_actionlint_has_nothing_to_say(workflows: Path) -> None:
    lint(installed("actionlint"), WORKFLOW_FILE, cwd=workflows)


def test_the_file_satisfies_the_schema_of_workflows(workflows: Path) -> None:
    lint(installed("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", WORKFLOW_FILE, cwd=workflows)


def test_the_only_exception_for_zizmor_is_the_generators_tag() -> None:
    rules = yaml.safe_load((REPOSITORY / ".github/zizmor.yml").read_text(encoding="utf-8"))["rules"]
    policies = rules.pop("unpinned-uses")["config"]["policies"]
    assert rules == {}
    assert policies.pop("*") == "hash-pin"
    assert [name.rpartition("/")[2] for name in policies] == ["generator_generic_slsa3.yml"]
