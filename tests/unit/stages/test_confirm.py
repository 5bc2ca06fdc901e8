from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.confirming import SDIST, SUMS, WHEEL, context_of
from tests.support.pypi import PUBLISHER, World, change_wheel, make_world, write_release, write_sdist
from tests.support.wheels import sha256_of, write_pylock, write_wheel

from sealwright.config import Settings
from sealwright.errors import Refused, UsageError
from sealwright.model import Cell, Finding, State
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.patience import Patience
from sealwright.stages import confirm, confirm_install
from sealwright.stages.base import Context


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "world", [PUBLISHER, replace(PUBLISHER, environment="testpypi")]) as world:
        yield world


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    write_release(tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the installation, which takes seconds, where it cannot matter."""
    monkeypatch.setattr(confirm, "check_install", lambda *_: Finding.passed("install"))


def run(context: Context) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in confirm.run(context).findings:
        found.setdefault(finding.check, []).append(finding)
    return found


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def states(found: dict[str, list[Finding]]) -> set[State]:
    return {finding.state for findings in found.values() for finding in findings}


def test_a_good_release_passes_and_the_index_s_provenance_is_kept(world: World, dist: Path) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    found = run(context)
    assert states(found) == {State.PASS}, found
    assert {check: len(findings) for check, findings in found.items()} == {
        "index-files": 2,
        "index-metadata": 1,
        "index-provenance": 2,
        "environment": 2,
        "install": 1,
    }
    kept = {ref.path: context.dossier.read(ref) for ref in context.dossier.outputs}
    assert kept == {
        f"published/{name}.provenance.json": world.client.provenance("tiny", "1.0", name) for name in (WHEEL, SDIST)
    }


def test_on_testpypi_provenance_is_not_asked_for(world: World, dist: Path) -> None:
    context = context_of(world, dist, "testpypi")
    for name in (WHEEL, SDIST):
        world.testpypi.seed(name, (dist / name).read_bytes())
    found = run(context)
    assert set(found) == {"index-files", "index-metadata", "install"}
    assert states(found) == {State.PASS}
    assert world.pypi.exchanges == []


def test_dependencies_come_from_the_closure_and_the_default_index(world: World, dist: Path, tmp_path: Path) -> None:
    needed = write_wheel(tmp_path / "needed", "needed", "2.0")
    wheel = write_wheel(dist, requires=["needed"])
    world.testpypi.seed(needed.name, needed.read_bytes())
    world.pypi.seed("needed-3.0-py3-none-any.whl", b"a trap: only ours comes from there")
    pylock = write_pylock([("needed", "2.0", "", f"https://x.invalid/{needed.name}", sha256_of(needed))])
    context = context_of(world, dist, pylock=pylock)
    world.publish(dist)
    found = run(context)
    assert codes(found["install"]) == ["install"], found["install"]
    assert wheel.name == WHEEL


@pytest.mark.parametrize(
    ("faults", "code", "state"),
    [
        ([Fault("GET", "/packages/", tamper=lambda body: body + b"!")], "install-failed", State.FAIL),
        ([Fault("GET", "/simple/", tamper=lambda _: b"{")], "index-unavailable", State.UNAVAILABLE),
        ([Fault("GET", "/simple/", status=404)], "index-propagating", State.UNAVAILABLE),
        ([Fault("GET", "/packages/", status=500)], "index-unavailable", State.UNAVAILABLE),
    ],
    ids=["other bytes", "broken page", "no page", "no answer"],
)
def test_what_pip_cannot_install_says_why(
    world: World, dist: Path, faults: list[Fault], code: str, state: State
) -> None:
    context = context_of(world, dist)
    world.publish(dist, attestations="false")
    world.pypi.faults += faults
    finding = confirm.check_install(context, world.site, Patience(0))
    assert (finding.code, finding.state) == (code, state), finding


@pytest.mark.parametrize(
    ("requires", "tried", "here", "expected"),
    [
        ("", ["3.9"], ("3.9",), sys.executable),
        (">=3.9", ["3.9"], ("3.9",), sys.executable),
        (">=3.97", ["3.98", "3.99"], ("3.98", "3.99"), "/3.99"),
        (">=3.97", ["3.98", "3.99"], ("3.98",), "/3.98"),
        ("<3", ["2.6", "2.7"], ("2.6", "2.7"), "/2.7"),
        (">=3.99", ["3.98", "3.99"], ("3.98",), sys.executable),
    ],
    ids=["no requirement", "fits", "newer", "newer, one of them here", "older", "none here"],
)
def test_a_release_is_installed_with_a_python_that_it_is_for(
    monkeypatch: pytest.MonkeyPatch, requires: str, tried: list[str], here: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setattr(
        confirm_install, "find_python", lambda version, _: Path(f"/{version}") if version in here else None
    )
    cells = [Cell("ubuntu-24.04", python) for python in tried]
    assert confirm_install.python_for(requires, cells, {}) == Path(expected)


def test_a_python_that_the_release_is_not_for_is_not_called_propagating(world: World, dist: Path) -> None:
    write_wheel(dist, headers="Requires-Python: >=3.99\n")
    context = context_of(world, dist, patience="60")
    world.publish(dist, attestations="false")
    began = time.monotonic()
    finding = confirm.check_install(context, world.site, Patience(60))
    assert (finding.code, finding.state) == ("python-unsupported", State.UNAVAILABLE), finding
    assert ">=3.99" in finding.found
    assert time.monotonic() - began < 30


def test_a_dependency_that_the_default_index_does_not_have_fails_as_it_would_for_users(
    world: World, dist: Path
) -> None:
    pylock = write_pylock([("needed", "2.0", "", "https://x.invalid/needed-2.0-py3-none-any.whl", "0" * 64)])
    context = context_of(world, dist, pylock=pylock)
    world.publish(dist, attestations="false")
    finding = confirm.check_install(context, world.site, Patience(0))
    assert (finding.code, finding.state) == ("unresolvable", State.FAIL)


def test_a_dependency_missing_from_the_closure_is_noticed(world: World, dist: Path) -> None:
    write_wheel(dist, requires=["needed"])
    context = context_of(world, dist)
    world.publish(dist)
    found = run(context)
    assert codes(found["install"]) == ["dependencies-broken"]
    assert "needed" in found["install"][0].found


def test_nothing_visible_yet_is_propagating_and_not_failed(world: World, dist: Path) -> None:
    found = run(context_of(world, dist))
    assert set(found) == {"index-files"}
    assert codes(found["index-files"]) == ["index-propagating"] * 2
    assert states(found) == {State.UNAVAILABLE}


@pytest.mark.usefixtures("uninstalled")
def test_what_becomes_visible_while_waiting_is_found(world: World, dist: Path) -> None:
    context = context_of(world, dist, patience="20")
    world.publish(dist)
    world.pypi.faults += [
        Fault("GET", "/simple/", status=404, times=1),
        Fault("GET", "/integrity/", status=404, times=1),
        Fault("GET", "/integrity/", status=500, times=1),
    ]
    assert states(run(context)) == {State.PASS}


@pytest.mark.usefixtures("uninstalled")
def test_missing_provenance_is_propagating(world: World, dist: Path) -> None:
    context = context_of(world, dist)
    world.publish(dist, attestations="false")
    found = run(context)
    assert codes(found["index-provenance"]) == ["index-propagating"] * 2
    assert {finding.state for finding in found["index-provenance"]} == {State.UNAVAILABLE}
    assert codes(found["install"]) == ["install"]


@pytest.mark.usefixtures("uninstalled")
def test_other_bytes_under_a_planned_name_fail_without_waiting(world: World, dist: Path) -> None:
    context = context_of(world, dist, patience="600")
    world.pypi.seed(SDIST, b"somebody else's")
    found = run(context)
    answers = {finding.subject: finding.code for finding in found["index-files"]}
    assert answers == {WHEEL: "index-propagating", SDIST: "index-different"}


@pytest.mark.usefixtures("uninstalled")
def test_a_file_that_nobody_planned_fails(world: World, dist: Path) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    world.pypi.seed("tiny-1.0-cp313-cp313-win_amd64.whl", b"what is this?")
    found = run(context)
    assert codes(found["index-files"]) == ["index-files", "index-files", "index-extra"]


@pytest.mark.usefixtures("uninstalled")
def test_files_of_other_versions_do_not_matter(world: World, dist: Path) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    world.pypi.seed("tiny-0.9.tar.gz", b"older")
    assert states(run(context)) == {State.PASS}


def _replace_in(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(old, new)


@pytest.mark.parametrize(
    ("path", "tamper", "check", "code"),
    [
        ("/packages/", lambda body: body + b"!", "index-files", "digest-mismatch"),
        ("/simple/", _replace_in(b'"size": ', b'"size": 1'), "index-files", "index-different"),
        ("/simple/", _replace_in(b"-metadata", b"-nothing"), "index-metadata", "index-metadata-absent"),
        ("/integrity/", lambda _: b'{"version":1,"attestation_bundles":[]}', "index-provenance", "provenance-empty"),
        ("/integrity/", lambda body: body[:-9], "index-provenance", "answer-malformed"),
        ("/integrity/", _replace_in(b"release.yml", b"another.yml"), "index-provenance", "publisher-mismatch"),
    ],
    ids=range(6),
)
@pytest.mark.usefixtures("uninstalled")
def test_an_index_that_serves_something_else_is_found_out(
    world: World, dist: Path, path: str, tamper: Callable[[bytes], bytes], check: str, code: str
) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    world.pypi.faults.append(Fault("GET", path, tamper=tamper))
    assert code in codes(run(context)[check])


@pytest.mark.usefixtures("uninstalled")
def test_core_metadata_other_than_the_wheel_s_own_fails(world: World, dist: Path) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    (file,) = (file for file in world.pypi.store.ledger.files if file.filename == WHEEL)
    path = world.folder / "pypi" / f"{file.path}.metadata"
    path.write_bytes(path.read_bytes() + b"Requires-Dist: evil\n")
    changed = replace(file, metadata_sha256=sha256_of(path))
    world.pypi.store.change(changed if each is file else each for each in world.pypi.store.ledger.files)
    found = run(context)
    assert codes(found["index-metadata"]) == ["index-metadata-different"]


@pytest.mark.usefixtures("uninstalled")
def test_provenance_of_a_job_outside_the_environment_fails(world: World, dist: Path) -> None:
    world.pypi.publishers[:] = [replace(PUBLISHER, environment="")]
    context = context_of(world, dist)
    world.publish(dist, world.environ("nightly"))
    found = run(context)
    assert codes(found["index-provenance"]) == ["environment-mismatch"] * 2


def test_a_wheel_that_does_not_import_fails(world: World, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    write_sdist(dist)
    change_wheel(write_wheel(dist), b"VALUE = 1", b"VALUE = x")
    context = context_of(world, dist)
    world.publish(dist)
    found = run(context)
    assert codes(found["install"]) == ["import-failed"]
    assert "NameError" in found["install"][0].found


def test_what_the_gate_let_through_must_be_what_was_built(world: World, dist: Path) -> None:
    context = context_of(world, dist, **{SUMS: f"{'0' * 64}  {WHEEL}\n".encode()})
    with pytest.raises(Refused) as error:
        confirm.run(context)
    assert error.value.code == "sums-differ"


@pytest.mark.parametrize(
    ("path", "check"), [("/simple/", "index-files"), ("/packages/", "index-files"), ("/integrity/", "index-provenance")]
)
@pytest.mark.usefixtures("uninstalled")
def test_an_index_that_does_not_answer_is_unavailable(world: World, dist: Path, path: str, check: str) -> None:
    context = context_of(world, dist)
    world.publish(dist)
    world.pypi.faults.append(Fault("GET", path, status=403))
    found = run(context)
    assert {finding.state for finding in found[check]} == {State.UNAVAILABLE}


@pytest.mark.parametrize("index", ["", "elsewhere"])
def test_the_index_must_be_named(world: World, dist: Path, index: str) -> None:
    with pytest.raises(UsageError):
        confirm.run(context_of(world, dist, index))


ELSEWHERE = Settings(wheels=".github/workflows/wheels.yml")
OTHER = "tiny-1.0-cp311-cp311-win_ia64.whl"


def test_of_the_wheels_of_several_platforms_the_one_for_this_runner_is_installed(world: World, dist: Path) -> None:
    world.publish(dist)
    (dist / OTHER).write_bytes(b"no wheel that anybody here could read")
    context = context_of(world, dist, settings=ELSEWHERE)
    finding = confirm.check_install(context, world.site, Patience(0))
    assert (finding.check, finding.state) == ("install", State.PASS)


@pytest.mark.parametrize("wheels", [(), (OTHER,)])
def test_an_installation_that_nobody_can_try_here_is_no_pass_and_says_why(
    world: World, dist: Path, wheels: tuple[str, ...]
) -> None:
    (dist / WHEEL).unlink()
    for name in wheels:
        (dist / name).write_bytes(b"PK")
    context = context_of(world, dist, settings=ELSEWHERE)
    finding = confirm.check_install(context, world.site, Patience(0))
    assert (finding.check, finding.state, finding.subject) == ("install-untried", State.SKIPPED, "tiny 1.0")
    assert ("none of 1 wheels is for" if wheels else "only GitHub runs") in finding.found
