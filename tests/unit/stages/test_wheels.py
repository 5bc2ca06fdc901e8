"""A release of a project with compiled code: its sdist built here, its wheels as its own workflow built them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support import projects
from tests.support.foreign import MARKUPSAFE, checked_in, published
from tests.support.releases import Release

from sealwright.cli import main
from sealwright.model import Finding, Mode, State, Sums
from sealwright.stages.base import Completed
from sealwright.verify.statement import parse
from sealwright.workflow.wheels_template import WHEELS_FILE, wheels_template

pytestmark = [pytest.mark.index, pytest.mark.skipif(os.name == "nt", reason="needs a compiler on PATH")]
SDIST = "markupsafe-3.0.3.tar.gz"
LINUX = "markupsafe-3.0.3-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl"
MAC = "markupsafe-3.0.3-cp311-cp311-macosx_11_0_arm64.whl"
WINDOWS = "markupsafe-3.0.3-cp311-cp311-win_amd64.whl"
PUBLISHED = {
    LINUX: "0bf2a864d67e76e5c9a34dc26ec616a66b9888e25e7b9460e1c76d3293bd9dbf",
    MAC: "4bd4cd07944443f5a265608cc6aab442e4f74dff8088b0dfc8238647b8f6ae9a",
    WINDOWS: "de8a88e63464af587c950061a5e6a67d3632e36df62b986892331d4620a35c01",
}
"""Wheels on the index that cibuildwheel made for three systems, and their digests."""


@pytest.fixture(scope="module")
def wheels() -> dict[str, bytes]:
    return dict(published(MARKUPSAFE, PUBLISHED[name]) for name in (LINUX, MAC))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = checked_in(MARKUPSAFE, tmp_path_factory.mktemp("project"))
    pyproject = (folder / "pyproject.toml").read_text()
    setting = f'\n[tool.sealwright]\nwheels = "{WHEELS_FILE}"\n'
    projects.write(folder, {"pyproject.toml": pyproject + setting, WHEELS_FILE: wheels_template()})
    projects.commit(folder)
    return folder


def release_of(project: Path, folder: Path, mode: Mode) -> Release:
    return Release(folder, project, name="markupsafe", version="3.0.3", mode=mode)


def build(release: Release, wheels: Mapping[str, bytes]) -> Completed:
    return release.run("build", fetched={f"wheels/{name}": data for name, data in wheels.items()})


def of(done: Completed, check: str) -> list[Finding]:
    return [finding for finding in done.record.findings if finding.check == check]


@pytest.fixture(scope="module")
def made(project: Path, wheels: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Release:
    release = release_of(project, tmp_path_factory.mktemp("release"), Mode.RELEASE)
    done = build(release, wheels)
    assert done.blocking == ()
    release.outputs = done.outputs  # type: ignore[attr-defined]
    return release


def test_the_sdist_is_built_here_and_the_wheels_are_taken_in_as_they_are(
    made: Release, wheels: Mapping[str, bytes]
) -> None:
    assert made.names("build", "dist") == {SDIST, *wheels}
    for name, data in wheels.items():
        assert made.new("build", f"dist/{name}") == data
    sums = Sums.decode(made.outputs["sums"])  # type: ignore[attr-defined]
    assert {name: dict(sums)[name] for name in wheels} == {name: PUBLISHED[name] for name in wheels}
    assert SDIST in dict(sums)


def test_one_wheel_is_built_of_the_sdist_and_is_not_for_publishing(made: Release) -> None:
    (local,) = made.names("build", "build/local")
    assert local.startswith("markupsafe-3.0.3-cp311-cp311-")
    assert local not in dict(Sums.decode(made.outputs["sums"]))  # type: ignore[attr-defined]


def test_the_build_speaks_of_what_it_built_itself(made: Release) -> None:
    statement = parse(made.new("build", "statements/build.json"), "build")
    assert set(statement.subjects) == {SDIST}
    (local,) = made.names("build", "build/local")
    byproducts = statement.predicate["runDetails"]["byproducts"]
    assert [Path(entry["name"]).name for entry in byproducts] == [local]


def test_compiled_wheels_are_examined_described_and_say_the_same(made: Release, wheels: Mapping[str, bytes]) -> None:
    done = made.run("examine", "inspect", "resolve", "sbom")
    assert done.blocking == ()
    evidence = made.names("examine", "evidence")
    assert {f"{name}.cdx.json" for name in wheels} <= evidence
    assert f"{SDIST}.cdx.json" not in evidence
    bom = json.loads(made.new("examine", f"evidence/{MAC}.cdx.json"))
    digests = {entry["content"] for entry in bom["metadata"]["component"]["hashes"]}
    assert PUBLISHED[MAC] in digests
    assert {finding.state for finding in of(done, "contents")} <= {State.PASS, State.SKIPPED}


def test_only_the_line_ends_of_git_for_windows_are_held_against_a_wheel_for_windows(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, data = published(MARKUPSAFE, PUBLISHED[WINDOWS])
    (tmp_path / name).write_bytes(data)
    assert main(["inspect", "--json", "--project", str(project), "--commit", "HEAD", str(tmp_path / name)]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    failed = [finding for finding in findings if finding["state"] == "fail"]
    assert {finding["code"] for finding in failed} == {"modified", "not-in-git"}
    assert {finding["found"][:12] for finding in failed if finding["code"] == "modified"} == {"line endings"}
    assert [finding["subject"] for finding in failed if finding["code"] == "not-in-git"] == [
        f"{WINDOWS}: markupsafe-3.0.3.dist-info/licenses/LICENSE.txt"
    ]
    (module,) = [finding for finding in findings if finding["subject"].endswith(".pyd")]
    assert (module["state"], module["check"]) == ("skipped", "explained")
    assert "an extension module, a Windows program; compiled, so nobody compared it" in module["found"]


def test_a_smoke_job_tries_the_sdist_and_the_wheel_for_its_platform(made: Release) -> None:
    done = made.run(made.smoke, "smoke")
    assert done.blocking == ()
    statement = parse(made.new(made.smoke, f"statements/{made.smoke}.json"), "smoke")
    assert set(statement.subjects) == {SDIST, LINUX}
    assert of(done, "smoke-untried") == []


def test_the_sdist_alone_is_built_a_second_time(made: Release) -> None:
    done = made.run("rebuild")
    assert done.blocking == ()
    assert made.names("rebuild", "rebuilt") == {SDIST}
    assert made.new("rebuild", f"rebuilt/{SDIST}") == made.new("build", f"dist/{SDIST}")
    (ran,) = of(done, "rebuild-ran")
    assert ran.found == "the sdist is byte-identical, wheels are built once"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({}, "wheels-missing"),
        ({LINUX: LINUX, "notes.txt": LINUX}, "wheels-other-file"),
        ({LINUX: LINUX, "other-3.0.3-py3-none-any.whl": MAC}, "version-mismatch"),
        ({LINUX.replace("3.0.3", "3.0.2"): LINUX}, "version-mismatch"),
        ({"markupsafe-3.0.3-cp311-cp311-linux_x86_64.whl": LINUX}, "wheel-platform"),
        ({LINUX: LINUX, "markupsafe-3.0.3-cp311-cp311-manylinux_2_17_x86_64.whl": LINUX}, "wheels-twice"),
    ],
)
def test_wheels_that_cannot_be_this_releases_stop_it_before_anything_is_built(
    project: Path, wheels: Mapping[str, bytes], tmp_path: Path, names: Mapping[str, str], code: str
) -> None:
    release = release_of(project, tmp_path / "release", Mode.RELEASE)
    done = build(release, {name: wheels[content] for name, content in names.items()})
    assert {finding.code for finding in done.blocking} == {code}
    assert done.exit_code == 1
    assert not (release.folder / "build" / "new" / "dist").exists()


def test_a_rehearsal_has_no_wheel_and_says_so(project: Path, tmp_path: Path) -> None:
    release = release_of(project, tmp_path / "release", Mode.REHEARSAL)
    done = build(release, {})
    assert done.blocking == ()
    (found,) = of(done, "wheels")
    assert (found.state, found.subject) == (State.SKIPPED, WHEELS_FILE)
    assert release.names("build", "dist") == {SDIST}
    examined = release.run("examine", "inspect", "resolve", "sbom")
    assert examined.blocking == ()
    assert release.names("examine", "evidence") == {"pylock.toml"}
    assert [finding.state for finding in of(examined, "wheels")] == [State.SKIPPED]
    assert of(examined, "sbom") == []
