"""Entries of old kinds, and bundles by a kept key: each changed in every place that is signed or compared."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.bundles import (
    CHECKPOINT,
    CONTENT,
    ENTRY,
    ENVELOPE,
    OTHER,
    PROOF,
    SHA256,
    SIGNATURE,
    STATEMENT,
    flip,
    flip_checkpoint_signature,
    flip_root_in_checkpoint,
    more,
    part,
    refusal,
    without,
)
from tests.support.log_entries import KeptKey, as_intoto, b64, intoto_body
from tests.support.sigstore import LocalSigstore, edited, local_sigstore

from sealwright.rehearsal.standins.rekor import RekorV1
from sealwright.services.trust import public_good
from sealwright.verify.bundle import verify_statement
from sealwright.verify.managed_key import verify_with_key

PROMISE = (*ENTRY, "inclusionPromise", "signedEntryTimestamp")


@dataclass(frozen=True)
class World:
    sigstore: LocalSigstore
    statement: bytes
    """Signed with a certificate, in an entry of the kind dsse."""
    other: bytes
    """Another signature over the same statement."""
    key: KeptKey

    @property
    def log(self) -> RekorV1:
        return self.sigstore.standin.rekor_v1


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with local_sigstore(tmp_path_factory.mktemp("sigstore") / "here") as sigstore:
        with sigstore.signer() as signer:
            statement, other = signer.sign_statement(STATEMENT), signer.sign_statement(STATEMENT)
        yield World(sigstore, statement, other, KeptKey(sigstore.standin.rekor_v1))


def test_a_statement_in_an_entry_of_the_kind_intoto_is_verified_as_any_other(world: World) -> None:
    verified = verify_statement(as_intoto(world.log, world.statement), world.sigstore.root)
    assert verified.statement.subjects == {"tiny.whl": SHA256}
    assert verified.log_version == 1


def _changed(change: Callable[[Any], None]) -> Callable[[World], bytes]:
    def make(world: World) -> bytes:
        body = copy.deepcopy(intoto_body(world.statement))
        change(body)
        return as_intoto(world.log, world.statement, body)

    return make


def _content(body: Any) -> Any:
    return body["spec"]["content"]


def _first(body: Any) -> Any:
    return _content(body)["envelope"]["signatures"][0]


# Entries that the log has really signed, about something else than the envelope; and entries that were changed.
INTOTO: dict[str, tuple[Callable[[World], bytes], str]] = {
    "another payload": (_changed(lambda b: _content(b)["payloadHash"].update(value=OTHER)), "log-invalid"),
    "another hash": (_changed(lambda b: _content(b)["payloadHash"].update(algorithm="sha1")), "log-invalid"),
    "another payload type": (_changed(lambda b: _content(b)["envelope"].update(payloadType="text")), "log-invalid"),
    "no signatures": (_changed(lambda b: _content(b)["envelope"].update(signatures=[])), "log-invalid"),
    "one signature more": (_changed(lambda b: _content(b)["envelope"]["signatures"].append(_first(b))), "log-invalid"),
    "another certificate": (_changed(lambda b: _first(b).update(publicKey=b64(b"PEM"))), "log-invalid"),
    "a signature that is no base64": (_changed(lambda b: _first(b).update(sig="%")), "log-invalid"),
    "another kind": (_changed(lambda b: b.update(kind="rekord")), "log-invalid"),
    "another version": (_changed(lambda b: b.update(apiVersion="0.0.1")), "log-invalid"),
    "no content": (_changed(lambda b: b.update(spec={})), "log-invalid"),
    "the entry of another envelope": (
        lambda w: as_intoto(w.log, w.statement, intoto_body(w.other)),
        "log-invalid",
    ),
    "a body of the kind dsse": (
        lambda w: edited(w.statement, *ENTRY, "kindVersion", value={"kind": "intoto", "version": "0.0.2"}),
        "log-invalid",
    ),
    "a promise by somebody else": (
        lambda w: edited(as_intoto(w.log, w.statement), *PROMISE, value=flip()),
        "log-invalid",
    ),
    "another time": (
        lambda w: edited(as_intoto(w.log, w.statement), *ENTRY, "integratedTime", value=more(1)),
        "log-invalid",
    ),
    "another proof": (
        lambda w: edited(as_intoto(w.log, w.statement), *PROOF, "hashes", 0, value=flip()),
        "log-invalid",
    ),
    "another signature": (
        lambda w: edited(as_intoto(w.log, w.statement), ENVELOPE, "signatures", 0, "sig", value=flip()),
        "signature-invalid",
    ),
}


@pytest.mark.parametrize(("make", "code"), INTOTO.values(), ids=INTOTO)
def test_a_changed_entry_of_the_kind_intoto_is_refused(make: Callable[[World], bytes], code: str, world: World) -> None:
    bundle = make(world)
    assert refusal(lambda: verify_statement(bundle, world.sigstore.root)) == code


def test_a_file_and_a_statement_are_verified_by_a_kept_key(world: World) -> None:
    root = world.sigstore.root
    assert verify_with_key(world.key.over_file(CONTENT), world.key.pem, root, SHA256) is None
    statement = verify_with_key(world.key.over_statement(STATEMENT), world.key.pem, root, SHA256)
    assert statement is not None
    assert statement.subjects == {"tiny.whl": SHA256}


KEPT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "signature": (lambda b: edited(b, *SIGNATURE, value=flip()), "signature-invalid"),
    "promise": (lambda b: edited(b, *PROMISE, value=flip()), "log-invalid"),
    "time": (lambda b: edited(b, *ENTRY, "integratedTime", value=more(1)), "log-invalid"),
    "index in the log": (lambda b: edited(b, *ENTRY, "logIndex", value=more(1)), "log-invalid"),
    "proof": (lambda b: edited(b, *PROOF, "hashes", 0, value=flip()), "log-invalid"),
    "shorter proof": (lambda b: without(b, *PROOF, "hashes", 0), "log-invalid"),
    "index in the tree": (lambda b: edited(b, *PROOF, "logIndex", value=more(-1)), "log-invalid"),
    "index beyond the tree": (lambda b: edited(b, *PROOF, "logIndex", value=more(10_000)), "bundle-malformed"),
    "size of the tree": (lambda b: edited(b, *PROOF, "treeSize", value=more(1)), "log-invalid"),
    "root": (lambda b: edited(b, *PROOF, "rootHash", value=flip()), "log-invalid"),
    "checkpoint by somebody else": (lambda b: edited(b, *CHECKPOINT, value=flip_checkpoint_signature), "log-invalid"),
    "checkpoint of another tree": (lambda b: edited(b, *CHECKPOINT, value=flip_root_in_checkpoint), "log-invalid"),
    "checkpoint that is none": (lambda b: edited(b, *CHECKPOINT, value="a\n"), "log-invalid"),
    "no checkpoint": (lambda b: without(b, *PROOF, "checkpoint"), "log-invalid"),
    "an unknown log": (lambda b: edited(b, *ENTRY, "logId", "keyId", value=flip()), "log-unknown"),
    "a kind that is not read": (
        lambda b: edited(b, *ENTRY, "kindVersion", value={"kind": "rekord", "version": "0.0.1"}),
        "log-invalid",
    ),
    "another kind than the body's": (
        lambda b: edited(b, *ENTRY, "kindVersion", value={"kind": "hashedrekord", "version": "0.0.2"}),
        "log-invalid",
    ),
    "no entry": (lambda b: edited(b, "verificationMaterial", "tlogEntries", value=[]), "bundle-malformed"),
    "no bundle": (lambda _: b"{}", "bundle-malformed"),
}


@pytest.mark.parametrize(("change", "code"), KEPT.values(), ids=KEPT)
def test_a_changed_bundle_of_a_kept_key_is_refused(change: Callable[[bytes], bytes], code: str, world: World) -> None:
    bundle = change(world.key.over_file(CONTENT))
    assert refusal(lambda: verify_with_key(bundle, world.key.pem, world.sigstore.root, SHA256)) == code


def test_another_key_file_or_instance_is_refused(world: World) -> None:
    bundle, root = world.key.over_file(CONTENT), world.sigstore.root
    stranger = KeptKey(world.log)
    assert refusal(lambda: verify_with_key(bundle, stranger.pem, root, SHA256)) == "signature-invalid"
    assert refusal(lambda: verify_with_key(bundle, world.key.pem, root, OTHER)) == "digest-mismatch"
    assert refusal(lambda: verify_with_key(bundle, world.key.pem, public_good(), SHA256)) == "log-unknown"
    assert refusal(lambda: verify_with_key(bundle, b"no key", root, SHA256)) == "key-malformed"


def test_the_entry_of_another_signature_by_the_same_key_is_refused(world: World) -> None:
    first, second = world.key.over_file(CONTENT), world.key.over_file(CONTENT)
    mixed = edited(first, *ENTRY, value=part(second, *ENTRY))
    assert refusal(lambda: verify_with_key(mixed, world.key.pem, world.sigstore.root, SHA256)) == "log-invalid"


def test_a_statement_by_a_kept_key_must_be_about_the_file(world: World) -> None:
    bundle = world.key.over_statement(STATEMENT)
    assert refusal(lambda: verify_with_key(bundle, world.key.pem, world.sigstore.root, OTHER)) == "subject-missing"
    payload = base64.b64encode(STATEMENT.replace(b"PASSED", b"FAILED")).decode()
    other = edited(bundle, ENVELOPE, "payload", value=payload)
    assert refusal(lambda: verify_with_key(other, world.key.pem, world.sigstore.root, SHA256)) == "signature-invalid"
