"""A compiled project of others adopts the pipeline: the commands that init names, the linters, a whole rehearsal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sealwright.cli import main
from sealwright.config import load_settings
from sealwright.model import State
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.workflow.wheels_template import WHEELS_FILE
from tests.rehearsal import support
from tests.support import linters, projects
from tests.support.foreign import MARKUPSAFE, checked_in

pytestmark = [
    pytest.mark.index,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="needs a compiler on PATH"),
]


def adopt(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project after the commands that `init` prints, and a commit."""
    project = checked_in(MARKUPSAFE, folder)
    projects.git(project, "tag", "3.0.2")
    assert main(["init", "--project", str(project), "--release", "1.0", "ab" * 32]) == 0
    said = capsys.readouterr().out
    assert "compiled code (`ext_modules` in setup.py)" in said
    assert f"sealwright workflow --wheels-template > {WHEELS_FILE}\n" in said
    assert main(["workflow", "--wheels-template", "--project", str(project)]) == 0
    (project / WHEELS_FILE).write_text(capsys.readouterr().out)
    assert main(["init", "--project", str(project)]) == 0
    projects.commit(project, "Adopt the pipeline")
    return project


def assert_verified(dossier: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify` takes what was rehearsed, and says that there are no wheels."""
    capsys.readouterr()
    repository = json.loads((dossier / "release.json").read_bytes())["repository"]
    root = str(dossier / "trust_config.json")
    given = ("--repo", repository, "--trust-config", root, "--source", str(project))
    code = main(["verify", str(dossier), *given])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "skip    wheels" in said


def test_a_compiled_project_adopts_the_pipeline_and_rehearses_its_sdist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = adopt(tmp_path / "project", capsys)
    assert load_settings((project / "pyproject.toml").read_text()).wheels == WHEELS_FILE
    assert main(["workflow", "--check", "--project", str(project)]) == 0
    for workflow in (WORKFLOW_FILE, WHEELS_FILE):
        linters.zizmor(project, workflow)
        linters.actionlint(project, workflow)
        linters.schema(project, workflow)
    outcome = support.run(project, tmp_path / "out")
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)
    assert outcome.published == ("testpypi", "pypi")
    assert sorted(file.name for file in (tmp_path / "out" / "dist").iterdir()) == ["markupsafe-3.0.3.tar.gz"]
    for job, check in (("build", "wheels"), ("examine", "wheels"), ("gate", "wheels"), ("confirm", "install-untried")):
        found = [finding for finding in outcome.records[job].findings if finding.check == check]
        assert {(finding.state, finding.code) for finding in found} == {(State.SKIPPED, f"{check}-skipped")}, job
        assert all(WHEELS_FILE in finding.found for finding in found)
    assert any(WHEELS_FILE in line for line in outcome.not_rehearsed)
    assert_verified(tmp_path / "out", project, capsys)
