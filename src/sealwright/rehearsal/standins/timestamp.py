"""The timestamp authority of the stand-in for Sigstore.

RFC 3161, with ESSCertIDv2 of RFC 5816: https://www.rfc-editor.org/rfc/rfc3161
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from sealwright.rehearsal.standins import der

_SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_POLICY = der.oid("1.3.6.1.4.1.57264.2")
_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


class TimestampAuthority:
    """Signs that it saw a digest now."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key
        self.signature: Literal["good", "bad"] = "good"

    def answer(self, request: bytes) -> bytes:
        """A TimeStampResp for a TimeStampReq, or for the JSON that sigstore-js sends. Raises ValueError."""
        if request[:1] == b"{":
            request = _request_of(json.loads(request))
        (outer,) = der.items(request)
        _version, imprint, *options = der.items(outer.content)
        nonce = next((item.whole for item in options if item.tag == der.INTEGER), b"")
        wants_certificate = any(item.tag == der.BOOLEAN and item.content != b"\0" for item in options)
        now = dt.datetime.now(dt.UTC)
        info = der.sequence(
            der.integer(1),
            _POLICY,
            imprint.whole,
            der.integer(secrets.randbits(120)),
            der.encode(der.GENERALIZED_TIME, now.strftime("%Y%m%d%H%M%SZ").encode()),
            der.sequence(der.integer(1)),  # accurate to a second
            nonce,
        )
        certificate = self._certificate.public_bytes(Encoding.DER)
        signed = der.sequence(
            der.integer(3),
            der.set_of(_SHA256),
            der.sequence(_TST_INFO, der.encode(der.CONTEXT_0, der.octets(info))),
            der.encode(der.CONTEXT_0, certificate) if wants_certificate else b"",
            der.set_of(self._signer(info, certificate, now)),
        )
        token = der.sequence(_SIGNED_DATA, der.encode(der.CONTEXT_0, signed))
        return der.sequence(der.sequence(der.integer(0)), token)

    def _signer(self, info: bytes, certificate: bytes, now: dt.datetime) -> bytes:
        digest = hashlib.sha256(certificate).digest()
        attributes = der.set_of(
            _attribute(_CONTENT_TYPE, _TST_INFO),
            _attribute(_SIGNING_TIME, der.encode(der.UTC_TIME, now.strftime("%y%m%d%H%M%SZ").encode())),
            _attribute(_MESSAGE_DIGEST, der.octets(hashlib.sha256(info).digest())),
            _attribute(_SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(der.sequence(der.octets(digest))))),
        )
        message = attributes if self.signature == "good" else attributes + b"?"
        return der.sequence(
            der.integer(1),
            der.sequence(self._certificate.issuer.public_bytes(), der.integer(self._certificate.serial_number)),
            _SHA256,
            bytes([der.CONTEXT_0]) + attributes[1:],  # signed as a SET, sent under an implicit tag
            _ECDSA_SHA256,
            der.octets(self._key.sign(message, ec.ECDSA(hashes.SHA256()))),
        )


def _attribute(name: str, value: bytes) -> bytes:
    return der.sequence(der.oid(name), der.set_of(value))


def _request_of(document: dict[str, object]) -> bytes:
    digest = base64.b64decode(str(document["artifactHash"]))
    return der.sequence(
        der.integer(1),
        der.sequence(_SHA256, der.octets(digest)),
        der.integer(secrets.randbits(63)),
        der.encode(der.BOOLEAN, b"\xff") if document.get("certificates") else b"",
    )
