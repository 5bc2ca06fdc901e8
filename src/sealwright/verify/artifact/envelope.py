"""The signed envelope in a provenance file: a Sigstore bundle, or the plain envelope that older generators wrote."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sigstore_models.rekor import v1 as rekor

from sealwright.errors import Refused
from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.bundle import certificate_in, pae, verify_statement
from sealwright.verify.certificates import require_issued
from sealwright.verify.log_entry import require_promise
from sealwright.verify.provenance import at
from sealwright.verify.trust_root import TrustRoot

_BUNDLE_KEYS = frozenset({"mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"})
_ENTRY = ("verificationMaterial", "tlogEntries", 0)
_KINDS = {("dsse", "0.0.1"), ("intoto", "0.0.2")}
_REASONS = {
    "certificate-invalid": Reason.CERTIFICATE,
    "signature-invalid": Reason.SIGNATURE,
    "log-unknown": Reason.REKOR_KEY,
    "bundle-kind": Reason.BUNDLE_CONTENT,
    "bundle-malformed": Reason.INVALID_FORMAT,
    "payload-type": Reason.PAYLOAD,
    "statement-malformed": Reason.PAYLOAD,
}
"""Everything else that bundles are refused for is about the log or the time."""


@dataclass(frozen=True, slots=True)
class Signed:
    """An envelope whose signature holds."""

    payload_type: str
    payload: bytes
    certificate: x509.Certificate
    signed_at: datetime
    """Proven by the log; where there is no entry, only when the certificate was issued."""
    logged: bool


@lru_cache(maxsize=64)  # one file vouches for many artifacts
def open_provenance(data: bytes, root: TrustRoot, *, allow_unlogged: bool = False) -> Signed:
    """The envelope in a provenance file, verified. Raises NotVerified."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotVerified(Reason.INVALID_FORMAT, f"not one JSON document: {error}") from error
    if not isinstance(document, dict):
        raise NotVerified(Reason.INVALID_FORMAT, "neither a Sigstore bundle nor a DSSE envelope")
    if document.keys() <= _BUNDLE_KEYS:
        return _of_bundle(data, document, root)
    return _of_envelope(document, root, allow_unlogged=allow_unlogged)


def _of_bundle(data: bytes, document: Mapping[str, Any], root: TrustRoot) -> Signed:
    # In slsa-verifier's order, which decides what is said of a bundle with several faults.
    _require_entry(document, root)
    try:
        verified = verify_statement(data, root)
    except Refused as error:
        raise NotVerified(_REASONS.get(error.code, Reason.REKOR_ENTRY), error.message) from error
    envelope = document["dsseEnvelope"]
    return Signed(envelope["payloadType"], verified.payload, certificate_in(data), verified.signed_at, logged=True)


def _require_entry(document: Mapping[str, Any], root: TrustRoot) -> None:
    stated = at(document, *_ENTRY)
    if stated is None:
        raise NotVerified(Reason.REKOR_ENTRY, "the bundle holds no log entry")
    try:
        entry = rekor.TransparencyLogEntry.from_json(json.dumps(stated))
        if entry.inclusion_promise is not None:  # entries of Rekor v2 have none
            require_promise(entry, root)
    except Refused as error:
        raise NotVerified(_REASONS.get(error.code, Reason.REKOR_ENTRY), error.message) from error
    except ValueError as error:
        raise NotVerified(Reason.REKOR_ENTRY, "the log entry of the bundle is malformed") from error
    if not isinstance(document.get("dsseEnvelope"), dict):
        raise NotVerified(Reason.BUNDLE_CONTENT, "the bundle holds no envelope")
    kind = (entry.kind_version.kind, entry.kind_version.version)
    if kind not in _KINDS:
        raise NotVerified(Reason.ENTRY_TYPE, "/".join(kind))
    logged = _logged_signatures(entry.canonicalized_body, kind)
    signatures = at(document, "dsseEnvelope", "signatures")
    if [at(item, "sig") for item in signatures if isinstance(signatures, list)] != logged:
        raise NotVerified(Reason.MISMATCH_SIGNATURE, "the log entry is about another signature")


def _logged_signatures(body: bytes, kind: tuple[str, str]) -> list[Any]:
    try:
        document = json.loads(body)
        if kind[0] == "dsse":
            return [item["signature"] for item in document["spec"]["signatures"]]
        items = document["spec"]["content"]["envelope"]["signatures"]
        return [base64.b64decode(item["sig"], validate=True).decode() for item in items]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotVerified(Reason.ENTRY_TYPE, f"the body of the log entry: {error!r}") from error


def _of_envelope(document: Mapping[str, Any], root: TrustRoot, *, allow_unlogged: bool) -> Signed:
    if not allow_unlogged or not isinstance(at(document, "signatures", 0, "cert"), str):
        raise NotVerified(
            Reason.REKOR_SEARCH,
            "a plain envelope holds no log entry, and looking for one is not possible offline; what can be verified "
            "without is shown with --allow-unlogged",
        )
    try:
        certificate = x509.load_pem_x509_certificate(document["signatures"][0]["cert"].encode())
        payload = base64.b64decode(document["payload"], validate=True)
        signature = base64.b64decode(document["signatures"][0]["sig"], validate=True)
        payload_type = str(document["payloadType"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotVerified(Reason.INVALID_FORMAT, f"the envelope: {error!r}") from error
    if len(document["signatures"]) != 1:
        raise NotVerified(Reason.INVALID_FORMAT, "the envelope has several signatures")
    try:
        issued = require_issued(certificate, root)
    except Refused as error:
        raise NotVerified(Reason.CERTIFICATE, error.message) from error
    _require_signature(certificate, signature, pae(payload_type, payload))
    return Signed(payload_type, payload, certificate, issued, logged=False)


def _require_signature(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotVerified(Reason.CERTIFICATE, f"its key is a {type(key).__name__}, not ECDSA")
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise NotVerified(
            Reason.SIGNATURE, "it was not made over this payload by the key in the certificate"
        ) from error
