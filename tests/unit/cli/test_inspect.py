"""`sealwright inspect`, as a user calls it, on real builds in real repositories."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.support import projects
from tests.support.builds import build
from tests.support.projects import TINY
from tests.support.submodules import add_submodule

from sealwright.cli import Invocation, main
from sealwright.cli.inspect import run
from sealwright.errors import UsageError

NAMES = ("tiny_project-1.2.3-py3-none-any.whl", "tiny_project-1.2.3.tar.gz")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository `source`, tagged v1.2.3, and its distributions in `dist`."""
    folder = tmp_path_factory.mktemp("built")
    source = projects.make_project(folder / "source", TINY)
    projects.git(source, "tag", "v1.2.3")
    (folder / "dist").mkdir()
    for name, data in build(folder, projects.git(source, "rev-parse", "HEAD")).items():
        (folder / "dist" / name).write_bytes(data)
    return folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return shutil.copytree(built, tmp_path / "place")


def inspect(place: Path, *arguments: str, files: tuple[str, ...] = NAMES) -> int:
    words = ["--project", "source", *arguments, *(f"dist/{name}" for name in files)]
    return run(Invocation(words, os.environ, place))


def test_an_honest_build_passes_and_says_what_was_compared(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect(place) == 0
    shown = capsys.readouterr()
    assert "tag v1.2.3, which is for 1.2.3" in shown.err
    assert "project from pyproject.toml; version from pyproject.toml [project] version" in shown.err
    lines = shown.out.splitlines()
    assert lines[0] == NAMES[0]
    assert "PASSED" in shown.out
    assert any("as in the commit" in line for line in lines)
    assert not any("written by the backend" in line for line in lines)


def test_reasons_are_given_on_request(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect(place, "--verbose") == 0
    assert "licenses/LICENSE: the committed LICENSE" in capsys.readouterr().out


def test_programs_read_the_same_with_every_reason(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect(place, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    head = projects.git(place / "source", "rev-parse", "HEAD")
    assert (answer["command"], answer["passed"], answer["commit"]) == ("inspect", True, head)
    assert {subject["path"] for subject in answer["subjects"]} == set(NAMES)
    explained = [f for f in answer["findings"] if f["check"] == "explained"]
    assert len(explained) >= 5
    assert all(f["found"] for f in explained)


def test_the_tag_counts_and_not_what_came_later(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    projects.write(place / "source", {"src/tiny_project/__init__.py": "other\n"})
    projects.commit(place / "source")
    assert inspect(place) == 0
    assert inspect(place, "--commit", "HEAD") == 1
    shown = capsys.readouterr()
    assert "`HEAD`, as asked for" in shown.err
    assert "modified" in shown.out
    assert "FAILED" in shown.out


@pytest.mark.parametrize(
    ("tags", "told"),
    [(("delete",), "HEAD, since no tag is for 1.2.3"), (("other",), "HEAD, since several tags are for 1.2.3: ")],
)
def test_without_one_tag_the_current_commit_is_taken_and_said_so(
    place: Path, tags: tuple[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = place / "source"
    if tags == ("delete",):
        projects.git(source, "tag", "-d", "v1.2.3")
    else:
        projects.git(source, "commit", "-q", "--allow-empty", "-m", "Later")
        projects.git(source, "tag", "1.2.3")
    assert inspect(place) == 0
    assert told in capsys.readouterr().err


def test_one_wheel_alone_is_compared_with_the_commit(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect(place, files=NAMES[:1]) == 0
    assert "no sdist to compare with" in capsys.readouterr().out


def test_what_was_changed_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = place / "dist" / NAMES[0]
    wheel.write_bytes(wheel.read_bytes() + b"evil")
    assert inspect(place) == 1
    assert "trailing-data" in capsys.readouterr().out


def test_a_project_whose_version_a_tag_decides_is_known_by_its_files(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = place / "source"
    text = (source / "pyproject.toml").read_text().replace('version = "1.2.3"', 'dynamic = ["version"]')
    (source / "pyproject.toml").write_text(text + '[tool.hatch.version]\nsource = "vcs"\n')
    projects.commit(source)
    assert inspect(place, "--commit", "HEAD") == 1  # pyproject.toml is another one now
    shown = capsys.readouterr()
    assert "version from the file names (hatch version source `vcs` decides it)" in shown.err
    assert "version-mismatch" not in shown.out


def test_a_project_in_a_folder_of_a_repository_is_found_there(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = projects.make_project(tmp_path / "source", {f"libs/tiny/{path}": text for path, text in TINY.items()})
    projects.git(source, "tag", "v1.2.3")
    projects.git(source, "commit", "-q", "--allow-empty", "-m", "Later")
    projects.git(source, "tag", "tiny-project-v1.2.3")
    words = ["--project", "source/libs/tiny", *(str(built / "dist" / name) for name in NAMES)]
    assert run(Invocation(words, os.environ, tmp_path)) == 0
    assert "in libs/tiny" in (told := capsys.readouterr().err)
    assert "tag tiny-project-v1.2.3" in told


def test_a_repository_of_sha256_objects_is_read_alike(place: Path) -> None:
    other = place / "other"
    other.mkdir()
    projects.git(other, "init", "-q", "-b", "main", "--object-format=sha256")
    projects.write(other, TINY)
    assert len(projects.commit(other)) == 64
    words = ["--project", "other", *(f"dist/{name}" for name in NAMES)]
    assert run(Invocation(words, os.environ, place)) == 0


def test_members_of_a_submodule_are_compared_at_the_recorded_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendored = projects.make_project(tmp_path / "vendored", {"__init__.py": "", "deep.py": "x = 1\n"})
    source = projects.make_project(tmp_path / "source", TINY)
    add_submodule(source, vendored, "src/tiny_project/vendored")
    head = projects.git(source, "rev-parse", "HEAD")
    (tmp_path / "dist").mkdir()
    for name, data in build(tmp_path, head).items():
        (tmp_path / "dist" / name).write_bytes(data)
    assert inspect(tmp_path, "--commit", head) == 0
    capsys.readouterr()
    projects.git(tmp_path, "clone", "-q", "source", "lean")  # without the submodule
    shutil.rmtree(source)
    (tmp_path / "lean").rename(source)
    assert inspect(tmp_path, "--commit", head) == 3
    shown = capsys.readouterr().out
    assert "submodule-unseen" in shown
    assert "git submodule update --init --recursive" in shown
    assert "not-in-git" not in shown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--project", "source", "dist/missing.whl"], "file-missing"),
        (["--project", "source", f"dist/{NAMES[0]}", f"dist/../dist/{NAMES[0]}"], "file-named-twice"),
        (["--project", "source", "source/README.md"], "no-distribution"),
        (["--project", "source", "source/a b.whl"], "file-name-strange"),
        (["--project", "dist", f"dist/{NAMES[0]}"], "not-a-repository"),
        (["--project", "source/src", f"dist/{NAMES[0]}"], "not-a-project"),
        (["--project", "source", "--commit", "v9", f"dist/{NAMES[0]}"], "revision-unknown"),
    ],
)
def test_wrong_use_is_told_apart_from_a_verdict(place: Path, words: list[str], code: str) -> None:
    (place / "source" / "a b.whl").touch()
    with pytest.raises(UsageError) as caught:
        run(Invocation(words, os.environ, place))
    assert caught.value.code == code
    assert caught.value.hint


def test_files_of_several_versions_are_refused_where_the_commit_does_not_say_which(place: Path) -> None:
    source = place / "source"
    (source / "pyproject.toml").write_text(
        (source / "pyproject.toml").read_text().replace('version = "1.2.3"', 'dynamic = ["version"]')
        + '[tool.hatch.version]\nsource = "vcs"\n'
    )
    projects.commit(source)
    shutil.copy(place / "dist" / NAMES[0], place / "dist" / "tiny_project-2.0-py3-none-any.whl")
    with pytest.raises(UsageError) as caught:
        inspect(place, files=(NAMES[0], "tiny_project-2.0-py3-none-any.whl"))
    assert caught.value.code == "several-versions"


def test_a_missing_twine_is_no_reason_to_stop(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere(name: str, _environ: object) -> Path:
        raise UsageError("program-missing", f"`{name}` is not here", hint="install it")

    monkeypatch.setattr("sealwright.services.twine.find_program", nowhere)
    assert inspect(place) == 0
    assert "description-skipped" in capsys.readouterr().out


def test_the_command_is_one_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "  inspect " in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        main(["inspect", "--help"])
    assert caught.value.code == 0
    assert "--commit REV" in capsys.readouterr().out
