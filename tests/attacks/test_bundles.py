"""Every way in which a bundle may be changed, each with the cause that is named."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.bundles import (
    CERTIFICATE,
    CHECKPOINT,
    CONTENT,
    DIGEST,
    ENTRY,
    ENVELOPE,
    MATERIAL,
    OTHER,
    PROOF,
    SHA256,
    SIGNATURE,
    STAMPS,
    World,
    flip,
    flip_checkpoint_signature,
    flip_root_in_checkpoint,
    make_world,
    more,
    part,
    refusal,
    without,
)
from tests.support.sigstore import edited, local_sigstore

from sealwright.errors import Refused
from sealwright.rehearsal.standins.rekor import _checkpoint
from sealwright.services.trust import public_good
from sealwright.verify.bundle import verify_file, verify_statement

NO_ENVELOPE = {"payload": "", "payloadType": "", "signatures": []}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("sigstore"))


# (what is changed, how, expected code); on bundles over a file, of both logs
ATTACKS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("signature", lambda b: edited(b, *SIGNATURE, value=flip()), "signature-invalid"),
    ("signature-empty", lambda b: edited(b, *SIGNATURE, value=""), "signature-invalid"),
    ("recorded-digest", lambda b: edited(b, *DIGEST, "digest", value=flip()), "digest-mismatch"),
    (
        "recorded-algorithm",
        lambda b: edited(b, *DIGEST, "algorithm", value="SHA2_512"),
        "digest-mismatch",
    ),
    ("certificate-signature", lambda b: edited(b, *CERTIFICATE, value=flip()), "certificate-invalid"),
    ("certificate-cut-off", lambda b: edited(b, *CERTIFICATE, value="MIIC"), "bundle-malformed"),
    ("proof-hash", lambda b: edited(b, *PROOF, "hashes", 0, value=flip()), "log-invalid"),
    ("proof-hashes-gone", lambda b: edited(b, *PROOF, "hashes", value=[]), "log-invalid"),
    ("proof-root", lambda b: edited(b, *PROOF, "rootHash", value=flip()), "log-invalid"),
    ("proof-index", lambda b: edited(b, *PROOF, "logIndex", value=more(-1)), "log-invalid"),
    ("proof-size", lambda b: edited(b, *PROOF, "treeSize", value=more(1)), "log-invalid"),
    ("checkpoint-signature", lambda b: edited(b, *CHECKPOINT, value=flip_checkpoint_signature), "log-invalid"),
    ("checkpoint-root", lambda b: edited(b, *CHECKPOINT, value=flip_root_in_checkpoint), "log-invalid"),
    ("checkpoint-text", lambda b: edited(b, *CHECKPOINT, value="nothing"), "log-invalid"),
    ("checkpoint-gone", lambda b: without(b, *PROOF, "checkpoint"), "bundle-malformed"),
    ("proof-gone", lambda b: without(b, *ENTRY, "inclusionProof"), "bundle-malformed"),
    ("body", lambda b: edited(b, *ENTRY, "canonicalizedBody", value=flip(40)), "log-invalid"),
    ("log-id", lambda b: edited(b, *ENTRY, "logId", "keyId", value=flip()), "log-invalid"),
    ("kind", lambda b: edited(b, *ENTRY, "kindVersion", "kind", value="intoto"), "log-invalid"),
    ("kind-version", lambda b: edited(b, *ENTRY, "kindVersion", "version", value="0.0.3"), "bundle-malformed"),
    ("no-entry", lambda b: edited(b, MATERIAL, "tlogEntries", value=[]), "bundle-malformed"),
    ("two-entries", lambda b: edited(b, MATERIAL, "tlogEntries", value=lambda old: old * 2), "bundle-malformed"),
    ("timestamp", lambda b: edited(b, *STAMPS, 0, "signedTimestamp", value=flip()), "timestamp-invalid"),
    ("timestamp-garbage", lambda b: edited(b, *STAMPS, 0, "signedTimestamp", value="AAAA"), "timestamp-invalid"),
    ("timestamp-twice", lambda b: edited(b, *STAMPS, value=lambda old: old * 2), "timestamp-invalid"),
    ("timestamps-many", lambda b: edited(b, *STAMPS, value=lambda old: old * 33), "timestamp-invalid"),
    ("two-contents", lambda b: edited(b, ENVELOPE, value=NO_ENVELOPE), "bundle-malformed"),
    ("no-content", lambda b: without(b, "messageSignature"), "bundle-malformed"),
    ("media-type", lambda b: edited(b, "mediaType", value="application/json"), "bundle-malformed"),
    ("unknown-field", lambda b: edited(b, "verified", value=True), "bundle-malformed"),
    ("cut-off", lambda b: b[: len(b) // 2], "bundle-malformed"),
    ("empty", lambda _: b"", "bundle-malformed"),
    ("empty-object", lambda _: b"{}", "bundle-malformed"),
    ("empty-list", lambda _: b"[]", "bundle-malformed"),
    ("null", lambda _: b"null", "bundle-malformed"),
    ("not-text", lambda _: b"\xff\xfe\x00", "bundle-malformed"),
    ("deep", lambda _: b"[" * 100_000, "bundle-malformed"),
]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("attack", "code"), [pytest.param(how, code, id=name) for name, how, code in ATTACKS])
def test_a_changed_bundle_is_refused(world: World, version: int, attack: Callable[[bytes], bytes], code: str) -> None:
    changed = attack(world.by_version[version].file)
    assert refusal(lambda: verify_file(changed, SHA256, world.root)) == code


V1_ATTACKS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("promise", lambda b: edited(b, *ENTRY, "inclusionPromise", "signedEntryTimestamp", value=flip()), "log-invalid"),
    ("promise-gone", lambda b: without(b, *ENTRY, "inclusionPromise"), "log-invalid"),
    ("time", lambda b: edited(b, *ENTRY, "integratedTime", value=more(1)), "log-invalid"),
    ("time-zero", lambda b: edited(b, *ENTRY, "integratedTime", value="0"), "log-invalid"),
    ("time-gone", lambda b: without(b, *ENTRY, "integratedTime"), "log-invalid"),
    ("time-of-another-day", lambda b: edited(b, *ENTRY, "integratedTime", value=more(86_400)), "certificate-invalid"),
    ("time-beyond-all", lambda b: edited(b, *ENTRY, "integratedTime", value=str(2**63)), "timestamp-invalid"),
    ("index", lambda b: edited(b, *ENTRY, "logIndex", value=more(1)), "log-invalid"),
    (
        "no-time-at-all",
        lambda b: without(
            without(without(b, *ENTRY, "inclusionPromise"), *ENTRY, "integratedTime"),
            *(MATERIAL, "timestampVerificationData"),
        ),
        "timestamp-missing",
    ),
]


@pytest.mark.parametrize(("attack", "code"), [pytest.param(how, code, id=name) for name, how, code in V1_ATTACKS])
def test_a_changed_promise_is_refused(world: World, attack: Callable[[bytes], bytes], code: str) -> None:
    changed = attack(world.by_version[1].file)
    assert refusal(lambda: verify_file(changed, SHA256, world.root)) == code


V2_ATTACKS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("timestamps-gone", lambda b: without(b, MATERIAL, "timestampVerificationData"), "timestamp-missing"),
    ("timestamps-empty", lambda b: edited(b, *STAMPS, value=[]), "timestamp-missing"),
    (
        "time-claimed",
        lambda b: edited(
            edited(b, *ENTRY, "integratedTime", value=str(int(time.time()))),
            *(*ENTRY, "inclusionPromise"),
            value={"signedEntryTimestamp": "AAAA"},
        ),
        "log-invalid",
    ),
]


@pytest.mark.parametrize(("attack", "code"), [pytest.param(how, code, id=name) for name, how, code in V2_ATTACKS])
def test_an_entry_of_the_new_log_needs_a_timestamp(world: World, attack: Callable[[bytes], bytes], code: str) -> None:
    changed = attack(world.by_version[2].file)
    assert refusal(lambda: verify_file(changed, SHA256, world.root)) == code


DSSE_ATTACKS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("payload", lambda b: edited(b, ENVELOPE, "payload", value=flip(10)), "signature-invalid"),
    ("signature", lambda b: edited(b, ENVELOPE, "signatures", 0, "sig", value=flip()), "signature-invalid"),
    ("payload-type", lambda b: edited(b, ENVELOPE, "payloadType", value="application/json"), "payload-type"),
    ("no-signature", lambda b: edited(b, ENVELOPE, "signatures", value=[]), "bundle-malformed"),
    ("two-signatures", lambda b: edited(b, ENVELOPE, "signatures", value=lambda old: old * 2), "bundle-malformed"),
    ("proof-root", lambda b: edited(b, *PROOF, "rootHash", value=flip()), "log-invalid"),
    ("timestamp", lambda b: edited(b, *STAMPS, 0, "signedTimestamp", value=flip()), "timestamp-invalid"),
    ("certificate", lambda b: edited(b, *CERTIFICATE, value=flip()), "certificate-invalid"),
    ("cut-off", lambda b: b[:-20], "bundle-malformed"),
]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("attack", "code"), [pytest.param(how, code, id=name) for name, how, code in DSSE_ATTACKS])
def test_a_changed_statement_bundle_is_refused(
    world: World, version: int, attack: Callable[[bytes], bytes], code: str
) -> None:
    changed = attack(world.by_version[version].statement)
    assert refusal(lambda: verify_statement(changed, world.root)) == code


@pytest.mark.parametrize("version", [1, 2])
def test_parts_of_other_bundles_do_not_fit(world: World, version: int) -> None:
    bundles = world.by_version[version]
    swaps = {
        "log-invalid": edited(bundles.file, *ENTRY, value=part(bundles.second, *ENTRY)),
        "timestamp-invalid": edited(bundles.file, *STAMPS, value=part(bundles.second, *STAMPS)),
        "signature-invalid": edited(
            bundles.file, MATERIAL, "certificate", value=part(world.other_job, MATERIAL, "certificate")
        ),
    }
    assert {code: refusal(lambda b=b: verify_file(b, SHA256, world.root)) for code, b in swaps.items()} == {
        code: code for code in swaps
    }
    mixed = edited(bundles.file, *ENTRY, value=part(bundles.statement, *ENTRY))
    assert refusal(lambda: verify_file(mixed, SHA256, world.root)) == "log-invalid"


@pytest.mark.parametrize("version", [1, 2])
def test_another_file_is_refused(world: World, version: int) -> None:
    bundle = world.by_version[version].file
    assert refusal(lambda: verify_file(bundle, OTHER, world.root)) == "digest-mismatch"
    silent = without(bundle, "messageSignature", "messageDigest")
    assert verify_file(silent, SHA256, world.root).log_version == version
    assert refusal(lambda: verify_file(silent, OTHER, world.root)) == "signature-invalid"


def test_the_two_kinds_of_bundles_are_not_mixed_up(world: World) -> None:
    bundles = world.by_version[1]
    assert refusal(lambda: verify_file(bundles.statement, SHA256, world.root)) == "bundle-kind"
    assert refusal(lambda: verify_statement(bundles.file, world.root)) == "bundle-kind"


@pytest.mark.parametrize("version", [1, 2])
def test_a_signed_payload_that_is_no_statement_is_refused(world: World, version: int) -> None:
    bundle = world.by_version[version].shapeless
    assert refusal(lambda: verify_statement(bundle, world.root)) == "statement-malformed"


@pytest.mark.parametrize("version", [1, 2])
def test_another_trust_root_does_not_vouch(world: World, version: int) -> None:
    bundles = world.by_version[version]
    for root in (world.other_root, public_good()):
        assert refusal(lambda root=root: verify_file(bundles.file, SHA256, root)) == "certificate-invalid"
        assert refusal(lambda root=root: verify_statement(bundles.statement, root)) == "certificate-invalid"


@pytest.mark.parametrize("version", [1, 2])
def test_no_changed_byte_gets_past_or_breaks_the_judge(world: World, version: int) -> None:
    bundle = world.by_version[version].statement
    expected = verify_statement(bundle, world.root)
    for position in range(version, len(bundle), 61):
        for byte in (b"A", b'"', b"\0"):
            changed = bundle[:position] + byte + bundle[position + 1 :]
            try:
                found = verify_statement(changed, world.root)
            except Refused:
                continue
            # What is left are bits that base64 does not carry, and fields that only inform.
            assert (found.claims, found.payload) == (expected.claims, expected.payload), position


def test_a_proof_for_a_tree_of_another_size_than_the_checkpoints_is_refused(tmp_path: Path) -> None:
    """The hashes of an early leaf lead to the same root for several claimed sizes, and sigstore compares only roots."""
    path = tmp_path / "tiny.whl"
    path.write_bytes(CONTENT)
    with local_sigstore(tmp_path / "sigstore", rekor=2) as sigstore:
        with sigstore.signer() as signer:
            bundle = signer.sign_file(path)
        rekor = sigstore.standin.rekor_v2
        last = [rekor._log.append(b"later %d" % number) for number in range(6)][-1]
        index = int(part(bundle, *PROOF, "logIndex"))
        hashes = [base64.b64encode(digest).decode() for digest in rekor._log._tree.proof(index)]
        checkpoint = _checkpoint(rekor.name, rekor.name, rekor.log_id, rekor._key.sign, last)
        root = sigstore.root
    proof = {
        **part(bundle, *PROOF),
        "hashes": hashes,
        "rootHash": base64.b64encode(last.root).decode(),
        "treeSize": str(last.size),
        "checkpoint": {"envelope": checkpoint},
    }
    later = edited(bundle, *PROOF, value=proof)
    assert verify_file(later, SHA256, root).log_version == 2
    larger = edited(later, *PROOF, "treeSize", value=more(1))
    assert refusal(lambda: verify_file(larger, SHA256, root)) == "log-invalid"


def test_a_certificate_with_another_kind_of_key_is_refused(world: World) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(x509.Name([]), x509.Name([]), key.public_key(), 1, now, now + timedelta(minutes=10))
        .sign(key, None)
        .public_bytes(Encoding.DER)
    )
    changed = edited(world.by_version[1].file, *CERTIFICATE, value=base64.b64encode(certificate).decode())
    assert refusal(lambda: verify_file(changed, SHA256, world.root)) == "certificate-invalid"
