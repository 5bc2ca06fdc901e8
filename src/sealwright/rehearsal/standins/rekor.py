"""Rekor, versions 1 and 2: transparency logs that check every signature they are given.

v1: https://github.com/sigstore/rekor/blob/main/openapi.yaml
v2: https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sealwright.rehearsal.standins.merkle import Inclusion, Log
from sealwright.rehearsal.standins.server import Refusal
from sealwright.rehearsal.standins.sigstore_keys import key_id

_SEEDS = 5
_FIRST_INDEX = 1_000_000
"""The public log has earlier shards: an entry's index in the log is not its index in the tree."""


class RekorV1:
    """Signs a promise (SET) with a time, and a checkpoint."""

    name = "rekor.rehearsal.invalid"

    def __init__(self, leaves: Path, key: ec.EllipticCurvePrivateKey) -> None:
        self._log = Log(leaves, _SEEDS)
        self._key = key
        self.log_id = key_id(key)
        self._tree_id = int.from_bytes(self.log_id[:7], "big")

    def add(self, entry: Any) -> dict[str, Any]:
        """Answer `POST /api/v1/log/entries` with a hashedrekord or dsse entry 0.0.1. Raises Refusal 400."""
        match entry["kind"], entry["apiVersion"]:
            case "hashedrekord", "0.0.1":
                spec = _hashedrekord(entry["spec"])
            case "dsse", "0.0.1":
                spec = _dsse(entry["spec"]["proposedContent"])
            case kind, version:
                raise Refusal(400, f"this log takes no entries of kind {kind} {version}")
        return self.enter({"apiVersion": "0.0.1", "kind": entry["kind"], "spec": spec})

    def enter(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Enter what was judged already; the answer that `add` gives."""
        body = _canonical(entry)
        when, included = int(time.time()), self._log.append(body)
        promised = {
            "body": _base64(body),
            "integratedTime": when,
            "logID": self.log_id.hex(),
            "logIndex": _FIRST_INDEX + included.index,
        }
        verification = {
            "inclusionProof": {
                "checkpoint": self._checkpoint(included),
                "hashes": [digest.hex() for digest in included.hashes],
                "logIndex": included.index,
                "rootHash": included.root.hex(),
                "treeSize": included.size,
            },
            "signedEntryTimestamp": _base64(self._sign(_canonical(promised))),
        }
        return {f"{self._tree_id:016x}{included.leaf.hex()}": {**promised, "verification": verification}}

    def _checkpoint(self, included: Inclusion) -> str:
        return _checkpoint(f"{self.name} - {self._tree_id}", self.name, self.log_id, self._sign, included)

    def _sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


class RekorV2:
    """Signs a checkpoint and states no time: clients need a timestamp authority beside it."""

    name = "log2026-1.rekor.rehearsal.invalid"

    def __init__(self, leaves: Path, key: ed25519.Ed25519PrivateKey) -> None:
        self._log = Log(leaves, _SEEDS)
        self._key = key
        # A C2SP note key id, which for Ed25519 is not the hash of the key alone: https://c2sp.org/signed-note
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.log_id = hashlib.sha256(self.name.encode() + b"\n\x01" + raw).digest()

    def add(self, request: Any) -> dict[str, Any]:
        """Answer `POST /api/v2/log/entries` with a hashedRekordRequestV002. Raises Refusal 400."""
        if "hashedRekordRequestV002" not in request:
            raise Refusal(400, f"this log takes hashedRekordRequestV002, not {', '.join(request) or 'nothing'}")
        asked = request["hashedRekordRequestV002"]
        signature = asked["signature"]
        der = base64.b64decode(signature["verifier"]["x509Certificate"]["rawBytes"])
        digest = base64.b64decode(asked["digest"])
        _require_signature(x509.load_der_x509_certificate(der), base64.b64decode(signature["content"]), digest)
        spec = {
            "hashedRekordV002": {"data": {"algorithm": "SHA2_256", "digest": asked["digest"]}, "signature": signature}
        }
        body = _canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec})
        included = self._log.append(body)
        checkpoint = _checkpoint(self.name, self.name, self.log_id, self._key.sign, included)
        return {
            "logIndex": str(included.index),
            "logId": {"keyId": _base64(self.log_id)},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "inclusionProof": {
                "logIndex": str(included.index),
                "rootHash": _base64(included.root),
                "treeSize": str(included.size),
                "hashes": [_base64(digest) for digest in included.hashes],
                "checkpoint": {"envelope": checkpoint},
            },
            "canonicalizedBody": _base64(body),
        }


def _hashedrekord(spec: Mapping[str, Any]) -> dict[str, Any]:
    content, key = spec["signature"]["content"], spec["signature"]["publicKey"]["content"]
    found = spec["data"]["hash"]
    if found["algorithm"] != "sha256":
        raise Refusal(400, f"this log takes sha256, not {found['algorithm']}")
    certificate = x509.load_pem_x509_certificate(base64.b64decode(key))
    _require_signature(certificate, base64.b64decode(content), bytes.fromhex(found["value"]))
    return {
        "data": {"hash": {"algorithm": "sha256", "value": found["value"]}},
        "signature": {"content": content, "publicKey": {"content": key}},
    }


def _dsse(proposed: Mapping[str, Any]) -> dict[str, Any]:
    envelope = json.loads(proposed["envelope"])
    payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    (verifier,) = proposed["verifiers"]
    (signature,) = (each["sig"] for each in envelope["signatures"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    certificate = x509.load_pem_x509_certificate(base64.b64decode(verifier))
    _require_signature(certificate, base64.b64decode(signature), hashlib.sha256(signed).digest())
    return {
        "envelopeHash": _sha256(proposed["envelope"].encode()),
        "payloadHash": _sha256(payload),
        "signatures": [{"signature": signature, "verifier": verifier}],
    }


def _require_signature(certificate: x509.Certificate, signature: bytes, digest: bytes) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refusal(400, "this log checks ECDSA signatures only")
    try:
        key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    except InvalidSignature as error:
        raise Refusal(400, "the signature does not verify with the certificate over this digest") from error


def _checkpoint(origin: str, name: str, log_id: bytes, sign: Callable[[bytes], bytes], included: Inclusion) -> str:
    """A signed note: https://c2sp.org/tlog-checkpoint."""
    note = f"{origin}\n{included.size}\n{_base64(included.root)}\n"
    return f"{note}\n\u2014 {name} {_base64(log_id[:4] + sign(note.encode()))}\n"


def _canonical(document: object) -> bytes:
    """RFC 8785, for the ASCII strings and integers that entries consist of."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sha256(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
