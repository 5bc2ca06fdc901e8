"""Keeping and fetching as GitHub's own actions do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.errors import Refused, UsageError
from sealwright.rehearsal.actions import download_artifact, upload_artifact
from sealwright.rehearsal.artifacts import NOT_REHEARSED, VARIABLE, Artifacts


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "store").mkdir()
    (tmp_path / "workspace" / "new" / ".cache").mkdir(parents=True)
    (tmp_path / "workspace" / "new" / "wheel").write_text("x")
    (tmp_path / "workspace" / "new" / ".cache" / "hidden").write_text("x")
    return {VARIABLE: str(tmp_path / "store"), "GITHUB_JOB": "build"}


def upload(environ: dict[str, str], tmp_path: Path, **inputs: str) -> dict[str, str]:
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return dict(upload_artifact.run({"name": "build-1", "path": "new", **given}, environ, tmp_path / "workspace"))


def download(environ: dict[str, str], tmp_path: Path, **inputs: str) -> list[str]:
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    download_artifact.run({"path": "dossier", **given}, environ, tmp_path / "workspace")
    found = tmp_path / "workspace" / "dossier"
    return sorted(path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file())


def test_an_artifact_is_fetched_by_its_id(environ: dict[str, str], tmp_path: Path) -> None:
    kept = upload(environ, tmp_path)
    assert kept["artifact-digest"] == Artifacts(tmp_path / "store").digest(kept["artifact-id"]) != ""
    assert download(environ, tmp_path, artifact_ids=kept["artifact-id"]) == ["wheel"]


def test_an_artifact_is_fetched_by_its_name(environ: dict[str, str], tmp_path: Path) -> None:
    upload(environ, tmp_path, include_hidden_files="true")
    assert download(environ, tmp_path, name="build-1") == [".cache/hidden", "wheel"]


def test_what_a_workflow_that_did_not_run_made_is_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    assert download(environ, tmp_path, artifact_ids=NOT_REHEARSED) == []


@pytest.mark.parametrize("inputs", [{"artifact-ids": "lost"}, {"name": "lost"}, {"artifact-ids": "build.build-1,x"}])
def test_what_was_never_kept_is_refused(environ: dict[str, str], tmp_path: Path, inputs: dict[str, str]) -> None:
    upload(environ, tmp_path)
    with pytest.raises(Refused) as caught:
        download_artifact.run(inputs, environ, tmp_path / "workspace")
    assert caught.value.code == "artifact-missing"


@pytest.mark.parametrize(
    "inputs",
    [
        {},  # the original would fetch every artifact of the run
        {"name": "build-1", "artifact-ids": "build.build-1"},
        {"name": "build-1", "path": "../elsewhere"},
        {"name": "build-1", "pattern": "*"},
    ],
)
def test_a_download_that_is_not_played_is_refused(
    environ: dict[str, str], tmp_path: Path, inputs: dict[str, str]
) -> None:
    upload(environ, tmp_path)
    with pytest.raises(UsageError):
        download_artifact.run(inputs, environ, tmp_path / "workspace")


@pytest.mark.parametrize(
    "inputs",
    [
        {"path": "new/*.whl"},
        {"path": "new\nother"},
        {"path": ".."},
        {"overwrite": "true"},
        {"include-hidden-files": "yes"},
        {"path": "absent", "if-no-files-found": "panic"},
    ],
)
def test_an_upload_that_is_not_played_is_refused(
    environ: dict[str, str], tmp_path: Path, inputs: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        upload_artifact.run({"name": "build-1", "path": "new", **inputs}, environ, tmp_path / "workspace")
    assert Artifacts(tmp_path / "store").ids() == ()


def test_a_second_artifact_of_a_name_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    upload(environ, tmp_path)
    with pytest.raises(Refused) as caught:
        upload({**environ, "GITHUB_JOB": "rebuild"}, tmp_path)
    assert caught.value.code == "artifact-exists"


def test_nothing_to_keep_is_an_error_only_where_that_is_asked_for(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Refused):
        upload(environ, tmp_path, path="absent", if_no_files_found="error")
    assert upload(environ, tmp_path, path="absent", if_no_files_found="ignore") == {}
    assert capsys.readouterr().out == ""
    assert upload(environ, tmp_path, path="absent") == {}
    assert capsys.readouterr().out.startswith("::warning::")
