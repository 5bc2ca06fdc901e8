"""What an approver is told about the release before this one, whatever the index and GitHub answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.support.evidence import sbom_of
from tests.support.loopback_index import Listed, LoopbackIndex
from tests.support.pypi import write_sdist
from tests.support.stages import make_context
from tests.support.wheels import write_wheel

from sealwright.dossier.codec import decode
from sealwright.model import FileRef, Finding, State
from sealwright.rehearsal.standins.server import Fault, Request, Response, StandIn
from sealwright.services import advisories
from sealwright.stages import changes
from sealwright.verify.changes import REPORT, Changes
from sealwright.verify.changes.model import Kind

BEFORE, NOW = "tiny-0.9-py3-none-any.whl", "tiny-1.0-py3-none-any.whl"
NATIVE: Mapping[str, str | bytes] = {"fast.so": b"\x7fELF"}


class Releases(StandIn):
    """The files of GitHub releases, by their public paths."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__()
        self.assets = assets

    def handle(self, request: Request) -> Response:
        found = self.assets.get(request.path)
        return Response(404, {}) if found is None else Response(body=found)


@dataclass
class World:
    """An index with tiny 0.9, GitHub with its release, and the job examine of tiny 1.0."""

    folder: Path
    index: LoopbackIndex
    releases: Releases

    def run(self, members: Mapping[str, str | bytes] | None = None) -> tuple[Finding, Changes | None]:
        """What the stage says of a wheel with these further members, and what it left for the approver."""
        wheel = write_wheel(self.folder / "new", members=members)
        sdist = write_sdist(self.folder / "new")
        built = {f"dist/{path.name}": path.read_bytes() for path in (wheel, sdist)}
        sbom = sbom_of(FileRef.of(f"dist/{NOW}", wheel.read_bytes()))
        environ = {**self.index.variables, "GITHUB_SERVER_URL": self.releases.url}
        made = {f"evidence/{NOW}.cdx.json": sbom}
        context = make_context(self.folder / "work", built, made=made, environ=environ)
        (finding,) = changes.run(context).findings
        reports = [ref for ref in context.dossier.outputs if ref.path == REPORT]
        return finding, decode(Changes, context.dossier.read(reports[0]), REPORT) if reports else None


def listed(folder: Path) -> dict[str, Listed]:
    """Version 0.9 as the index has it."""
    paths = [write_wheel(folder, version="0.9"), write_sdist(folder, version="0.9")]
    return {path.name: Listed(path.read_bytes()) for path in paths}


@contextmanager
def make_world(folder: Path, sbom: bytes | None = None) -> Iterator[World]:
    files = listed(folder / "old")
    wheel = files[BEFORE].data
    asset = f"/owner/tiny/releases/download/v0.9/{BEFORE}.cdx.json"
    released = sbom_of(FileRef.of(BEFORE, wheel)) if sbom is None else sbom
    with LoopbackIndex({"tiny": files}) as index, Releases({asset: released}) as releases:
        yield World(folder, index, releases)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal gives an index little time, which a busy machine may need itself."""
    patience = advisories.Patience(first=10.0, whole=30.0)
    monkeypatch.setattr(advisories.Patience, "of", classmethod(lambda *_: patience))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def test_the_first_release_is_compared_with_nothing_and_says_so(world: World) -> None:
    world.index.projects.clear()
    finding, found = world.run()
    assert (finding.state, found) == (State.SKIPPED, None)
    assert "no earlier release of tiny" in finding.found


def test_the_approver_is_told_what_to_look_at_first(world: World) -> None:
    finding, found = world.run(NATIVE)
    assert finding.state is State.PASS
    assert finding.found.startswith("since 0.9: look first at native-code wheel: fast.so")
    assert found is not None
    assert (found.earlier, found.later, found.complete) == ("0.9", "1.0", True)
    assert {(change.kind, change.look) for change in found.first} == {(Kind.NATIVE_CODE, True)}


def test_packages_are_compared_by_the_sbom_that_the_earlier_release_has_on_github(world: World) -> None:
    (asset,) = world.releases.assets
    document = json.loads(world.releases.assets[asset])
    gone = {"bom-ref": "gone", "type": "library", "name": "gone", "version": "7.1", "purl": "pkg:pypi/gone@7.1"}
    document["components"].append(gone)
    world.releases.assets = {asset: json.dumps(document).encode()}
    _, found = world.run()
    assert found is not None
    packages = [(c.subject, c.before, c.after) for c in found.changes if c.kind is Kind.PACKAGE]
    assert packages == [("gone", "7.1", "")]


@pytest.mark.parametrize("sbom", [sbom_of(FileRef.of(BEFORE, b"another wheel")), b"{", b""])
def test_an_sbom_that_is_not_the_released_wheel_s_is_not_believed(tmp_path: Path, sbom: bytes) -> None:
    with make_world(tmp_path, sbom) as world:
        _, found = world.run()
    assert found is not None
    assert Kind.PACKAGE not in found.counts
    assert any("brings along was not compared" in text for text in found.unseen)


def test_github_that_does_not_answer_leaves_packages_unseen_and_the_rest_compared(world: World) -> None:
    world.releases.faults.append(Fault("GET", "/", status=500))
    finding, found = world.run(NATIVE)
    assert finding.state is State.PASS
    assert found is not None
    assert Kind.NATIVE_CODE in found.counts
    assert any("brings along was not compared" in text for text in found.unseen)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/simple/", status=500),
        Fault("GET", "/simple/", status=403),
        Fault("GET", "/simple/", status=302, headers={"location": "http://127.0.0.1:9/"}),
        Fault("GET", "/simple/", cut=True),
        Fault("GET", "/simple/", tamper=lambda body: body[:-10]),
        Fault("GET", "/simple/", tamper=lambda _: b"[]"),
    ],
    ids=["500", "403", "elsewhere", "nothing", "cut off", "another shape"],
)
def test_an_index_that_does_not_say_what_it_has_is_unseen(world: World, fault: Fault) -> None:
    world.index.faults.append(replace(fault))
    finding, found = world.run(NATIVE)
    assert (finding.state, found) == (State.UNAVAILABLE, None)
    assert finding.code != finding.check
    assert finding.hint


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", f"/files/tiny/{BEFORE}", status=404),
        Fault("GET", f"/files/tiny/{BEFORE}", status=500),
        Fault("GET", f"/files/tiny/{BEFORE}", tamper=lambda body: body[:-1]),
        Fault("GET", f"/files/tiny/{BEFORE}", tamper=lambda body: body + b"\0"),
    ],
    ids=["404", "500", "shorter", "longer"],
)
def test_a_file_that_the_index_does_not_hand_out_as_listed_is_not_compared(world: World, fault: Fault) -> None:
    world.index.faults.append(replace(fault))
    finding, found = world.run(NATIVE)
    assert (finding.state, finding.code) == (State.UNAVAILABLE, "changes-incomplete")
    assert NOW in finding.found
    assert found is not None
    assert not found.complete
    assert Kind.NATIVE_CODE not in found.counts


def test_a_file_that_the_index_lists_with_another_digest_is_not_compared(world: World) -> None:
    files = world.index.projects["tiny"]
    files[BEFORE] = replace(files[BEFORE], sha256="0" * 64)
    finding, found = world.run()
    assert (finding.state, finding.code) == (State.UNAVAILABLE, "changes-incomplete")
    assert found is not None
    assert not found.complete


def test_without_an_index_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with make_world(tmp_path) as world:
        finding, found = world.run()
    assert (finding.state, finding.code, found) == (State.UNAVAILABLE, "index-none", None)
