"""A signing certificate at a time of issue: its authority, its use, and the certificate log's word for it.

For envelopes that carry a certificate and nothing else. Bundles go through sigstore, which does all of this and more.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.certificate_transparency import LogEntryType, SignedCertificateTimestamp
from cryptography.x509.oid import ExtendedKeyUsageOID

from sealwright.errors import Refused
from sealwright.verify.trust_root import TrustRoot

_KEY_ID = 32
_MOST_BYTES = 1 << 24


def require_issued(leaf: x509.Certificate, root: TrustRoot) -> datetime:
    """When a certificate log saw `leaf`, after everything about its issue was found to hold at that time.

    Raises Refused (`certificate-invalid`).
    """
    try:
        promise = _promise(leaf)
        when = promise.timestamp.replace(tzinfo=UTC)
        issuer = _issuer(leaf, root, max(when, leaf.not_valid_before_utc))
        _require_use(leaf)
        _require_promise(leaf, issuer, promise, root)
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        raise _refused(str(error) or type(error).__name__) from error
    return when


def _issuer(leaf: x509.Certificate, root: TrustRoot, when: datetime) -> x509.Certificate:
    if when > leaf.not_valid_after_utc:
        raise _refused("it had expired when the certificate log saw it")
    for authority in root.authorities:
        if authority.issued(leaf) and authority.vouches_at(when):
            return authority.chain[0]
    raise _refused("no authority of the trust root issued it, or none that the trust root vouches for at that time")


def _require_use(leaf: x509.Certificate) -> None:
    if not leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
        raise _refused("its key is not for signatures")
    if ExtendedKeyUsageOID.CODE_SIGNING not in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value:
        raise _refused("its key is not for signing code")


def _promise(leaf: x509.Certificate) -> SignedCertificateTimestamp:
    promises = leaf.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    if len(promises) != 1:
        raise _refused(f"it holds {len(promises)} timestamps of certificate logs instead of one")
    promise: SignedCertificateTimestamp = promises[0]
    return promise


def _require_promise(
    leaf: x509.Certificate, issuer: x509.Certificate, promise: SignedCertificateTimestamp, root: TrustRoot
) -> None:
    window = root.certificate_logs.get(promise.log_id)
    key = next((log.public_key.raw_bytes for log in root.model.ctlogs if log.log_id.key_id == promise.log_id), None)
    if window is None or key is None or not window.covers(promise.timestamp.replace(tzinfo=UTC)):
        raise _refused("the trust root knows no certificate log of that id at that time")
    loaded = serialization.load_der_public_key(key)
    if not isinstance(loaded, ec.EllipticCurvePublicKey) or not isinstance(
        promise.signature_hash_algorithm, hashes.SHA256
    ):
        raise _refused("its certificate log signs with something else than ECDSA and SHA-256")
    try:
        loaded.verify(promise.signature, _signed(leaf, issuer, promise), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise _refused("the certificate log did not sign for it") from error


def _signed(leaf: x509.Certificate, issuer: x509.Certificate, promise: SignedCertificateTimestamp) -> bytes:
    """What the log signed: https://www.rfc-editor.org/rfc/rfc6962#section-3.2, for a precertificate."""
    if promise.entry_type is not LogEntryType.PRE_CERTIFICATE:
        raise _refused("its certificate log saw something else than a precertificate")
    body = leaf.tbs_precertificate_bytes
    if len(body) >= _MOST_BYTES:
        raise _refused("it is too large")
    info = issuer.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    issuer_id = hashlib.sha256(info).digest()
    assert len(issuer_id) == _KEY_ID
    milliseconds = int(promise.timestamp.replace(tzinfo=UTC).timestamp() * 1000)
    head = struct.pack("!BBQH", promise.version.value, 0, milliseconds, promise.entry_type.value)
    extensions = promise.extension_bytes
    length = len(body).to_bytes(3, "big")
    return head + issuer_id + length + body + len(extensions).to_bytes(2, "big") + extensions


def _refused(why: str) -> Refused:
    hint = "the certificate was changed, or belongs to another Sigstore instance"
    return Refused("certificate-invalid", f"the certificate: {why}", hint=hint)
