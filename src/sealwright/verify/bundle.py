"""Sigstore bundles: who signed what, when, and whether the log says so. Identity is not judged here.

sigstore-python does the cryptography. This module adds what it leaves open: every timestamp that a bundle carries must
verify, an entry of Rekor v2 needs one, the signed entry timestamp cannot be switched off, the trust root's validity
periods hold at the time of signing, the checkpoint is about the tree of the proof, and a DSSE envelope is an in-toto
one. Log entries of the kind intoto 0.0.2 are read too. Its scattered exceptions all become `Refused`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from sigstore.errors import CertValidationError, VerificationError
from sigstore.hashes import Hashed
from sigstore.models import Bundle, InvalidBundle
from sigstore.models import TrustedRoot as SigstoreRoot
from sigstore.verify import Verifier
from sigstore_models.bundle import v1 as bundles
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.rekor import v1 as rekor

from sealwright.errors import Refused
from sealwright.verify import intoto_entry
from sealwright.verify.authorities import Authority, proven_time
from sealwright.verify.claims import Claims, claims_of
from sealwright.verify.statement import PAYLOAD_TYPE, Statement, parse
from sealwright.verify.trust_root import TrustRoot

__all__ = [
    "Claims",
    "TrustRoot",
    "Verified",
    "VerifiedStatement",
    "certificate_in",
    "pae",
    "verify_bundle_object",
    "verify_file",
    "verify_statement",
]

_MOST_TIMESTAMPS = 32
_LONGEST = 240
_CHANGED = "the bundle was changed after signing, or belongs to another Sigstore instance"
_HINTS = {
    "bundle-malformed": "expected a Sigstore bundle as JSON: one certificate, one log entry, one signature",
    "certificate-invalid": _CHANGED,
    "log-invalid": _CHANGED,
    "timestamp-invalid": _CHANGED,
    "trust-root-malformed": "expected a trust root with at least one authority and one log",
}
_ABOUT_CERTIFICATES = ("SCT", "signing cert", "Key usage", "Extended usage", "signed certificate timestamp")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a bundle proves."""

    claims: Claims
    signed_at: datetime
    """The latest verified time, UTC."""
    log_version: int
    """The major version of the Rekor log that the entry is in."""


@dataclass(frozen=True, slots=True)
class VerifiedStatement(Verified):
    """What a bundle over an in-toto statement proves. Its subjects are the caller's to compare."""

    statement: Statement
    payload: bytes


def verify_file(bundle: bytes, sha256: str, root: TrustRoot) -> Verified:
    """What `bundle` proves about the file with that digest (64 hexadecimal digits).

    Raises Refused: `bundle-malformed`, `bundle-kind`, `digest-mismatch`, `signature-invalid`, `timestamp-missing`,
    `timestamp-invalid`, `certificate-invalid`, `log-invalid`.
    """
    evidence = _Evidence.of(_parse(bundle))
    signature = evidence.model.message_signature
    if signature is None:
        raise Refused("bundle-kind", "the bundle holds a statement, not a signature over a file")
    digest = bytes.fromhex(sha256)
    recorded = signature.message_digest
    if recorded is not None and (recorded.algorithm != HashAlgorithm.SHA2_256 or recorded.digest != digest):
        raise Refused(
            "digest-mismatch",
            f"the bundle is over {recorded.algorithm.value} {recorded.digest.hex()}, the file has sha256 {sha256}",
            hint="the file was changed after it was signed, or the bundle belongs to another file",
        )
    evidence.require_signature(signature.signature, digest)
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)
    return evidence.judge(root, lambda: _verifier(root).verify_artifact(hashed, evidence.bundle, _AnyIdentity()))


def verify_statement(bundle: bytes, root: TrustRoot) -> VerifiedStatement:
    """The in-toto statement (version 1 or 0.1) in a DSSE bundle, and what the bundle proves.

    Raises Refused as `verify_file` does, and `payload-type`, `statement-malformed`.
    """
    return verify_bundle_object(_parse(bundle), root)


def certificate_in(bundle: bytes) -> x509.Certificate:
    """The signing certificate of a bundle, unjudged. Raises Refused (`bundle-malformed`)."""
    return _parse(bundle).signing_certificate


def verify_bundle_object(bundle: Bundle, root: TrustRoot) -> VerifiedStatement:
    """`verify_statement` for a bundle that somebody else put together, as pypi-attestations does."""
    evidence = _Evidence.of(bundle)
    envelope = evidence.model.dsse_envelope
    if envelope is None:
        raise Refused("bundle-kind", "the bundle holds a signature over a file, not a statement")
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Refused("payload-type", f"the envelope's payload is {envelope.payload_type!r}, not {PAYLOAD_TYPE!r}")
    if len(envelope.signatures) != 1:
        raise Refused("bundle-malformed", f"the envelope has {len(envelope.signatures)} signatures instead of one")
    signed = hashlib.sha256(pae(envelope.payload_type, envelope.payload)).digest()
    evidence.require_signature(envelope.signatures[0].sig, signed)
    verified = evidence.judge(root, lambda: _verify_envelope(evidence, root))
    statement = parse(envelope.payload, "the payload of the bundle")
    return VerifiedStatement(verified.claims, verified.signed_at, verified.log_version, statement, envelope.payload)


def _verify_envelope(evidence: _Evidence, root: TrustRoot) -> None:
    if _kind(evidence.entry) != intoto_entry.KIND:
        _verifier(root).verify_dsse(evidence.bundle, _AnyIdentity())
        return
    # sigstore reads no entries of this kind, which older generators of provenance wrote. The kind that is stated beside
    # the body is signed by nobody: with another one there, everything but the body itself is verified as ever, by the
    # function that verify_dsse begins with. The signature was verified before, and the body is compared here.
    document = json.loads(evidence.bundle.to_json())
    document["verificationMaterial"]["tlogEntries"][0]["kindVersion"] = {"kind": "dsse", "version": "0.0.1"}
    relabelled = Bundle.from_json(json.dumps(document))
    _verifier(root)._verify_common_signing_cert(relabelled, _AnyIdentity())  # noqa: SLF001
    envelope = evidence.model.dsse_envelope
    assert envelope is not None
    certificate = evidence.bundle.signing_certificate.public_bytes(serialization.Encoding.PEM)
    intoto_entry.require_same(evidence.entry.canonicalized_body, envelope, certificate)


def _kind(entry: rekor.TransparencyLogEntry) -> tuple[str, str]:
    return entry.kind_version.kind, entry.kind_version.version


class _AnyIdentity:
    """The caller judges the claims."""

    def verify(self, cert: x509.Certificate) -> None:
        """Accept."""


@dataclass(frozen=True)
class _Evidence:
    """A bundle, and the same bundle as data."""

    bundle: Bundle
    model: bundles.Bundle

    @classmethod
    def of(cls, bundle: Bundle) -> _Evidence:
        with _refusing("bundle-malformed"):
            return cls(bundle, bundles.Bundle.from_json(bundle.to_json()))

    @property
    def entry(self) -> rekor.TransparencyLogEntry:
        """The one log entry; sigstore refuses to parse any other number."""
        return self.model.verification_material.tlog_entries[0]

    @property
    def log_version(self) -> int:
        """Rekor v2 writes one kind of entry only."""
        return 2 if _kind(self.entry) == ("hashedrekord", "0.0.2") else 1

    def require_signature(self, signature: bytes, digest: bytes) -> None:
        """Sigstore checks this too, but only after all else, where a reader would look for the wrong cause."""
        with _refusing("certificate-invalid"):
            key = self.bundle.signing_certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Refused("certificate-invalid", f"the certificate's key is a {type(key).__name__}, not ECDSA")
        try:
            key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        except InvalidSignature as error:
            raise Refused(
                "signature-invalid",
                "the signature was not made over this content by the key in the certificate",
                hint="the file, the bundle or the certificate in it was changed",
            ) from error

    def judge(self, root: TrustRoot, verify: Callable[[], object]) -> Verified:
        """Everything but the signature itself: `verify` is what sigstore does, the rest is what it leaves open."""
        issuers = [authority for authority in root.authorities if authority.issued(self.bundle.signing_certificate)]
        if not issuers:
            raise Refused(
                "certificate-invalid",
                "no authority of the trust root issued the certificate",
                hint="the bundle was made with another Sigstore instance, or the certificate was changed",
            )
        with _refusing("timestamp-invalid"):
            times = [*self._authority_times(root), *self._log_time()]
        if not times:
            raise _no_time()
        with _refusing():
            verify()
        self._judge_log(root, times)
        self._judge_certificate(root, issuers, times)
        return Verified(claims_of(self.bundle.signing_certificate), max(times).astimezone(UTC), self.log_version)

    def _authority_times(self, root: TrustRoot) -> list[datetime]:
        data = self.bundle.verification_material.timestamp_verification_data
        responses = data.rfc3161_timestamps if data else []
        if len(responses) > _MOST_TIMESTAMPS or len(set(responses)) != len(responses):
            raise Refused("timestamp-invalid", f"the bundle has {len(responses)} timestamps: too many, or one twice")
        signature = self.bundle.signature
        times = [proven_time(root.timestamp_authorities, response, signature) for response in responses]
        proven = [time for time in times if time is not None]
        if len(proven) != len(times):
            raise Refused(
                "timestamp-invalid",
                f"{len(times) - len(proven)} of the bundle's {len(times)} timestamps are not by an authority of the "
                "trust root over this signature",
                hint="the trust root is of another instance or too old, or the bundle was changed",
            )
        return proven

    def _log_time(self) -> list[datetime]:
        """The time that Rekor v1 signed for; sigstore verifies that signature, but only if both are there."""
        entry = self.entry
        if bool(entry.inclusion_promise) != bool(entry.integrated_time):
            raise Refused("log-invalid", "the log entry has a time or a signed entry timestamp, but not both")
        if not entry.integrated_time:
            return []
        if self.log_version == 2:
            raise Refused("log-invalid", "an entry of Rekor v2 states a time, which that log cannot sign for")
        return [datetime.fromtimestamp(entry.integrated_time, UTC)]

    def _judge_log(self, root: TrustRoot, times: list[datetime]) -> None:
        log_id, proof = self.entry.log_id.key_id, self.entry.inclusion_proof
        window = root.logs.get(log_id)
        if window is None or not all(window.covers(time) for time in times):
            raise Refused("log-invalid", f"the trust root has no log {log_id.hex()} for the time of signing")
        with _refusing("log-invalid"):
            size = int(proof.checkpoint.envelope.split("\n")[1]) if proof.checkpoint else 0
        if size != proof.tree_size:
            raise Refused(
                "log-invalid", f"the inclusion proof is for {proof.tree_size} entries, its checkpoint for {size}"
            )

    def _judge_certificate(self, root: TrustRoot, issuers: list[Authority], times: list[datetime]) -> None:
        if not all(any(issuer.vouches_at(time) for issuer in issuers) for time in times):
            raise Refused(
                "certificate-invalid", "the trust root does not vouch for the issuing authority at the time of signing"
            )
        # There is exactly one, and its signature holds: sigstore has seen to that.
        extensions = self.bundle.signing_certificate.extensions
        (proof,) = extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
        window = root.certificate_logs.get(proof.log_id)
        if window is None or not window.covers(proof.timestamp.replace(tzinfo=UTC)):
            raise Refused("certificate-invalid", "the trust root knows no certificate log of that id at that time")


def _parse(data: bytes) -> Bundle:
    try:
        return Bundle.from_json(data)
    except InvalidBundle as error:
        # sigstore asks for a source of time while it parses; whether it is one, it asks later.
        timeless = "inclusion promise or signed timestamp" in str(error)
        raise (_no_time() if timeless else _refused("bundle-malformed", error)) from error
    except VerificationError as error:  # the only one while parsing is about timestamps
        raise _refused("timestamp-invalid", error) from error
    except Exception as error:
        raise _refused("bundle-malformed", error) from error


def _no_time() -> Refused:
    hint = "an entry of Rekor v2 needs a timestamp, an older one that or a signed entry timestamp"
    return Refused("timestamp-missing", "nothing in the bundle proves when it was signed", hint=hint)


def pae(payload_type: str, payload: bytes) -> bytes:
    """What is signed of an envelope: https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


@lru_cache(maxsize=16)
def _verifier(root: TrustRoot) -> Verifier:
    """Made once for each trust root, since that costs more than verifying a bundle."""
    with _refusing("trust-root-malformed"):
        return Verifier(trusted_root=SigstoreRoot(root.model))


@contextmanager
def _refusing(code: str = "") -> Iterator[None]:
    """Whatever is raised inside becomes Refused; without `code`, by what sigstore complains about."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:  # sigstore lets through errors of five libraries, and AttributeError and TypeError
        raise _refused(code or _code_of(error), error) from error


def _code_of(error: Exception) -> str:
    unreadable = isinstance(error, (x509.ExtensionNotFound, x509.InvalidVersion, x509.DuplicateExtension))
    if isinstance(error, CertValidationError) or unreadable or any(word in str(error) for word in _ABOUT_CERTIFICATES):
        return "certificate-invalid"
    return "log-invalid"


def _refused(code: str, error: Exception) -> Refused:
    """With what the exception says, in one short line; pydantic's say a page, and sigstore's print whole proofs."""
    text = " ".join(str(error).split()) or type(error).__name__
    return Refused(code, f"sigstore refuses it: {text[:_LONGEST]}", hint=_HINTS[code])
