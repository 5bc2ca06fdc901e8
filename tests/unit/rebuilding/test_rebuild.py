"""A release on an index on loopback, built again with the backend that its wheel names."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import projects
from tests.support.loopback_index import BACKEND, Listed, LoopbackIndex, backend_sdist, backend_wheel
from tests.support.projects import PYPROJECT, make_project

from sealwright.cli import main
from sealwright.errors import Refused
from sealwright.rebuilding.rebuild import Request, rebuild

BUILD_SYSTEM = '[build-system]\nrequires = ["tiny-backend"]\nbuild-backend = "tiny_backend"\n'
WHEEL = "tiny_project-1.2.3-py3-none-any.whl"
UPLOADED = "2026-02-01T00:00:00Z"


def released_wheel(pth: str | None = None, generator: str = "tiny-backend 1.0") -> bytes:
    """The wheel that the backend makes, as another backend would sign it, or with a `.pth` file."""
    scope: dict[str, Any] = {}
    exec(BACKEND.replace("tiny-backend 1.0", generator), scope)  # noqa: S102 - the backend of the tests
    with tempfile.TemporaryDirectory() as folder:
        scope["build_wheel"](folder)
        wheel = Path(folder) / WHEEL
        if pth is not None:
            with zipfile.ZipFile(wheel, "a") as archive:
                archive.writestr(zipfile.ZipInfo("tiny_project.pth", (2024, 1, 1, 0, 0, 0)), pth)
        return wheel.read_bytes()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIndex]:
    """An index with a backend, a newer one, and a release that was built with the older."""
    old, new = backend_wheel(tmp_path / "backend"), backend_wheel(tmp_path / "backend", "2.0", "raise ValueError\n")
    files = {
        "tiny-backend": {
            old[0]: Listed(old[1], uploaded="2026-01-01T00:00:00Z"),
            new[0]: Listed(new[1], uploaded="2026-03-01T00:00:00Z"),
        },
        "tiny-project": {WHEEL: Listed(released_wheel(), uploaded=UPLOADED)},
    }
    with LoopbackIndex(files) as running:
        for name, value in {**running.variables, "UV_CACHE_DIR": str(tmp_path / "uv")}.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project", **{"pyproject.toml": BUILD_SYSTEM + PYPROJECT.split("\n", 3)[3]})
    projects.git(made, "tag", "v1.2.3")
    return made


def serve(index: LoopbackIndex, data: bytes, name: str = WHEEL, **more: str) -> None:
    index.projects["tiny-project"] = {name: Listed(data, uploaded=UPLOADED, **more)}


def ask(project: Path, *more: str, source: str = "pypi:tiny-project==1.2.3") -> int:
    return main(["rebuild", "--from", source, "--project", str(project), *more])


def answer(
    project: Path, capsys: pytest.CaptureFixture[str], *more: str, **source: str
) -> tuple[int, dict[str, object]]:
    code = ask(project, "--json", *more, **source)
    return code, json.loads(capsys.readouterr().out)


def test_a_release_that_is_what_it_says_is_made_again(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "uncommitted.py").write_text("import os\n")
    before = projects.git(project, "status", "--porcelain"), projects.git(project, "for-each-ref")
    assert ask(project) == 0
    printed = capsys.readouterr()
    assert f"ok      rebuild {WHEEL}: byte-identical" in printed.out
    assert "backend  tiny-backend 1.0" in printed.out
    assert f"as of the upload, {UPLOADED}" in printed.out
    assert printed.err.splitlines()[0] == f"fetching {WHEEL}"
    assert (projects.git(project, "status", "--porcelain"), projects.git(project, "for-each-ref")) == before


def test_the_answer_for_programs_names_backend_tools_and_times(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = answer(project, capsys)
    assert (code, found["passed"], found["exit_code"]) == (0, True, 0)
    assert found["backend"] == {
        "name": "tiny-backend",
        "text": "tiny-backend 1.0",
        "requirements": ["tiny-backend==1.0"],
        "gaps": [],
    }
    assert found["resolved_as_of"] == UPLOADED
    assert found["source"] == {"name": "v1.2.3", "commit": projects.git(project, "rev-parse", "HEAD")}
    tools = {tool["name"]: tool for tool in found["tools"]}
    assert tools["tiny-backend"]["version"] == "1.0"
    (file,) = found["files"]
    assert (file["identical"], file["differences"]) == (True, [])


def test_changed_code_is_code_and_exit_1(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(index, released_wheel("import os\n"))
    code, found = answer(project, capsys)
    assert code == 1
    (file,) = found["files"]
    (worst, *_) = file["differences"]
    assert (worst["class"], worst["members"]) == ("code", ["tiny_project.pth"])
    assert not file["identical"]
    assert found["findings"][0]["code"] == "rebuild-differs-code"


def test_files_on_disk_are_compared_without_a_question_about_them(
    index: LoopbackIndex, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / WHEEL).write_bytes(released_wheel("import os\n"))
    index.projects["tiny-backend"].popitem()  # without an upload time, the newest that fits would be taken
    for source in (folder, folder / WHEEL):
        code, found = answer(project, capsys, source=str(source))
        assert (code, found["resolved_as_of"]) == (1, None)
        assert found["findings"][0]["code"] == "rebuild-differs-code"
    assert not any("tiny-project" in exchange.path for exchange in index.exchanges)


def test_what_was_compared_is_kept_on_request(index: LoopbackIndex, project: Path, tmp_path: Path) -> None:
    assert ask(project, "--out", str(tmp_path / "kept")) == 0
    kept = tmp_path / "kept"
    assert (kept / "published" / WHEEL).read_bytes() == (kept / "rebuilt" / WHEEL).read_bytes()
    assert "tiny-backend==1.0" in (kept / "environment.txt").read_text()
    assert ask(project, "--out", str(kept)) == 2


def test_a_commit_can_be_named_and_gets_its_tag_in_the_clone_alone(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.git(project, "tag", "-d", "v1.2.3")
    assert ask(project) == 2
    assert "tag-unknown" in capsys.readouterr().err
    code, found = answer(project, capsys, "--commit", "HEAD")
    assert (code, found["source"]["name"]) == (0, "v1.2.3")
    assert projects.git(project, "tag") == ""


def test_a_wheel_of_one_platform_is_not_rebuilt_and_never_passes(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    native = "tiny_project-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl"
    index.projects["tiny-project"][native] = Listed(b"native", uploaded=UPLOADED)
    code, found = answer(project, capsys)
    assert (code, found["not_rebuilt"]) == (3, [native])
    serve(index, b"native", native)
    assert ask(project) == 3
    assert "rebuild-not-made" in capsys.readouterr().err


def test_a_file_that_the_rebuild_does_not_make_is_a_difference(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(index, released_wheel(), WHEEL.replace("py3-", "py2.py3-"))
    code, found = answer(project, capsys)
    assert (code, found["findings"][0]["code"]) == (1, "rebuild-file-missing")


UNAVAILABLE = {
    "an unknown backend": ("evil-backend 1.0", "backend-unknown"),
    "no backend": ("", "backend-unknown"),
    "a version that is not there": ("tiny-backend 9.9", "backend-unavailable"),
    "a version that came later": ("tiny-backend 2.0", "backend-unavailable"),
}


@pytest.mark.parametrize(("generator", "code"), UNAVAILABLE.values(), ids=UNAVAILABLE.keys())
def test_a_backend_that_cannot_be_had_is_exit_3(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str], generator: str, code: str
) -> None:
    serve(index, released_wheel(generator=generator))
    assert ask(project) == 3
    printed = capsys.readouterr()
    assert f"error: {code}: " in printed.err
    assert "fix: " in printed.err
    assert printed.out == ""


def test_a_backend_that_has_no_wheel_is_never_built_from_source(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, data = backend_sdist()
    index.projects["tiny-backend"] = {name: Listed(data, uploaded="2026-01-01T00:00:00Z")}
    assert ask(project) == 3
    assert "backend-unavailable" in capsys.readouterr().err


def test_a_release_that_is_not_there_is_exit_3(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(project, source="pypi:tiny-project==1.2.4") == 3
    assert "the newest versions are 1.2.3" in capsys.readouterr().err
    assert ask(project, source="pypi:no-such-project==1") == 3


@pytest.mark.parametrize("name", ["../../../escaped-1.2.3.tar.gz", "/tmp/escaped-1.2.3.tar.gz", "a b-1.2.3.tar.gz"])  # noqa: S108
def test_a_name_from_the_index_never_leads_out_of_the_folder(
    index: LoopbackIndex, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    index.projects["tiny-project"][name] = Listed(b"evil", uploaded=UPLOADED)
    assert ask(project) == 3
    assert "answer-malformed" in capsys.readouterr().err
    assert not list(tmp_path.rglob("escaped-*"))


def test_an_index_that_serves_other_bytes_than_it_lists_is_refused(index: LoopbackIndex, project: Path) -> None:
    serve(index, released_wheel(), sha256="0" * 64)
    request = Request(("pypi:tiny-project==1.2.3",), project, project)
    with pytest.raises(Refused) as refused:
        rebuild(request, os.environ, lambda _: None)
    assert refused.value.code == "digest-mismatch"


def test_a_commit_that_does_not_build_is_exit_3(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "src" / "tiny_project" / "__init__.py").unlink()
    projects.commit(project, "Broken")
    assert ask(project, "--commit", "HEAD") == 3
    assert "rebuild-failed" in capsys.readouterr().err


USAGE = {
    "no version": ("pypi:tiny-project", "source-malformed"),
    "a range": ("pypi:tiny-project>=1", "source-malformed"),
    "a star": ("pypi:tiny-project==1.*", "source-malformed"),
    "an extra": ("pypi:tiny-project[x]==1", "source-malformed"),
    "no requirement": ("pypi:==", "source-malformed"),
    "no file": ("nowhere", "file-missing"),
    "a folder without files": (".git", "file-missing"),
    "another file": ("README.md", "filename-malformed"),
    "another project": ("pypi:tiny-backend==1.0", "project-mismatch"),
}


@pytest.mark.parametrize(("source", "code"), USAGE.values(), ids=USAGE.keys())
def test_what_cannot_be_meant_is_usage(
    index: LoopbackIndex,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    code: str,
) -> None:
    monkeypatch.chdir(project)
    projects.git(project, "tag", "v1.0")
    assert ask(project, source=source) == 2
    printed = capsys.readouterr().err
    assert f"error: {code}: " in printed
    assert "fix: " in printed


def test_files_of_two_releases_are_not_one(index: LoopbackIndex, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for version in ("1.2.3", "1.2.4"):
        (folder / WHEEL.replace("1.2.3", version)).write_bytes(b"")
    assert ask(project, source=str(folder)) == 2


def test_a_pip_without_an_index_is_told_to_name_files(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert ask(project) == 2
    assert "index-none" in capsys.readouterr().err


SPY = """
import os
tokens = [name for name in os.environ if "TOKEN" in name]
raise ValueError(repr((tokens, os.listdir(os.path.expanduser("~")), os.umask(0o22))))
"""


def test_code_of_others_sees_no_token_and_an_empty_home(
    index: LoopbackIndex, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((name, _), *_) = index.projects["tiny-backend"].items()
    _, data = backend_wheel(project.parent / "spy", more=SPY)
    index.projects["tiny-backend"][name] = Listed(data, uploaded="2026-01-01T00:00:00Z")
    monkeypatch.setenv("PYPI_TOKEN", "secret")
    assert ask(project) == 3
    assert "ValueError: ([], [], 18)" in capsys.readouterr().err
