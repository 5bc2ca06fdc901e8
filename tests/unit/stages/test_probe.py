from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.pypi import PUBLISHER, World, make_world
from tests.support.stages import make_context

from sealwright.errors import Refused, Unavailable
from sealwright.model import Finding, State
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import probe


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "world") as world:
        yield world


def run(world: World, tmp_path: Path, environ: dict[str, str] | None = None) -> Finding:
    given = world.environ(None) if environ is None else environ
    (finding,) = probe.run(replace(make_context(tmp_path / "job"), environ=given)).findings
    return finding


def test_a_refused_token_passes(world: World, tmp_path: Path) -> None:
    finding = run(world, tmp_path)
    assert (finding.check, finding.state) == ("probe", State.PASS)


@pytest.mark.parametrize(
    "publishers",
    [[replace(PUBLISHER, environment="")], [PUBLISHER, replace(PUBLISHER, environment="")]],
    ids=["unbound", "unbound beside the bound one"],
)
def test_a_granted_token_fails_and_is_not_kept(world: World, tmp_path: Path, publishers: list[object]) -> None:
    world.pypi.publishers[:] = publishers  # type: ignore[assignment]
    finding = run(world, tmp_path)
    assert (finding.code, finding.state) == ("publisher-not-bound", State.FAIL)
    assert "'pypi'" in finding.hint
    assert "pypi-" not in str(finding)
    assert not [path for path in (tmp_path / "job").rglob("*") if path.is_file() and b"pypi-" in path.read_bytes()]


def test_a_refusal_for_another_reason_shows_nothing(world: World, tmp_path: Path) -> None:
    answer = b'{"message": "no", "errors": [{"code": "not-enabled", "description": "maintenance"}]}'
    world.pypi.faults.append(Fault("POST", "/_/oidc/mint-token", tamper=lambda _: answer))
    finding = run(world, tmp_path)
    assert (finding.code, finding.state) == ("probe-inconclusive", State.UNAVAILABLE)


@pytest.mark.parametrize("path", ["/_/oidc/audience", "/_/oidc/mint-token"])
@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_index_that_does_not_answer_is_unavailable(world: World, tmp_path: Path, path: str, status: int) -> None:
    world.pypi.faults += [Fault(method, path, status=status) for method in ("GET", "POST")]
    with pytest.raises(Unavailable):
        run(world, tmp_path)


def test_a_job_without_identity_cannot_probe(world: World, tmp_path: Path) -> None:
    environ = {name: value for name, value in world.environ().items() if not name.startswith("ACTIONS_")}
    with pytest.raises(Refused):
        run(world, tmp_path, environ)


def test_it_needs_no_more_than_its_locked_environment_has() -> None:
    blocked = "import sys; sys.modules.update(pypi_attestations=None, rich=None, jwt=None)"
    subprocess.run([sys.executable, "-c", f"{blocked}; import sealwright.stages.probe"], check=True)
