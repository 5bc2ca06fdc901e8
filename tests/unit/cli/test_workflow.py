from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sealwright.cli import main

DIGEST = "ab" * 32


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".github" / "workflows" / "release.yml"


def test_a_rendered_workflow_passes_its_own_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "--release", "1.0", DIGEST]) == 0
    assert f"sealwright==1.0 --hash=sha256:{DIGEST}" in project.read_text()
    assert main(["workflow", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_drift_is_printed_and_is_a_failure(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["workflow", "--release", "1.0", DIGEST])
    project.write_text(project.read_text().replace("persist-credentials: false", "persist-credentials: true"))
    assert main(["workflow", "--check"]) == 1
    assert "+        persist-credentials: true" in capsys.readouterr().out


def test_without_a_published_program_nothing_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow"]) == 2
    assert "--release VERSION" in capsys.readouterr().err
    assert not project.exists()


def test_checking_what_is_not_there_is_a_usage_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "--check"]) == 2
    assert "workflow-missing" in capsys.readouterr().err
