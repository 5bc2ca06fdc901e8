from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypi_attestations import Attestation, AttestationType
from sigstore.models import Bundle
from tests.support.pypi import World, make_world, post, write_release

from sealwright.endpoints import TRUST_CONFIG_VARIABLE
from sealwright.model import sha256_hex
from sealwright.services.signing import open_signer

PUBLISH = AttestationType.PYPI_PUBLISH_V1.value
SLSA = "https://slsa.dev/provenance/v1"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def wheel(world: World, tmp_path: Path) -> Path:
    world.pypi.delete("tiny", "1.0")
    world.pypi.store.save(type(world.pypi.store.ledger)())
    return write_release(tmp_path)[0]


def attest(world: World, wheel: Path, kind: str = PUBLISH, **changes: Any) -> dict[str, Any]:
    """A signed attestation of the wheel, or of whatever `changes` say."""
    subject = {"name": wheel.name, "digest": {"sha256": sha256_hex(wheel.read_bytes())}}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": kind,
        "predicate": {},
        **changes,
    }
    environ = world.environ()
    with open_signer(environ[TRUST_CONFIG_VARIABLE], environ, log_version=1) as signer:
        bundle = Bundle.from_json(signer.sign_statement(json.dumps(statement).encode()))
    made: dict[str, Any] = json.loads(Attestation.from_bundle(bundle).model_dump_json())
    return made


def upload(world: World, wheel: Path, attestations: object) -> tuple[int, str]:
    return post(world.pypi, world.token(), wheel, attestations=json.dumps(attestations))


def test_one_attestation_of_each_kind_is_stored(world: World, wheel: Path) -> None:
    attestations = [attest(world, wheel), attest(world, wheel, SLSA)]
    assert upload(world, wheel, attestations) == (200, "OK")
    provenance = world.client.provenance("tiny", "1.0", wheel.name)
    assert provenance is not None
    (bundle,) = json.loads(provenance)["attestation_bundles"]
    assert len(bundle["attestations"]) == 2
    assert bundle["publisher"]["environment"] == "pypi"
    assert (bundle["publisher"]["repository"], bundle["publisher"]["workflow"]) == ("owner/tiny", "release.yml")


@pytest.mark.parametrize(
    ("supplied", "reason"),
    [
        ({}, "Malformed attestations: "),
        ([{}], "Malformed attestations: "),
        ([], "Malformed attestations: an empty attestation set is not permitted"),
    ],
    ids=str,
)
def test_what_is_no_list_of_attestations_is_refused(world: World, wheel: Path, supplied: object, reason: str) -> None:
    status, said = upload(world, wheel, supplied)
    assert status == 400
    assert said.startswith(f"Invalid attestations supplied during upload: {reason}")


@pytest.mark.parametrize(
    ("count", "reason"),
    [(2, "Multiple attestations for the same file with the same predicate type"), (3, "A maximum of 2 attestations")],
)
def test_more_than_one_attestation_of_a_kind_is_refused(world: World, wheel: Path, count: int, reason: str) -> None:
    status, said = upload(world, wheel, [attest(world, wheel)] * count)
    assert status == 400
    assert reason in said


OTHER = {"name": "tiny-1.1-py3-none-any.whl", "digest": {"sha256": "0" * 64}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "https://slsa.dev/verification_summary/v1"}, "know no attestation of the kind"),
        ({"subject": [OTHER]}, "the attestation is about tiny-1.1-py3-none-any.whl"),
        ({"subject": [OTHER, {**OTHER, "name": "another"}]}, "names 2 files instead of one"),
    ],
    ids=["kind", "other file", "two files"],
)
def test_an_attestation_of_something_else_is_refused(
    world: World, wheel: Path, changes: dict[str, Any], reason: str
) -> None:
    status, said = upload(world, wheel, [attest(world, wheel, **changes)])
    assert status == 400
    assert reason in said
    assert world.client.files("tiny") == ()


def test_the_order_of_compressed_tags_in_the_subject_does_not_matter(world: World, wheel: Path) -> None:
    both = wheel.rename(wheel.with_name("tiny-1.0-py2.py3-none-any.whl"))
    subject = {"name": "tiny-1.0-py3.py2-none-any.whl", "digest": {"sha256": sha256_hex(both.read_bytes())}}
    assert upload(world, both, [attest(world, both, subject=[subject])]) == (200, "OK")


def test_a_subject_that_only_looks_like_the_file_is_refused(world: World, wheel: Path) -> None:
    subject = {"name": f"dist/{wheel.name}", "digest": {"sha256": sha256_hex(wheel.read_bytes())}}
    assert upload(world, wheel, [attest(world, wheel, subject=[subject])])[0] == 400
