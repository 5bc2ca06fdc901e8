"""The keys and certificates of the stand-in for Sigstore, made once and kept on disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANIZATION = "sigstore.rehearsal"
ROOT = "rehearsal root"
TSA_ROOT = "rehearsal timestamp root"
_INTERMEDIATE = "rehearsal intermediate"
_TSA = "rehearsal timestamp authority"
_LIFE = dt.timedelta(days=3650)

SigningKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class SigstoreKeys:
    """Everything that a Sigstore instance signs with, each in its own PEM file of the same name."""

    root: x509.Certificate
    intermediate: x509.Certificate
    intermediate_key: ec.EllipticCurvePrivateKey
    ct_key: ec.EllipticCurvePrivateKey
    tsa_root: x509.Certificate
    tsa: x509.Certificate
    tsa_key: ec.EllipticCurvePrivateKey
    rekor_v1_key: ec.EllipticCurvePrivateKey
    rekor_v2_key: ed25519.Ed25519PrivateKey

    @classmethod
    def at(cls, folder: Path) -> SigstoreKeys:
        """The keys in `folder`, made there now if it does not exist: all of them, or none."""
        if not folder.exists():
            draft = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True, mode=0o700)
            _make().save(draft)
            draft.rename(folder)
        return cls(**{field.name: _load(folder / f"{field.name}.pem") for field in fields(cls)})

    def save(self, folder: Path) -> None:
        """Write every file."""
        for field in fields(self):
            (folder / f"{field.name}.pem").write_bytes(_pem(getattr(self, field.name)))


def public_der(key: SigningKey) -> bytes:
    """SubjectPublicKeyInfo of a key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: SigningKey) -> bytes:
    """What RFC 6962 calls a log id: SHA-256 of the public key."""
    return hashlib.sha256(public_der(key)).digest()


def key_usage(*usages: str) -> x509.KeyUsage:
    """A key usage extension with exactly these usages."""
    return x509.KeyUsage(**{usage: usage in usages for usage in _USAGES})


def certificate(
    subject: x509.Name,
    key: CertificatePublicKeyTypes,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    start: dt.datetime,
    life: dt.timedelta = _LIFE,
) -> x509.CertificateBuilder:
    """What all certificates here have in common: names, key, validity and both key identifiers."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _make() -> SigstoreKeys:
    root_key, intermediate_key, tsa_root_key = (ec.generate_private_key(ec.SECP384R1()) for _ in range(3))
    ct_key, tsa_key, rekor_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    start = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)
    tsa = (
        certificate(_name(_TSA), tsa_key.public_key(), _name(TSA_ROOT), tsa_root_key, start=start)
        .add_extension(key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(tsa_root_key, hashes.SHA384())
    )
    return SigstoreKeys(
        root=_authority(ROOT, root_key, ROOT, root_key, start, path_length=1),
        intermediate=_authority(_INTERMEDIATE, intermediate_key, ROOT, root_key, start, path_length=0),
        intermediate_key=intermediate_key,
        ct_key=ct_key,
        tsa_root=_authority(TSA_ROOT, tsa_root_key, TSA_ROOT, tsa_root_key, start, path_length=0),
        tsa=tsa,
        tsa_key=tsa_key,
        rekor_v1_key=rekor_key,
        rekor_v2_key=ed25519.Ed25519PrivateKey.generate(),
    )


def _authority(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    start: dt.datetime,
    *,
    path_length: int,
) -> x509.Certificate:
    return (
        certificate(_name(name), key.public_key(), _name(issuer), issuer_key, start=start)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(issuer_key, hashes.SHA384())
    )


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(value: SigningKey | x509.Certificate) -> bytes:
    if isinstance(value, x509.Certificate):
        return value.public_bytes(Encoding.PEM)
    return value.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(path: Path) -> Any:
    data = path.read_bytes()
    return load_pem_private_key(data, None) if path.stem.endswith("_key") else x509.load_pem_x509_certificate(data)
