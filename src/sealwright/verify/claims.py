"""What a Fulcio certificate says about the workflow that signed.

https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from sealwright.errors import Refused

_ARC = "1.3.6.1.4.1.57264.1"
_ISSUER_LEGACY = 1
_OIDS = {
    "issuer": 8,
    "build_signer_uri": 9,
    "build_signer_digest": 10,
    "runner": 11,
    "repository": 12,
    "commit": 13,
    "ref": 14,
    "repository_id": 15,
    "owner": 16,
    "owner_id": 17,
    "build_config_uri": 18,
    "build_config_digest": 19,
    "trigger": 20,
    "run_uri": 21,
    "visibility": 22,
    "environment": 23,
    "token_subject": 24,
}
_UTF8_STRING = 0x0C


@dataclass(frozen=True, slots=True)
class Claims:
    """The identity in a certificate; an empty string for whatever it does not say. Judging it is up to the caller."""

    san: str
    """The one subject alternative name: the workflow file at a ref, as a URL, or an e-mail address."""
    issuer: str = ""
    build_signer_uri: str = ""
    build_signer_digest: str = ""
    runner: str = ""
    """`github-hosted` or `self-hosted`."""
    repository: str = ""
    """Full URL of the repository whose event started the run."""
    commit: str = ""
    ref: str = ""
    repository_id: str = ""
    owner: str = ""
    """Full URL."""
    owner_id: str = ""
    build_config_uri: str = ""
    build_config_digest: str = ""
    trigger: str = ""
    run_uri: str = ""
    visibility: str = ""
    environment: str = ""
    """The deployment environment; certificates of an older Fulcio lack it even where the job had one."""
    token_subject: str = ""


def claims_of(certificate: x509.Certificate) -> Claims:
    """The claims of a certificate whose chain the caller verifies. Raises Refused (`certificate-invalid`)."""
    try:
        values = {name: text_in(certificate, number) for name, number in _OIDS.items()}
        values["issuer"] = values["issuer"] or raw_in(certificate, _ISSUER_LEGACY).decode()
        return Claims(san=_only_name(certificate), **values)
    except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound) as error:
        raise Refused("certificate-invalid", f"the certificate names no one identity: {error}") from error


def _only_name(certificate: x509.Certificate) -> str:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (name,) = names
    if not isinstance(name, (x509.UniformResourceIdentifier, x509.RFC822Name)):
        raise ValueError(f"its subject alternative name is a {type(name).__name__}")  # noqa: TRY004 - data, not code
    return name.value


def raw_in(certificate: x509.Certificate, number: int) -> bytes:
    """The bytes of Fulcio's extension `number`; .1 to .6 hold text without any encoding. Empty where it is missing."""
    try:
        extension = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(f"{_ARC}.{number}"))
    except x509.ExtensionNotFound:
        return b""
    assert isinstance(extension.value, x509.UnrecognizedExtension)  # cryptography knows none of these
    return extension.value.value


def text_in(certificate: x509.Certificate, number: int) -> str:
    """The text of Fulcio's extension `number` from .8 on, a DER UTF8String shorter than 64 KiB. Raises ValueError."""
    raw = raw_in(certificate, number)
    if not raw:
        return ""
    if raw[0] != _UTF8_STRING or len(raw) < 2:
        raise ValueError(f"extension .{number} is not a UTF8String")
    lengths = raw[1] & 0x7F if raw[1] & 0x80 else 0
    size = int.from_bytes(raw[2 : 2 + lengths], "big") if lengths else raw[1]
    text = raw[2 + lengths :]
    if lengths > 2 or len(text) != size:
        raise ValueError(f"extension .{number} has a wrong length")
    return text.decode()
