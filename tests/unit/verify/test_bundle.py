"""Bundles that hold, and what a trust root must say for them to."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sigstore.models import Bundle
from tests.support.bundles import (
    ENTRY,
    ENVELOPE,
    MATERIAL,
    SHA256,
    STATEMENT,
    World,
    flip,
    make_world,
    refusal,
    without,
)
from tests.support.sigstore import COMMIT, IDENTITY, ISSUER, edited

from sealwright.services.trust import public_good
from sealwright.verify.bundle import TrustRoot, verify_bundle_object, verify_file, verify_statement

GENERATOR = "slsa-framework/slsa-github-generator"
SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("sigstore"))


@pytest.mark.parametrize("version", [1, 2])
def test_a_signed_file_is_accepted_and_its_certificate_read(world: World, version: int) -> None:
    verified = verify_file(world.by_version[version].file, SHA256, world.root)
    assert verified.log_version == version
    assert verified.claims.san == verified.claims.build_signer_uri == IDENTITY
    assert (verified.claims.issuer, verified.claims.commit, verified.claims.environment) == (ISSUER, COMMIT, "sign")
    assert abs(datetime.now(UTC) - verified.signed_at) < timedelta(minutes=5)


@pytest.mark.parametrize("version", [1, 2])
def test_statements_of_both_versions_are_accepted(world: World, version: int) -> None:
    bundles = world.by_version[version]
    new, old = verify_statement(bundles.statement, world.root), verify_statement(bundles.legacy, world.root)
    assert new.payload == STATEMENT
    assert new.statement.subjects == old.statement.subjects == {"tiny.whl": SHA256}
    assert old.statement.type == "https://in-toto.io/Statement/v0.1"


def test_a_bundle_object_is_judged_like_its_bytes(world: World) -> None:
    data = world.by_version[1].statement
    assert verify_bundle_object(Bundle.from_json(data), world.root) == verify_statement(data, world.root)


def test_a_timestamp_alone_proves_the_time_of_an_entry_of_the_old_log(world: World) -> None:
    bundle = without(without(world.by_version[1].file, *ENTRY, "inclusionPromise"), *ENTRY, "integratedTime")
    assert verify_file(bundle, SHA256, world.root).log_version == 1


def test_the_old_log_alone_proves_the_time(world: World) -> None:
    bundle = without(world.by_version[1].file, MATERIAL, "timestampVerificationData")
    assert verify_file(bundle, SHA256, world.root).log_version == 1


PAST = {"start": "2020-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z"}
ROOT_CHANGES: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    ("authority-retired", ("certificateAuthorities", 0, "validFor"), PAST, "certificate-invalid"),
    ("log-retired", ("tlogs", 0, "publicKey", "validFor"), PAST, "log-invalid"),
    ("certificate-log-retired", ("ctlogs", 0, "publicKey", "validFor"), PAST, "certificate-invalid"),
    ("timestamp-authority-retired", ("timestampAuthorities", 0, "validFor"), PAST, "timestamp-invalid"),
    ("no-timestamp-authority", ("timestampAuthorities",), [], "timestamp-invalid"),
    ("no-log", ("tlogs",), [], "trust-root-malformed"),
]


@pytest.mark.parametrize(
    ("path", "value", "code"), [pytest.param(path, value, code, id=name) for name, path, value, code in ROOT_CHANGES]
)
def test_a_key_counts_only_while_the_trust_root_says_so(
    world: World, path: tuple[str | int, ...], value: Any, code: str
) -> None:
    root = TrustRoot.parse(edited(json.dumps(world.trusted_root).encode(), *path, value=value))
    assert refusal(lambda: verify_file(world.by_version[1].file, SHA256, root)) == code


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"7", b"\xff", b'{"trustedRoot": 1}', b"[" * 100_000],
    ids=["empty", "object", "list", "null", "number", "not-text", "config", "deep"],
)
def test_what_is_no_trust_root_is_refused(data: bytes) -> None:
    assert refusal(lambda: TrustRoot.parse(data)) == "trust-root-malformed"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("certificateAuthorities", 0, "validFor", "start"), "2020-01-01T00:00:00"),
        (("certificateAuthorities", 0, "certChain", "certificates"), []),
        (("timestampAuthorities", 0, "certChain", "certificates"), lambda old: old[:1]),
    ],
    ids=["no-time-zone", "no-certificate", "no-timestamp-root"],
)
def test_a_trust_root_with_a_gap_is_refused(world: World, path: tuple[str | int, ...], value: Any) -> None:
    data = edited(json.dumps(world.trusted_root).encode(), *path, value=value)
    assert refusal(lambda: TrustRoot.parse(data)) == "trust-root-malformed"


def test_a_trust_root_is_read_once_and_dated(world: World) -> None:
    data = json.dumps(world.trusted_root).encode()
    assert TrustRoot.parse(data) is TrustRoot.parse(bytes(bytearray(data)))
    assert public_good() is public_good()
    assert public_good().newest >= datetime(2025, 1, 1, tzinfo=UTC)


def test_ten_bundles_are_quick(world: World) -> None:
    bundle = world.by_version[1].file
    verify_file(bundle, SHA256, world.root)
    start = time.process_time()
    for _ in range(10):
        verify_file(bundle, SHA256, world.root)
    assert time.process_time() - start < 0.2  # 0.05 s on an idle machine


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of public bundles are not here")
@pytest.mark.parametrize(
    ("name", "signer"),
    [
        ("slsa-generic-v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", GENERATOR),
        ("slsa-generic-v2.1.0/binary-linux-amd64-workflow_dispatch.intoto.jsonl", GENERATOR),
        ("github-attest/MODULE.bazel.intoto.jsonl", "bazel-contrib/publish-to-bcr"),
        ("github-attest/MODULE-wrong-signer.bazel.intoto.jsonl", "loosebazooka/aa-test"),
    ],
)
def test_public_bundles_verify_offline(name: str, signer: str) -> None:
    data = (SAMPLES / name).read_bytes()
    verified = verify_statement(data, public_good())
    assert verified.claims.san.startswith(f"https://github.com/{signer}/")
    assert verified.claims.runner == "github-hosted"
    assert verified.log_version == 1
    changed = edited(data, ENVELOPE, "payload", value=flip(10))
    assert refusal(lambda: verify_statement(changed, public_good())) == "signature-invalid"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of public bundles are not here")
def test_an_envelope_without_a_log_entry_is_no_bundle() -> None:
    data = (SAMPLES / "slsa-generic-legacy-dsse/binary-linux-amd64-push-v14.2.intoto.jsonl").read_bytes()
    assert refusal(lambda: verify_statement(data, public_good())) == "bundle-malformed"
