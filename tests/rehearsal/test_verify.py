"""What `sealwright verify` says of a rehearsed release: every file of its dossier counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sealwright.cli import main
from sealwright.dossier.store import DIST, EVIDENCE, RECORDS, RELEASE, VERIFYING
from sealwright.services.release_folder import ReleaseFiles, read_release
from sealwright.services.trust import named_root
from sealwright.verify.anybody import Answer, verify_release
from sealwright.verify.evidence import FileContent
from sealwright.verify.question import Question
from tests.rehearsal.test_rehearse import command
from tests.support import projects

pytestmark = pytest.mark.index
ASKED = Question("local/tiny-project", tag="v1.2.3")
Change = Callable[[dict[str, FileContent], str], None]


@pytest.fixture(scope="module")
def dossier(rehearsed: Path) -> ReleaseFiles:
    return read_release(rehearsed / "done")


def judge(rehearsed: Path, dossier: ReleaseFiles, files: Mapping[str, FileContent]) -> Answer:
    root = named_root(rehearsed / "done/trust_config.json")
    return verify_release(files, ASKED, root, scope=dossier.scope, own_root=True)


def counted(dossier: ReleaseFiles) -> list[str]:
    folders = (f"{DIST}/", f"{EVIDENCE}/", f"{RECORDS}/")
    return [path for path in dossier.files if path in (RELEASE, VERIFYING) or path.startswith(folders)]


def remove(files: dict[str, FileContent], path: str) -> None:
    del files[path]


def flip_last(files: dict[str, FileContent], path: str) -> None:
    data = files[path].data
    assert data
    files[path] = FileContent.of(path, data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])


def double(files: dict[str, FileContent], path: str) -> None:
    folder, _, name = path.rpartition("/")
    copy = f"{folder}/another-{name}".lstrip("/")
    files[copy] = FileContent.of(copy, files[path].data or b"")


@pytest.mark.parametrize("change", [remove, flip_last, double])
def test_no_file_that_counts_can_be_missing_changed_or_added(
    rehearsed: Path, dossier: ReleaseFiles, change: Change
) -> None:
    paths = counted(dossier)
    assert {path.partition("/")[0] for path in paths} == {DIST, EVIDENCE, RECORDS, RELEASE, VERIFYING}
    assert len(paths) > 30
    passed = []
    for path in paths:
        files = dict(dossier.files)
        change(files, path)
        if judge(rehearsed, dossier, files).verdict.passed:
            passed.append(path)
    assert passed == []


def test_the_dossier_as_it_is_passes(rehearsed: Path, dossier: ReleaseFiles) -> None:
    answer = judge(rehearsed, dossier, dossier.files)
    assert answer.verdict.blocking == ()
    assert answer.verdict.passed


def test_the_command_judges_dossier_assets_and_clone(
    rehearsed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = rehearsed / "done"
    assets = tmp_path / "assets"
    assets.mkdir()
    for path in (*(done / DIST).iterdir(), *(done / EVIDENCE).iterdir(), done / RELEASE, done / VERIFYING):
        shutil.copy(path, assets)
    given = ("--repo", ASKED.repository, "--trust-config", str(done / "trust_config.json"))
    for target in (done, assets):
        assert main(["verify", str(target), *given, "--source", str(rehearsed / "project")]) == 0, target
        said = capsys.readouterr().out
        assert "ok      source" in said
        assert "ok      branch" in said
        assert "skip    workflow" in said  # the tiny project has none


def test_a_clone_without_the_commit_is_no_agreement(
    rehearsed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done, other = rehearsed / "done", projects.make_project(tmp_path / "other", **{"README.md": "# Other\n"})
    given = ("--repo", ASKED.repository, "--trust-config", str(done / "trust_config.json"), "--source", str(other))
    assert main(["verify", str(done), *given]) == 3
    said = capsys.readouterr().out
    assert "source-commit-missing" in said
    assert "git fetch origin" in said


def test_a_dossier_that_is_not_whole_says_so(rehearsed: Path, tmp_path: Path) -> None:
    shutil.copytree(rehearsed / "after-gate", tmp_path / "d", symlinks=True)
    done = command("verify", tmp_path / "d", "--repo", ASKED.repository, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
