"""Fulcio's part of the stand-in: short-lived certificates for identity tokens, with an embedded SCT.

Extensions: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from sealwright.endpoints import GITHUB_URL
from sealwright.rehearsal.standins import der
from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.server import Refusal
from sealwright.rehearsal.standins.sigstore_keys import SigstoreKeys, certificate, key_id, key_usage, public_der

_ARC = "1.3.6.1.4.1.57264.1"
_AUDIENCE = "sigstore"
_LIFE = dt.timedelta(minutes=10)


@dataclass(slots=True)
class CertificateFaults:
    """What may be wrong with the next certificates, for tests of clients."""

    age: dt.timedelta = dt.timedelta()
    """How long ago they were valid from; over ten minutes and they arrive expired."""
    sct: Literal["good", "bad", "missing"] = "good"


class Fulcio:
    """Issues certificates."""

    def __init__(self, keys: SigstoreKeys, issuer: TokenIssuer) -> None:
        self._keys = keys
        self._issuer = issuer
        self.faults = CertificateFaults()

    def chain(self) -> list[str]:
        """PEM of the authorities, issuer of leaves first."""
        return [_pem(self._keys.intermediate), _pem(self._keys.root)]

    def issue(self, request: Any, bearer: str) -> dict[str, Any]:
        """Answer a v2 signingCert request: a CSR (sigstore-python) or a key with proof of possession (sigstore-js).

        Raises Refusal 401 for the token, 400 for the rest.
        """
        claims = self._claims(request, bearer)
        key = _requested_key(request, claims["sub"])
        leaf = self._leaf(key, claims)
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": [_pem(leaf), *self.chain()]}}}

    def _claims(self, request: Any, bearer: str) -> dict[str, Any]:
        token = request.get("credentials", {}).get("oidcIdentityToken") or bearer
        try:
            return self._issuer.check(token, _AUDIENCE)
        except jwt.PyJWTError as error:
            raise Refusal(401, f"There was an error processing the identity token: {error}") from error

    def _leaf(self, key: ec.EllipticCurvePublicKey, claims: Mapping[str, Any]) -> x509.Certificate:
        start = dt.datetime.now(dt.UTC).replace(microsecond=0) - self.faults.age
        issuer_key = self._keys.intermediate_key
        builder = (
            certificate(x509.Name([]), key, self._keys.intermediate.subject, issuer_key, start=start, life=_LIFE)
            .add_extension(key_usage("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(_subject(claims), critical=True)
        )
        for number, value in sorted(_extensions(claims).items()):
            extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{_ARC}.{number}"), value)
            builder = builder.add_extension(extension, critical=False)
        unlogged = builder.sign(issuer_key, hashes.SHA384())
        if self.faults.sct == "missing":
            return unlogged
        # cryptography cannot build an SCT, but takes the extension as DER.
        scts = der.octets(self._sct_list(unlogged.tbs_certificate_bytes))
        extension = x509.UnrecognizedExtension(ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS, scts)
        return builder.add_extension(extension, critical=False).sign(issuer_key, hashes.SHA384())

    def _sct_list(self, unlogged: bytes) -> bytes:
        """One SCT over a precertificate: RFC 6962, sections 3.2 and 3.3."""
        issuer = hashlib.sha256(public_der(self._keys.intermediate_key)).digest()
        milliseconds = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + issuer
        signed += len(unlogged).to_bytes(3, "big") + unlogged + struct.pack("!H", 0)
        if self.faults.sct == "bad":
            signed += b"?"
        signature = self._keys.ct_key.sign(signed, ec.ECDSA(hashes.SHA256()))
        log_id = key_id(self._keys.ct_key)
        sct = struct.pack("!B32sQHBBH", 0, log_id, milliseconds, 0, 4, 3, len(signature)) + signature
        return struct.pack("!HH", len(sct) + 2, len(sct)) + sct


def _requested_key(request: Any, subject: str) -> ec.EllipticCurvePublicKey:
    if request.get("certificateSigningRequest"):
        csr = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"]))
        key: object = csr.public_key()
        proven = csr.is_signature_valid
    else:
        asked = request["publicKeyRequest"]
        key = load_pem_public_key(asked["publicKey"]["content"].encode())
        proven = _signed(key, base64.b64decode(asked["proofOfPossession"]), subject.encode())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refusal(400, "only ECDSA keys are certified here")
    if not proven:
        raise Refusal(400, "The signature supplied in the request could not be verified")
    return key


def _signed(key: object, signature: bytes, message: bytes) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _subject(claims: Mapping[str, Any]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{GITHUB_URL}/{claims['job_workflow_ref']}")])


def _extensions(claims: Mapping[str, Any]) -> dict[int, bytes]:
    """Number below the arc to value: the legacy ones are bare text, the others DER UTF8Strings."""
    legacy = {
        1: claims["iss"],
        2: claims["event_name"],
        3: claims["sha"],
        4: claims["workflow"],
        5: claims["repository"],
        6: claims["ref"],
    }
    run = f"{claims['repository']}/actions/runs/{claims['run_id']}/attempts/{claims['run_attempt']}"
    texts = {
        8: claims["iss"],
        9: f"{GITHUB_URL}/{claims['job_workflow_ref']}",
        10: claims["job_workflow_sha"],
        11: claims["runner_environment"],
        12: f"{GITHUB_URL}/{claims['repository']}",
        13: claims["sha"],
        14: claims["ref"],
        15: claims["repository_id"],
        16: f"{GITHUB_URL}/{claims['repository_owner']}",
        17: claims["repository_owner_id"],
        18: f"{GITHUB_URL}/{claims['workflow_ref']}",
        19: claims["workflow_sha"],
        20: claims["event_name"],
        21: f"{GITHUB_URL}/{run}",
        22: claims["repository_visibility"],
        24: claims["sub"],
    }
    if claims.get("environment"):
        texts[23] = claims["environment"]
    encoded = {number: der.encode(der.UTF8_STRING, text.encode()) for number, text in texts.items()}
    return encoded | {number: text.encode() for number, text in legacy.items()}


def _pem(value: x509.Certificate) -> str:
    return value.public_bytes(Encoding.PEM).decode()
