from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.pypi import COMMIT, PUBLISHER, RUN, World, make_world, write_release, write_sdist

from sealwright.endpoints import TESTPYPI_UPLOAD_URL, TRUST_CONFIG_VARIABLE
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import sha256_hex
from sealwright.rehearsal.actions import publish
from sealwright.rehearsal.standins.identity import IdentityStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.pep740 import ExpectedPublisher, verify_provenance

WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "world") as world:
        yield world


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    write_release(tmp_path / "dist")
    return tmp_path / "dist"


def refusal(world: World, dist: Path, environ: dict[str, str] | None = None, **inputs: str) -> Refused:
    with pytest.raises(Refused) as error:
        world.publish(dist, environ, **inputs)
    return error.value


def uploads(world: World) -> list[int]:
    return [exchange.status for exchange in world.pypi.exchanges if exchange.path == "/legacy/"]


def test_every_distribution_is_uploaded_with_an_attestation_of_its_publisher(world: World, dist: Path) -> None:
    world.publish(dist)
    assert {file.filename for file in world.client.files("tiny")} == {WHEEL, SDIST}
    expected = ExpectedPublisher("owner/tiny", "release.yml", "pypi", commit=COMMIT, ref=RUN.ref)
    for name in (WHEEL, SDIST):
        provenance = world.client.provenance("tiny", "1.0", name)
        assert provenance is not None
        digest = sha256_hex((dist / name).read_bytes())
        findings = verify_provenance(provenance, name, digest, TrustRoot.parse(world.trust_root), expected)
        assert [(finding.check, finding.state) for finding in findings] == [
            ("index-provenance", "pass"),
            ("environment", "pass"),
        ]


def test_without_attestations_nothing_is_signed_and_nothing_is_left_in_the_folder(world: World, dist: Path) -> None:
    world.publish(dist, attestations="false")
    assert world.sigstore.exchanges == []
    assert {path.name for path in dist.iterdir()} == {WHEEL, SDIST}
    assert world.client.provenance("tiny", "1.0", WHEEL) is None


def test_testpypi_is_chosen_by_its_official_address(world: World, dist: Path) -> None:
    world.publish(dist, repository_url=TESTPYPI_UPLOAD_URL, attestations="false")
    assert len(world.testpypi.store.of_project("tiny")) == 2
    assert world.pypi.exchanges == []


def test_the_same_bytes_are_published_again_without_complaint(world: World, dist: Path) -> None:
    for _ in range(2):
        world.publish(dist, attestations="false")
    assert uploads(world) == [200] * 4


def test_a_file_that_exists_with_other_bytes_stops_the_upload_and_says_so(world: World, dist: Path) -> None:
    world.pypi.seed(SDIST, b"somebody else's")
    error = refusal(world, dist, attestations="false")
    assert error.code == "upload-refused"
    assert f"File already exists ('{SDIST}'" in error.message
    assert uploads(world) == [200, 400]


def test_a_job_outside_the_environment_is_refused_before_anything_is_uploaded(world: World, dist: Path) -> None:
    error = refusal(world, dist, world.environ(None))
    assert error.code == "invalid-publisher"
    assert uploads(world) == []


def test_a_job_of_a_reusable_workflow_of_somebody_else_is_refused(world: World, dist: Path) -> None:
    elsewhere = "stranger/shared/.github/workflows/release.yml@refs/tags/v9"
    assert refusal(world, dist, world.environ(reusable_workflow=elsewhere)).code == "invalid-publisher"


def test_a_job_without_identity_cannot_publish(world: World, dist: Path) -> None:
    environ = {name: value for name, value in world.environ().items() if not name.startswith("ACTIONS_")}
    assert refusal(world, dist, environ).code == "identity-missing"


def test_an_attestation_that_already_lies_beside_a_distribution_stops_everything(world: World, dist: Path) -> None:
    (dist / f"{WHEEL}.publish.attestation").write_text("{}")
    assert refusal(world, dist).code == "attestation-exists"
    assert uploads(world) == []


@pytest.mark.parametrize("name", ["notes.txt", "tiny-1.0.zip.asc", "tiny.whl", f"{WHEEL}.other.attestation"])
def test_anything_but_a_distribution_in_the_folder_stops_everything(world: World, dist: Path, name: str) -> None:
    (dist / name).write_text("")
    assert refusal(world, dist).code == "not-a-distribution"
    assert uploads(world) == []


def test_a_folder_in_place_of_a_file_stops_everything(world: World, dist: Path) -> None:
    (dist / WHEEL).unlink()
    (dist / WHEEL).mkdir()
    assert refusal(world, dist).code == "not-a-distribution"


@pytest.mark.parametrize("make", [True, False])
def test_nothing_to_publish_is_an_error(world: World, tmp_path: Path, *, make: bool) -> None:
    folder = tmp_path / "empty"
    if make:
        folder.mkdir()
    assert refusal(world, folder).code == "distributions-missing"


def test_metadata_that_does_not_render_is_refused_before_the_upload(world: World, tmp_path: Path) -> None:
    sdist = write_sdist(tmp_path / "dist")
    sdist.write_bytes(b"\x1f\x8b no archive")
    assert refusal(world, tmp_path / "dist").code == "metadata-invalid"
    assert uploads(world) == []


@pytest.mark.parametrize("inputs", [{"password": "pypi-stored"}, {"skip_existing": "true"}])
def test_inputs_that_are_not_played_are_not_ignored(world: World, dist: Path, inputs: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="does not play"):
        world.publish(dist, **inputs)


def test_another_index_is_not_played(world: World, dist: Path) -> None:
    with pytest.raises(UsageError, match="neither"):
        world.publish(dist, repository_url="https://packages.invalid/legacy/")


def test_a_rehearsal_never_signs_in_a_public_log(world: World, dist: Path) -> None:
    environ = {name: value for name, value in world.environ().items() if name != TRUST_CONFIG_VARIABLE}
    with pytest.raises(UsageError) as error:
        world.publish(dist, environ)
    assert error.value.code == "trust-config-missing"


def test_an_index_that_is_down_is_unavailable_not_refusing(world: World, dist: Path) -> None:
    world.pypi.faults.append(Fault("GET", "/_/oidc", status=500))
    with pytest.raises(Unavailable):
        world.publish(dist)


def test_an_upload_is_repeated_after_the_index_had_a_moment_of_weakness(world: World, dist: Path) -> None:
    world.pypi.faults.append(Fault("POST", "/legacy/", status=503, times=1))
    world.publish(dist, attestations="false")
    assert uploads(world) == [503, 200, 200]


def test_an_attestation_for_other_bytes_is_refused_by_the_index(
    world: World, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statement(path: Path) -> bytes:
        document = json.loads(original(path))
        document["subject"][0]["digest"]["sha256"] = "0" * 64
        return json.dumps(document).encode()

    original = publish.statement_about
    monkeypatch.setattr(publish, "statement_about", statement)
    error = refusal(world, dist)
    assert "Could not verify the uploaded artifact using the included attestation" in error.message
    assert f"the attestation is about {WHEEL} sha256:{'0' * 64}" in error.message


def test_an_attestation_by_another_workflow_is_refused_by_the_index(world: World, dist: Path) -> None:
    other = replace(RUN, workflow=".github/workflows/other.yml")
    with IdentityStandIn(world.issuer, other) as elsewhere:
        _attest(dist, world, {**world.environ(), **elsewhere.grant(environment="pypi")})
    error = _upload_as_they_are(world, dist)
    assert "other.yml" in error.message


def test_an_attestation_by_a_reusable_workflow_of_somebody_else_is_refused_by_the_index(
    world: World, dist: Path
) -> None:
    elsewhere = "stranger/shared/.github/workflows/sign.yml@refs/tags/v9"
    _attest(dist, world, world.environ(reusable_workflow=elsewhere, reusable_sha="f" * 40))
    assert "stranger/shared" in _upload_as_they_are(world, dist).message


def test_the_spelling_of_the_repository_decides_about_attestations(tmp_path: Path, dist: Path) -> None:
    with make_world(tmp_path / "world", [replace(PUBLISHER, repository="Owner/Tiny")]) as world:
        error = refusal(world, dist)
    assert "is not spelled as the publisher's Owner/Tiny" in error.message


def _attest(dist: Path, world: World, environ: dict[str, str]) -> None:
    publish.attest(sorted(dist.iterdir()), environ[TRUST_CONFIG_VARIABLE], environ)


def _upload_as_they_are(world: World, dist: Path) -> Refused:
    token = publish.exchange(world.client, world.environ())
    with pytest.raises(Refused) as error:
        publish._upload(sorted(dist.iterdir()), world.site, token, world.environ(), attested=True)
    return error.value
