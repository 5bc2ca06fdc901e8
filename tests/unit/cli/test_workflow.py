from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.support.pypi import make_world

from sealwright.cli import main
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.project.reading import PYPROJECT

DIGEST = "ab" * 32
RELEASE = ["--release", "1.0", DIGEST]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / PYPROJECT).write_text('[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PYPI_VARIABLE, "http://127.0.0.1:9")  # nobody is there
    return tmp_path / ".github" / "workflows" / "release.yml"


def test_a_rendered_workflow_passes_its_own_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", *RELEASE]) == 0
    assert f"sealwright==1.0 --hash=sha256:{DIGEST}" in project.read_text()
    assert main(["workflow", "--check"]) == 0
    assert capsys.readouterr().out == ""


def edit(project: Path) -> str:
    text = project.read_text().replace("persist-credentials: false", "persist-credentials: true")
    project.write_text(text)
    return text


def test_drift_is_printed_with_the_command_that_mends_it_and_is_a_failure(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["workflow", *RELEASE])
    edit(project)
    assert main(["workflow", "--check"]) == 1
    said = capsys.readouterr()
    assert "+        persist-credentials: true" in said.out
    assert "fix: sealwright workflow\n" in said.err
    # The command as it is printed mends it, without the network: the file says which sealwright it installs.
    assert main(["workflow"]) == 0
    assert main(["workflow", "--check"]) == 0
    edit(project)
    monkeypatch.chdir("/")
    assert main(["workflow", "--check", "--project", str(tmp_path)]) == 1
    assert f"fix: sealwright workflow --project {tmp_path}\n" in capsys.readouterr().err


def test_what_only_github_reads_differently_is_drift(project: Path) -> None:
    main(["workflow", *RELEASE])
    project.write_text(project.read_text().replace("attestations: true", "attestations: yes"))
    assert main(["workflow", "--check"]) == 1


def test_rendering_again_takes_back_no_pin_that_a_bot_renewed(project: Path) -> None:
    main(["workflow", *RELEASE])
    newer = re.sub(r"actions/checkout@\w+ # \S+", f"actions/checkout@{'e' * 40} # v99.0.0", project.read_text())
    project.write_text(newer)
    (project.parents[2] / PYPROJECT).write_text(
        '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n[tool.sealwright]\ntestpypi = false\n'
    )
    assert main(["workflow"]) == 0
    assert f"actions/checkout@{'e' * 40} # v99.0.0" in project.read_text()
    assert "testpypi:" not in project.read_text()


def test_without_a_published_program_nothing_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow"]) == 2
    assert "--release VERSION" in capsys.readouterr().err
    assert not project.exists()


def test_an_index_without_the_program_that_runs_here_names_none(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_world(tmp_path / "world") as world:
        monkeypatch.setenv(PYPI_VARIABLE, world.pypi.url)
        assert main(["workflow"]) == 2
    assert "has no wheel of it" in capsys.readouterr().err


def test_checking_what_is_not_there_is_a_usage_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "--check"]) == 2
    assert "workflow-missing" in capsys.readouterr().err


def test_a_workflow_of_somebody_s_own_is_not_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.parent.mkdir(parents=True)
    project.write_text("name: mine\non: push\njobs: {}\n")
    assert main(["workflow", *RELEASE]) == 2
    assert "workflow-foreign" in capsys.readouterr().err
    assert project.read_text().startswith("name: mine")
    assert main(["workflow", *RELEASE, "--force"]) == 0
    assert main(["workflow", "--check"]) == 0


def test_what_is_ejected_is_the_project_s_own_from_then_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["workflow", *RELEASE])
    edited = edit(project)
    assert main(["workflow", "--eject"]) == 0
    text = project.read_text()
    assert text.startswith("# Rendered by `sealwright workflow` once and the project's own since then")
    assert "--check" not in text
    assert yaml.safe_load(text) == yaml.safe_load(edited), "what was changed stays"
    pyproject = (project.parents[2] / PYPROJECT).read_text()
    assert pyproject.endswith('\n[tool.sealwright]\nworkflow = "own"\n')
    capsys.readouterr()
    # Not compared is not agreement.
    assert main(["workflow", "--check"]) == 3
    assert "was not compared" in capsys.readouterr().err
    for again in ([], ["--force"], ["--eject"]):
        assert main(["workflow", *again]) == 2
        assert "workflow-own" in capsys.readouterr().err
    assert project.read_text() == text


def test_a_file_without_our_head_is_ejected_whole(project: Path) -> None:
    project.parent.mkdir(parents=True)
    mine = "# mine\nname: mine\non: push\njobs: {}\n"
    project.write_text(mine)
    assert main(["workflow", "--eject"]) == 0
    assert project.read_text().endswith(f"\n\n{mine}")


def test_ejecting_without_a_file_renders_one_first(project: Path) -> None:
    assert main(["workflow", "--eject"]) == 2
    assert not project.exists()
    assert main(["workflow", "--eject", *RELEASE]) == 0
    assert "jobs:" in project.read_text()


def test_a_policy_that_an_ejected_workflow_cannot_satisfy_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = project.parents[2] / "security/policy.toml"
    policy.parent.mkdir()
    policy.write_text('checks.workflow = "require"\n')
    assert main(["workflow", "--eject", *RELEASE]) == 0
    assert "security/policy.toml requires the check `workflow`" in capsys.readouterr().err


def test_a_pyproject_that_cannot_be_added_to_leaves_everything_as_it_was(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pyproject = project.parents[2] / PYPROJECT
    text = 'tool.sealwright.audit = "report"\n' + pyproject.read_text()
    pyproject.write_text(text)
    assert main(["workflow", "--eject", *RELEASE]) == 2
    assert 'add by hand, to [tool.sealwright]: workflow = "own"' in capsys.readouterr().err
    assert not project.exists()
    assert pyproject.read_text() == text


def test_packages_that_have_to_be_believed_are_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "--packages"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"(?m)^  pypi +id-token: nothing of ours and pypa/gh-action-pypi-publish v", text)
    assert re.search(r"(?m)^  sigstore \d", text)
    assert not project.exists()
