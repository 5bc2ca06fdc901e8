"""What is locked is what builds: a lock, or an index, that says otherwise stops it before anything is made."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.loopback_index import Listed, LoopbackIndex, backend_sdist, backend_wheel
from tests.support.projects import PYPROJECT, make_project
from tests.support.releases import Release

from sealwright.model import Finding, State, Tool, sha256_hex
from sealwright.services.environments import PackageIndex, make_environment
from sealwright.stages.base import Completed
from sealwright.stages.build_environment import Workshop, versions_in
from sealwright.stages.build_tools import FRONT_END, tools_finding
from sealwright.verify.statement import parse

BUILD_SYSTEM = '[build-system]\nrequires = ["tiny-backend"]\nbuild-backend = "tiny_backend"\n'
PROJECT = BUILD_SYSTEM + PYPROJECT.split("\n", 3)[3]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LoopbackIndex]:
    """An index that has nothing but a backend."""
    name, data = backend_wheel(tmp_path / "backend")
    with LoopbackIndex({"tiny-backend": {name: Listed(data)}}) as running:
        yield running


def locked(index: LoopbackIndex, *more: str) -> str:
    digests = [sha256_hex(file.data) for file in index.projects["tiny-backend"].values()]
    lines = ["tiny-backend==1.0", *(f"--hash=sha256:{digest}" for digest in digests), *more]
    return " ".join(lines) + "\n"


def build(tmp_path: Path, index: LoopbackIndex, lock: str | None) -> tuple[Release, Completed]:
    pyproject = PROJECT + ('build-lock = "build.lock"\n' if lock is not None else "")
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject, "build.lock": lock})
    release = Release(tmp_path / "release", project)
    # A cache of its own: uv would otherwise answer from what an earlier test was served.
    return release, release.run("build", environ={**index.variables, "UV_CACHE_DIR": str(tmp_path / "uv")})


def stopped(release: Release, done: Completed) -> Finding:
    """The one finding of a build that was stopped; nothing may be left of it."""
    (finding,) = done.blocking
    assert finding.hint
    assert {entry.name for entry in (release.folder / "build" / "new").iterdir()} == {"records"}
    return finding


@pytest.mark.parametrize("with_lock", [True, False])
def test_an_honest_index_builds(tmp_path: Path, index: LoopbackIndex, with_lock: bool) -> None:
    release, done = build(tmp_path, index, locked(index) if with_lock else None)
    assert done.blocking == ()
    tools = {tool.name: tool for tool in done.record.tools}
    (file,) = index.projects["tiny-backend"].values()
    assert tools["tiny-backend"] == Tool("tiny-backend", "1.0", sha256_hex(file.data))
    assert len(release.names("build", "dist")) == 2


def test_an_index_without_the_front_end_does_not_stop_a_build_and_is_said(tmp_path: Path, index: LoopbackIndex) -> None:
    _, done = build(tmp_path, index, locked(index))
    (finding,) = [f for f in done.record.findings if f.check == "build-tools"]
    assert (finding.state, finding.code) == (State.ABSENT, "tool-digest-unknown")
    assert finding.subject == ", ".join(sorted(FRONT_END))


def serving(index: LoopbackIndex, data: bytes, *, lie: bool) -> str:
    """Other bytes under the locked name. The index lists the old digest, a lie, or that of the new ones."""
    lock = locked(index)
    ((name, file),) = index.projects["tiny-backend"].items()
    index.projects["tiny-backend"][name] = Listed(data, sha256_hex(file.data) if lie else "")
    return lock


def evil(tmp_path: Path) -> bytes:
    return backend_wheel(tmp_path / "evil", more="import os\n")[1]


def only_an_sdist(index: LoopbackIndex) -> str:
    name, data = backend_sdist()
    index.projects["tiny-backend"] = {name: Listed(data)}
    return locked(index)


def gone(index: LoopbackIndex) -> str:
    lock = locked(index)
    del index.projects["tiny-backend"]
    return lock


Attack = Callable[[LoopbackIndex, Path], str]
ATTACKS: dict[str, tuple[Attack, str, str]] = {
    "other bytes, the old digest": (
        lambda index, path: serving(index, evil(path), lie=True),
        "hash-mismatch",
        "do not release",
    ),
    "other bytes, their digest": (
        lambda index, path: serving(index, evil(path), lie=False),
        "hash-mismatch",
        "do not release",
    ),
    "bytes that are no wheel": (
        lambda index, _: serving(index, b"evil", lie=True),
        "environment-refused",
        "nothing was built",
    ),
    "a lock with another hash": (
        lambda _, __: f"tiny-backend==1.0 --hash=sha256:{'0' * 64}\n",
        "hash-mismatch",
        "do not release",
    ),
    "a lock without a hash": (lambda _, __: "tiny-backend==1.0\n", "build-lock-malformed", "--generate-hashes"),
    "a lock with a weak hash": (
        lambda _, __: f"tiny-backend==1.0 --hash=md5:{'0' * 32}\n",
        "build-lock-malformed",
        "--generate-hashes",
    ),
    "a lock without a version": (
        lambda index, _: locked(index).replace("==1.0", ">=1.0"),
        "build-lock-malformed",
        "--generate-hashes",
    ),
    "a lock that lacks the backend": (lambda _, __: "", "build-lock-incomplete", "lock the build requirements again"),
    "only an sdist": (lambda index, _: only_an_sdist(index), "wheel-missing", "a version that has a wheel"),
    "nothing any more": (lambda index, _: gone(index), "unresolvable", "index that pip is configured for"),
}


@pytest.mark.parametrize(("attack", "code", "hint"), ATTACKS.values(), ids=ATTACKS.keys())
def test_what_is_not_locked_never_builds(
    tmp_path: Path, index: LoopbackIndex, attack: Attack, code: str, hint: str
) -> None:
    finding = stopped(*build(tmp_path, index, attack(index, tmp_path)))
    assert finding.code == code
    assert hint in finding.hint
    assert "tiny-backend" in finding.found or "build.lock" in finding.found


def test_without_a_lock_nothing_is_built_from_source_either(tmp_path: Path, index: LoopbackIndex) -> None:
    only_an_sdist(index)
    assert stopped(*build(tmp_path, index, None)).code == "wheel-missing"


def test_versions_that_were_uploaded_later_are_not_resolved_to(tmp_path: Path, index: LoopbackIndex) -> None:
    made = [backend_wheel(tmp_path / "backend", version) for version in ("1.0", "2.0")]
    times = ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")
    index.projects["tiny-backend"] = {
        name: Listed(data, uploaded=time) for (name, data), time in zip(made, times, strict=True)
    }
    environ = {**os.environ, **index.variables, "UV_CACHE_DIR": str(tmp_path / "uv")}
    for newest, version in (("2024-06-01T00:00:00Z", "1.0"), ("2025-06-01T00:00:00Z", "2.0"), ("", "2.0")):
        workshop = Workshop(tmp_path / f"at-{newest[:4]}", environ, PackageIndex.of(environ), newest)
        pins = workshop._resolve(["tiny-backend"], "3.11")
        assert [(pin.name, pin.version) for pin in pins] == [("tiny-backend", version)]


@pytest.mark.index
def test_everything_that_is_installed_is_in_the_signed_statement_with_its_digest(tmp_path: Path) -> None:
    release = Release(tmp_path / "release", make_project(tmp_path / "project"))
    done = release.run("build")
    assert done.blocking == ()
    predicate = parse(release.new("build", "statements/build.json"), "build").predicate
    source, *tools = predicate["buildDefinition"]["resolvedDependencies"]
    assert source["name"] == "source"
    lock = release.new("build", "build/environment.txt").decode()
    again = make_environment(tmp_path / "again", sys.executable, os.environ, PackageIndex.of(os.environ))
    again.install(lock)
    expected = {*versions_in(again), *FRONT_END, "python-executable", "python-library", "zlib"}
    assert expected - {"python-library"} <= {tool["name"] for tool in tools} <= expected
    without = {tool["name"] for tool in tools if len(tool.get("digest", {}).get("sha256", "")) != 64}
    assert without == {"zlib"}
    assert {tool["uri"].split(":")[0] for tool in tools} == {"pkg"}
    by_name = {tool["name"]: tool["digest"]["sha256"] for tool in tools if "digest" in tool}
    assert by_name["python-executable"] == sha256_hex(Path(os.path.realpath(sys.executable)).read_bytes())
    assert str(tmp_path) not in json.dumps(predicate)
    (finding,) = [f for f in done.record.findings if f.check == "build-tools"]
    assert finding.state is State.PASS


def test_a_tool_without_digest_is_named() -> None:
    found = tools_finding([Tool("zlib", "1"), Tool("hatchling", "1", "0" * 64), Tool("build", "1")])
    assert (found.state, found.subject) == (State.ABSENT, "build")
    assert tools_finding([Tool("zlib", "1"), Tool("hatchling", "1", "0" * 64)]).state is State.PASS
