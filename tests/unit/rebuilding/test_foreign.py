"""Releases of others, as the index has them, built again from what their sdists hold of their repositories."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.differences import record_of
from tests.support.foreign import (
    ANNOTATED_DOC,
    ITSDANGEROUS,
    RESOLVELIB,
    STRUCTLOG,
    TOMLKIT,
    Foreign,
    checked_in,
)
from tests.support.projects import PYPROJECT, git, make_project
from tests.support.releases import Release

from sealwright.cli import main
from sealwright.services.index import IndexClient, configured_site, of_release
from sealwright.services.package_index import PackageIndex

pytestmark = [pytest.mark.index, pytest.mark.slow]


@dataclass(frozen=True)
class Case:
    """What a rebuild of a release shows."""

    foreign: Foreign
    backend: str
    wheel: tuple[str, ...] = ()
    """Classes in which the wheel differs; nothing where it is byte-identical."""
    sdist: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Of the worst class of the sdist, where that is worth a look."""


CASES = (
    Case(STRUCTLOG, "hatchling 1.27.0"),  # its version comes from the tag, by hatch-vcs
    Case(ITSDANGEROUS, "flit 3.9.0"),
    # Its sdist holds the `.git` of a submodule, which no other clone has.
    Case(TOMLKIT, "poetry-core 2.1.3", sdist=("content",), members=("tomlkit-0.13.3/tests/toml-test/.git",)),
    Case(RESOLVELIB, "setuptools (75.3.0)", sdist=("metadata", "timestamps")),
    Case(ANNOTATED_DOC, "pdm-backend (2.4.5)", sdist=("timestamps",)),
)


def answer(
    capsys: pytest.CaptureFixture[str], project: Path, *sources: str
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """(exit code, files by suffix, the whole answer)."""
    capsys.readouterr()
    code = main(["rebuild", "--from", *sources, "--project", str(project), "--commit", "HEAD", "--json"])
    found = json.loads(capsys.readouterr().out)
    return code, {Path(file["name"]).suffix: file for file in found["files"]}, found


def classes(file: dict[str, Any]) -> tuple[str, ...]:
    return tuple(difference["class"] for difference in file["differences"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.foreign.name)
def test_published_releases_are_made_again(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = checked_in(case.foreign, tmp_path / "project")
    source = f"pypi:{case.foreign.name}=={case.foreign.version}"
    code, files, found = answer(capsys, project, source)
    assert found["backend"]["text"] == case.backend
    assert (classes(files[".whl"]), classes(files[".gz"])) == (case.wheel, case.sdist)
    assert [file["identical"] for file in (files[".whl"], files[".gz"])] == [not case.wheel, not case.sdist]
    assert code == (1 if case.wheel or case.sdist else 0)
    assert found["resolved_as_of"]
    if case.members:
        assert tuple(files[".gz"]["differences"][0]["members"]) == case.members
    for file in files.values():
        assert all(difference["remedy"] for difference in file["differences"])
    without = {tool["name"] for tool in found["tools"] if not tool["sha256"]}
    assert without == {"zlib"}
    assert git(project, "status", "--porcelain", "--ignored") == ""


def test_a_tampered_wheel_is_other_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As somebody would who replaced a published file: RECORD fits, times and modes as before."""
    project = checked_in(ITSDANGEROUS, tmp_path / "project")
    client = IndexClient(configured_site(PackageIndex.from_pip(os.environ)))
    (listed,) = [f for f in of_release(client.files("itsdangerous"), "2.2.0") if f.filename.endswith(".whl")]
    (tmp_path / "honest.whl").write_bytes(client.download(listed))
    tampered = tmp_path / listed.filename
    with zipfile.ZipFile(tmp_path / "honest.whl") as source, zipfile.ZipFile(tampered, "w") as target:
        contents = {info.filename: source.read(info) for info in source.infolist()}
        record = next(name for name in contents if name.endswith("/RECORD"))
        contents["itsdangerous/signer.py"] += b"\nimport os\n"
        rows = record_of({name: data for name, data in contents.items() if name != record}).splitlines()[:-1]
        contents[record] = b"".join(row + b"\n" for row in (*rows, f"{record},,".encode()))
        for info in source.infolist():
            target.writestr(info, contents[info.filename])
    code, files, found = answer(capsys, project, str(tampered))
    assert code == 1
    (worst, *others) = files[".whl"]["differences"]
    assert (worst["class"], worst["members"]) == ("code", ["itsdangerous/signer.py"])
    assert worst["first"]["found"].endswith(": the text has ended")
    assert not {"content", "unclassified"} & {difference["class"] for difference in others}
    assert found["findings"][0]["code"] == "rebuild-differs-code"


SYSTEMS = {
    "setuptools": ('requires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"', True),
    "pdm": ('requires = ["pdm-backend"]\nbuild-backend = "pdm.backend"', True),
    "uv_build": ('requires = ["uv_build"]\nbuild-backend = "uv_build"', False),
    "poetry": ('requires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"', False),
}


@pytest.mark.parametrize(("system", "normalised"), SYSTEMS.values(), ids=SYSTEMS.keys())
def test_what_the_build_job_makes_is_made_again_to_the_byte(
    system: str, normalised: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pyproject = f"[build-system]\n{system}\n{PYPROJECT.split(chr(10), 3)[3]}"
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    release = Release(tmp_path / "release", project)
    assert release.run("build").blocking == ()
    code, files, found = answer(capsys, project, str(release.folder / "build" / "new" / "dist"))
    assert {name: classes(file) for name, file in files.items()} == {".whl": (), ".gz": ()}
    assert code == 0
    assert bool(found["sdist_normalised"]) == normalised
