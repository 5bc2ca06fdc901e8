"""What can be read from a certificate, and what cannot."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sealwright.errors import Refused
from sealwright.verify.claims import Claims, claims_of

WORKFLOW = x509.UniformResourceIdentifier("https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1")


def certificate(extensions: dict[int, bytes], *names: x509.GeneralName) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(minutes=10))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    for number, value in extensions.items():
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    return builder.sign(key, hashes.SHA256())


def utf8(text: str) -> bytes:
    raw = text.encode()
    length = bytes([len(raw)]) if len(raw) < 0x80 else b"\x81" + bytes([len(raw)])
    return b"\x0c" + length + raw


def test_what_a_certificate_does_not_say_is_empty() -> None:
    claims = claims_of(certificate({8: utf8("https://issuer.example")}, WORKFLOW))
    assert claims == Claims(san=WORKFLOW.value, issuer="https://issuer.example")
    assert claims.environment == ""


def test_long_and_foreign_texts_are_read_whole() -> None:
    name = "Umgebung für Veröffentlichungen " * 5
    assert claims_of(certificate({23: utf8(name)}, WORKFLOW)).environment == name


def test_an_old_certificate_names_its_issuer_as_bare_text() -> None:
    assert claims_of(certificate({1: b"https://old.example"}, WORKFLOW)).issuer == "https://old.example"
    both = certificate({1: b"https://old.example", 8: utf8("https://new.example")}, WORKFLOW)
    assert claims_of(both).issuer == "https://new.example"


def test_a_person_is_an_identity_too() -> None:
    assert claims_of(certificate({}, x509.RFC822Name("person@example.org"))).san == "person@example.org"


@pytest.mark.parametrize(
    ("extensions", "names"),
    [
        ({}, ()),
        ({}, (WORKFLOW, WORKFLOW)),
        ({}, (WORKFLOW, x509.RFC822Name("person@example.org"))),
        ({}, (x509.DNSName("example.org"),)),
        ({13: b"bare text"}, (WORKFLOW,)),
        ({13: b"\x0c"}, (WORKFLOW,)),
        ({13: b"\x0c\x05abc"}, (WORKFLOW,)),
        ({13: b"\x0c\x02abc"}, (WORKFLOW,)),
        ({13: b"\x0c\x83\x00\x00\x01a"}, (WORKFLOW,)),
        ({13: b"\x0c\x01\xff"}, (WORKFLOW,)),
        ({1: b"\xff"}, (WORKFLOW,)),
    ],
    ids=[
        "no-name",
        "twice",
        "two-names",
        "host",
        "bare",
        "no-length",
        "too-short",
        "too-long",
        "huge-length",
        "not-utf8",
        "issuer-not-utf8",
    ],
)
def test_a_certificate_that_names_no_one_identity_is_refused(
    extensions: dict[int, bytes], names: tuple[x509.GeneralName, ...]
) -> None:
    with pytest.raises(Refused) as caught:
        claims_of(certificate(extensions, *names))
    assert caught.value.code == "certificate-invalid"
