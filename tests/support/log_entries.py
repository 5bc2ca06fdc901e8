"""Entries that no client writes any more, made by a local log, and bundles around them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sealwright.rehearsal.standins.rekor import RekorV1
from sealwright.verify.bundle import pae
from sealwright.verify.statement import PAYLOAD_TYPE
from tests.support.bundles import ENTRY, ENVELOPE, MATERIAL
from tests.support.sigstore import edited


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def entered(log: RekorV1, body: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a body that the log takes as it is, as a bundle holds it."""
    ((_, answer),) = log.enter(body).items()
    proof = answer["verification"]["inclusionProof"]
    return {
        "logIndex": str(answer["logIndex"]),
        "logId": {"keyId": b64(bytes.fromhex(answer["logID"]))},
        "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
        "integratedTime": str(answer["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": answer["verification"]["signedEntryTimestamp"]},
        "inclusionProof": {
            "logIndex": str(proof["logIndex"]),
            "rootHash": b64(bytes.fromhex(proof["rootHash"])),
            "treeSize": str(proof["treeSize"]),
            "hashes": [b64(bytes.fromhex(digest)) for digest in proof["hashes"]],
            "checkpoint": {"envelope": proof["checkpoint"]},
        },
        "canonicalizedBody": answer["body"],
    }


def intoto_body(bundle: bytes) -> dict[str, Any]:
    """What Rekor wrote of a DSSE bundle as an entry of the kind intoto 0.0.2."""
    document = json.loads(bundle)
    envelope = document[ENVELOPE]
    certificate = x509.load_der_x509_certificate(base64.b64decode(document[MATERIAL]["certificate"]["rawBytes"]))
    signatures = [
        {"publicKey": b64(certificate.public_bytes(Encoding.PEM)), "sig": b64(item["sig"].encode())}
        for item in envelope["signatures"]
    ]
    payload = hashlib.sha256(base64.b64decode(envelope["payload"])).hexdigest()
    content = {
        "envelope": {"payloadType": envelope["payloadType"], "signatures": signatures},
        "hash": {"algorithm": "sha256", "value": "0" * 64},
        "payloadHash": {"algorithm": "sha256", "value": payload},
    }
    return {"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": content}}


def as_intoto(log: RekorV1, bundle: bytes, body: Mapping[str, Any] | None = None) -> bytes:
    """The bundle with such an entry instead of its own."""
    return edited(bundle, *ENTRY, value=entered(log, body or intoto_body(bundle)))


class KeptKey:
    """A key that somebody keeps, and bundles by it."""

    def __init__(self, log: RekorV1) -> None:
        self.log = log
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def pem(self) -> bytes:
        """The public key."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def over_file(self, content: bytes) -> bytes:
        signature = self._key.sign(content, ec.ECDSA(hashes.SHA256()))
        digest = hashlib.sha256(content)
        spec = {
            "data": {"hash": {"algorithm": "sha256", "value": digest.hexdigest()}},
            "signature": {"content": b64(signature), "publicKey": {"content": b64(self.pem)}},
        }
        message = {
            "messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest.digest())},
            "signature": b64(signature),
        }
        return self._bundle({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}, messageSignature=message)

    def over_statement(self, payload: bytes) -> bytes:
        signature = self._key.sign(pae(PAYLOAD_TYPE, payload), ec.ECDSA(hashes.SHA256()))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "signatures": [{"signature": b64(signature), "verifier": b64(self.pem)}],
        }
        envelope = {"payload": b64(payload), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": b64(signature)}]}
        return self._bundle({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}, dsseEnvelope=envelope)

    def _bundle(self, body: Mapping[str, Any], **content: Any) -> bytes:
        document = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            MATERIAL: {"publicKey": {"hint": "kept"}, "tlogEntries": [entered(self.log, body)]},
            **content,
        }
        return json.dumps(document).encode()
