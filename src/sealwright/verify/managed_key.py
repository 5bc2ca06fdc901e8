"""Bundles that were signed with a key somebody keeps, instead of a certificate: the key is the identity.

sigstore-python has no function for them. The entry in the log is verified by itself, and its body is compared with the
bundle. https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto, `public_key`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from sigstore_models.bundle import v1 as bundles
from sigstore_models.rekor import v1 as rekor

from sealwright.errors import Refused
from sealwright.verify.bundle import pae
from sealwright.verify.log_entry import require_inclusion, require_promise
from sealwright.verify.provenance import at
from sealwright.verify.statement import PAYLOAD_TYPE, Statement, parse
from sealwright.verify.trust_root import TrustRoot

_CHANGED = "the file, the bundle or the key is another one"


def verify_with_key(bundle: bytes, key: bytes, root: TrustRoot, sha256: str) -> Statement | None:
    """Whether `bundle` is a signature over a file of that digest by the public `key` (PEM).

    The statement, whose subject it is, where the bundle holds one. Raises Refused: `key-malformed`, `bundle-malformed`,
    `bundle-kind`, `digest-mismatch`, `signature-invalid`, `log-unknown`, `log-invalid`, `payload-type`,
    `statement-malformed`, `subject-missing`.
    """
    public = _loaded(key)
    model = _parsed(bundle)
    envelope = model.dsse_envelope
    if envelope is None:
        _require_file(model, public, sha256)
        statement = None
    else:
        if envelope.payload_type != PAYLOAD_TYPE:
            raise Refused("payload-type", f"the envelope's payload is {envelope.payload_type!r}, not {PAYLOAD_TYPE!r}")
        if len(envelope.signatures) != 1:
            raise Refused("bundle-malformed", f"the envelope has {len(envelope.signatures)} signatures instead of one")
        signed = hashlib.sha256(pae(envelope.payload_type, envelope.payload)).hexdigest()
        _require_signature(public, envelope.signatures[0].sig, bytes.fromhex(signed))
        statement = parse(envelope.payload, "the payload of the bundle")
        require_subject(statement, sha256)
        sha256 = signed
    entry = _entry(model)
    _require_logged(entry, root)
    _require_body(entry, model, public, sha256)
    return statement


def require_subject(statement: Statement, sha256: str) -> None:
    """The statement is about a file of that digest. Raises Refused (`subject-missing`)."""
    if sha256 not in statement.subjects.values():
        raise Refused(
            "subject-missing", f"the statement is about no file with sha256 {sha256}", hint="it is of another file"
        )


def _require_file(model: bundles.Bundle, key: ec.EllipticCurvePublicKey, sha256: str) -> None:
    signature = model.message_signature
    if signature is None:
        raise Refused("bundle-kind", "the bundle holds neither a signature over a file nor a statement")
    if signature.message_digest is not None and signature.message_digest.digest.hex() != sha256:
        raise Refused("digest-mismatch", "the bundle is over another file", hint=_CHANGED)
    _require_signature(key, signature.signature, bytes.fromhex(sha256))


def _require_signature(key: ec.EllipticCurvePublicKey, signature: bytes, digest: bytes) -> None:
    try:
        key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    except InvalidSignature as error:
        raise Refused("signature-invalid", "the key did not sign this content", hint=_CHANGED) from error


def _entry(model: bundles.Bundle) -> rekor.TransparencyLogEntry:
    entries = model.verification_material.tlog_entries
    if len(entries) != 1:
        raise Refused("bundle-malformed", f"the bundle has {len(entries)} log entries instead of one")
    return entries[0]


def _require_logged(entry: rekor.TransparencyLogEntry, root: TrustRoot) -> None:
    if entry.inclusion_promise is not None:
        require_promise(entry, root)
    require_inclusion(entry, root)


def _require_body(
    entry: rekor.TransparencyLogEntry, model: bundles.Bundle, key: ec.EllipticCurvePublicKey, sha256: str
) -> None:
    """What the log wrote down is this signature, by this key, over this content."""
    try:
        body: Any = json.loads(entry.canonicalized_body)
    except (ValueError, RecursionError) as error:
        raise Refused("log-invalid", "the body of the log entry is not JSON") from error
    match entry.kind_version.kind, entry.kind_version.version:
        case ("hashedrekord", "0.0.1"):
            found = _hashed(at(body, "spec"))
        case ("hashedrekord", "0.0.2"):
            found = _hashed_v2(at(body, "spec", "hashedRekordV002"))
        case ("dsse", "0.0.1") if model.dsse_envelope is not None:
            sha256 = hashlib.sha256(model.dsse_envelope.payload).hexdigest()
            found = _dsse(at(body, "spec"))
        case kind:
            raise Refused("log-invalid", f"log entries of the kind {'/'.join(kind)} are not read here")
    wanted = (sha256, _signature(model), _der(key))
    if (body.get("kind"), body.get("apiVersion")) != (entry.kind_version.kind, entry.kind_version.version):
        raise Refused("log-invalid", "the log entry is of another kind than the bundle says")
    if found != wanted:
        raise Refused("log-invalid", "the log entry is about another signature, key or content", hint=_CHANGED)


_Body = tuple[str, bytes, bytes]
"""(sha256 in hexadecimal, signature, key as DER)"""


def _hashed(spec: Any) -> _Body:
    key = _bytes(at(spec, "signature", "publicKey", "content"))
    return str(at(spec, "data", "hash", "value")), _bytes(at(spec, "signature", "content")), _der_of_pem(key)


def _hashed_v2(spec: Any) -> _Body:
    key = _bytes(at(spec, "signature", "verifier", "publicKey", "rawBytes"))
    return _bytes(at(spec, "data", "digest")).hex(), _bytes(at(spec, "signature", "content")), key


def _dsse(spec: Any) -> _Body:
    first = at(spec, "signatures", 0)
    if at(spec, "signatures", 1) is not None:
        raise Refused("log-invalid", "the log entry has several signatures")
    key = _bytes(at(first, "verifier"))
    return str(at(spec, "payloadHash", "value")), _bytes(at(first, "signature")), _der_of_pem(key)


def _signature(model: bundles.Bundle) -> bytes:
    if model.message_signature is not None:
        return model.message_signature.signature
    assert model.dsse_envelope is not None
    return model.dsse_envelope.signatures[0].sig


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise Refused("log-invalid", "the body of the log entry is not of its kind") from error


def _der_of_pem(pem: bytes) -> bytes:
    try:
        return _der(_loaded(pem))
    except Refused as error:
        raise Refused("log-invalid", "the log entry names no key") from error


def _der(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _loaded(pem: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise Refused(
            "key-malformed", "the key is not a public key in PEM", hint="-----BEGIN PUBLIC KEY-----"
        ) from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused("key-malformed", f"the key is a {type(key).__name__}; ECDSA is what can be verified here")
    return key


def _parsed(data: bytes) -> bundles.Bundle:
    try:
        return bundles.Bundle.from_json(data)
    except Exception as error:  # sigstore-models lets through what its own validators raise
        raise Refused("bundle-malformed", "not a Sigstore bundle as JSON") from error
