"""The Sigstore stand-in: what it issues, what it refuses, and what outlives it."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.sigstore import COMMIT, RUN, LocalSigstore, local_sigstore

from sealwright.rehearsal.standins.sigstore import SigstoreStandIn
from sealwright.services import http
from sealwright.services.signing import request_identity_token
from sealwright.verify.authorities import proven_time
from sealwright.verify.bundle import TrustRoot, verify_file

CONTENT = b"bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CALLED = "other/tool/.github/workflows/build.yml@refs/tags/v2"
GITHUB = "https://github.com"


@pytest.fixture
def sigstore(tmp_path: Path) -> Iterator[LocalSigstore]:
    with local_sigstore(tmp_path / "sigstore", rekor=2) as running:
        yield running


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.whl"
    path.write_bytes(CONTENT)
    return path


def post(sigstore: LocalSigstore, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = http.request("POST", sigstore.standin.url + path, body=data, headers=headers)
    return answer.status, answer.json()


def key_request(token: str, *, subject: str, key: Any = None) -> dict[str, Any]:
    """What sigstore-js sends: a key, and a signature over the token's subject."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    proof = (
        key.sign(subject.encode(), ec.ECDSA(hashes.SHA256())) if isinstance(key, ec.EllipticCurvePrivateKey) else b""
    )
    return {
        "credentials": {"oidcIdentityToken": token},
        "publicKeyRequest": {
            "publicKey": {"algorithm": "ECDSA", "content": pem},
            "proofOfPossession": base64.b64encode(proof).decode(),
        },
    }


def issue(sigstore: LocalSigstore, **grant: str) -> x509.Certificate:
    environ = sigstore.identity.grant(**grant)
    token = request_identity_token("sigstore", environ)
    context = f"environment:{grant['environment']}" if "environment" in grant else f"ref:{RUN.ref}"
    status, body = post(sigstore, "/api/v2/signingCert", key_request(token, subject=f"repo:{RUN.repository}:{context}"))
    assert status == 200
    chain = body["signedCertificateEmbeddedSct"]["chain"]["certificates"]
    assert len(chain) == 3
    return x509.load_pem_x509_certificate(chain[0].encode())


def extensions(certificate: x509.Certificate) -> dict[str, bytes]:
    """The Fulcio extensions, by number."""
    prefix = "1.3.6.1.4.1.57264.1."
    return {
        extension.oid.dotted_string.removeprefix(prefix): extension.value.value
        for extension in certificate.extensions
        if extension.oid.dotted_string.startswith(prefix) and isinstance(extension.value, x509.UnrecognizedExtension)
    }


def utf8(value: bytes) -> str:
    assert value[0] == 0x0C
    return value[2 if value[1] < 0x80 else 3 :].decode()


def test_a_certificate_states_every_claim_of_the_token(sigstore: LocalSigstore) -> None:
    certificate = issue(sigstore, environment="sign")
    found = extensions(certificate)
    workflow = f"{GITHUB}/{RUN.workflow_ref}"
    assert {number: utf8(found[number]) for number in found if int(number) >= 8} == {
        "8": "https://token.actions.githubusercontent.com",
        "9": workflow,
        "10": COMMIT,
        "11": "github-hosted",
        "12": f"{GITHUB}/octo-org/tiny",
        "13": COMMIT,
        "14": "refs/tags/v1.0",
        "15": "1001",
        "16": f"{GITHUB}/octo-org",
        "17": "2001",
        "18": workflow,
        "19": COMMIT,
        "20": "push",
        "21": f"{GITHUB}/octo-org/tiny/actions/runs/1/attempts/1",
        "22": "public",
        "23": "sign",
        "24": "repo:octo-org/tiny:environment:sign",
    }
    assert [found[str(number)] for number in range(1, 7)] == [
        b"https://token.actions.githubusercontent.com",
        b"push",
        COMMIT.encode(),
        b"release",
        b"octo-org/tiny",
        b"refs/tags/v1.0",
    ]


def test_a_job_without_environment_gets_a_certificate_without_one(sigstore: LocalSigstore) -> None:
    assert "23" not in extensions(issue(sigstore))


def test_a_called_workflow_is_the_signer_and_the_caller_the_configuration(sigstore: LocalSigstore) -> None:
    certificate = issue(sigstore, reusable_workflow=CALLED, reusable_sha="c" * 40)
    found = extensions(certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.critical
    assert names.value.get_values_for_type(x509.UniformResourceIdentifier) == [f"{GITHUB}/{CALLED}"]
    assert [utf8(found[number]) for number in ("9", "10", "18", "19")] == [
        f"{GITHUB}/{CALLED}",
        "c" * 40,
        f"{GITHUB}/{RUN.workflow_ref}",
        COMMIT,
    ]


def test_a_second_start_continues_with_the_same_root_and_logs(tmp_path: Path, wheel: Path) -> None:
    indices, roots, bundles = [], [], []
    for _ in range(2):
        with local_sigstore(tmp_path / "sigstore", rekor=2) as sigstore, sigstore.signer() as signer:
            bundles.append(signer.sign_file(wheel))
            roots.append(sigstore.standin.trusted_root())
        (entry,) = json.loads(bundles[-1])["verificationMaterial"]["tlogEntries"]
        indices.append(int(entry["logIndex"]))
    assert roots[0] == roots[1]
    assert indices[1] == indices[0] + 1
    root = TrustRoot.parse(json.dumps(roots[1]).encode())
    assert all(verify_file(bundle, SHA256, root).log_version == 2 for bundle in bundles)


def test_a_half_written_state_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "state" / "sigstore.new").mkdir(parents=True)
    (tmp_path / "state" / "sigstore.new" / "root.pem").write_text("cut off")
    with local_sigstore(tmp_path) as sigstore:
        assert sigstore.standin.trusted_root()["tlogs"]


@pytest.mark.parametrize(("rekor", "offered"), [(1, [1]), (2, [2, 1])])
def test_clients_are_offered_the_logs_up_to_a_version(tmp_path: Path, rekor: Any, offered: list[int]) -> None:
    with local_sigstore(tmp_path, rekor=rekor) as sigstore:
        config = sigstore.standin.trust_config()
    assert [log["majorApiVersion"] for log in config["signingConfig"]["rekorTlogUrls"]] == offered
    assert len(config["trustedRoot"]["tlogs"]) == 2


def test_the_trust_configuration_is_only_known_while_it_runs(tmp_path: Path) -> None:
    with local_sigstore(tmp_path) as sigstore:
        pass
    with pytest.raises(RuntimeError):
        sigstore.standin.trust_config()


def test_tokens_for_others_are_refused(sigstore: LocalSigstore) -> None:
    issuer = sigstore.identity.issuer
    claims = {"sub": "repo:octo-org/tiny:ref:refs/tags/v1.0"}
    tokens = {
        "audience": issuer.issue(claims, "pypi"),
        "expired": issuer.issue(claims, "sigstore", lifetime=-60),
        "no-token": "guessed",
        "empty": "",
    }
    for token in tokens.values():
        status, body = post(sigstore, "/api/v2/signingCert", key_request(token, subject=claims["sub"]))
        assert status == 401
        assert body["code"] == 401
        assert "identity token" in body["message"]


def test_a_key_that_nobody_proved_to_have_is_not_certified(sigstore: LocalSigstore) -> None:
    token = request_identity_token("sigstore", sigstore.identity.grant())
    wrong = key_request(token, subject="somebody else")
    strange = key_request(token, subject="", key=rsa.generate_private_key(65537, 2048))
    assert post(sigstore, "/api/v2/signingCert", wrong)[0] == 400
    assert post(sigstore, "/api/v2/signingCert", strange)[0] == 400
    assert [refusal.status for refusal in sigstore.standin.refusals] == [400, 400]


def test_a_signing_request_signed_by_another_key_is_refused(sigstore: LocalSigstore) -> None:
    token = request_identity_token("sigstore", sigstore.identity.grant())
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    raw = bytearray(csr.public_bytes(Encoding.DER))
    raw[-1] ^= 1
    pem = x509.load_der_x509_csr(bytes(raw)).public_bytes(Encoding.PEM)
    body = {"certificateSigningRequest": base64.b64encode(pem).decode()}
    status, answer = post(sigstore, "/api/v2/signingCert", body, Authorization=f"Bearer {token}")
    assert (status, "signature" in answer["message"]) == (400, True)


def certificate_and_signature(sigstore: LocalSigstore) -> tuple[x509.Certificate, bytes]:
    """A certificate, and a signature by another key."""
    other = ec.generate_private_key(ec.SECP256R1())
    return issue(sigstore), other.sign(CONTENT, ec.ECDSA(hashes.SHA256()))


def test_the_logs_take_no_signature_that_does_not_verify(sigstore: LocalSigstore) -> None:
    certificate, signature = certificate_and_signature(sigstore)
    pem = base64.b64encode(certificate.public_bytes(Encoding.PEM)).decode()
    encoded = base64.b64encode(signature).decode()
    hashedrekord = {
        "data": {"hash": {"algorithm": "sha256", "value": SHA256}},
        "signature": {"content": encoded, "publicKey": {"content": pem}},
    }
    envelope = {"payload": "e30=", "payloadType": "text/plain", "signatures": [{"sig": encoded}]}
    dsse = {"proposedContent": {"envelope": json.dumps(envelope), "verifiers": [pem]}}
    verifier = {"x509Certificate": {"rawBytes": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}}
    v2 = {
        "digest": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode(),
        "signature": {"content": encoded, "verifier": verifier},
    }
    answers = [
        post(sigstore, "/api/v1/log/entries", {"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": hashedrekord}),
        post(sigstore, "/api/v1/log/entries", {"kind": "dsse", "apiVersion": "0.0.1", "spec": dsse}),
        post(sigstore, "/api/v2/log/entries", {"hashedRekordRequestV002": v2}),
    ]
    assert [status for status, _ in answers] == [400, 400, 400]
    assert all("does not verify" in body["message"] for _, body in answers)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/log/entries", {"kind": "intoto", "apiVersion": "0.0.2", "spec": {}}),
        ("/api/v1/log/entries", {}),
        ("/api/v1/log/entries", b"<html>"),
        ("/api/v2/log/entries", {"dsseRequestV002": {}}),
        ("/api/v2/log/entries", {}),
        ("/api/v1/timestamp", b"0"),
        ("/api/v1/timestamp", b"\x30\x82\xff\xff"),
        ("/api/v2/signingCert", []),
    ],
)
def test_requests_that_make_no_sense_are_refused(sigstore: LocalSigstore, path: str, body: Any) -> None:
    status, answer = post(sigstore, path, body)
    assert status == 400
    assert answer["message"]


def test_an_unknown_path_is_refused(sigstore: LocalSigstore) -> None:
    assert post(sigstore, "/api/v3/anything", {})[0] == 404


def test_the_chain_of_authorities_can_be_fetched(sigstore: LocalSigstore) -> None:
    (chain,) = http.request("GET", f"{sigstore.standin.url}/api/v2/trustBundle").json()["chains"]
    certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in chain["certificates"]]
    certificates[0].verify_directly_issued_by(certificates[1])


def test_it_starts_within_moments(tmp_path: Path, sigstore: LocalSigstore) -> None:
    start = time.process_time()
    with SigstoreStandIn(tmp_path / "sigstore" / "state", sigstore.identity.issuer):
        pass
    assert time.process_time() - start < 0.5


def test_a_timestamp_can_be_asked_for_in_json(sigstore: LocalSigstore) -> None:
    digest = hashlib.sha256(CONTENT).digest()
    asked = {"artifactHash": base64.b64encode(digest).decode(), "hashAlgorithm": "sha256", "certificates": True}
    answer = http.request("POST", f"{sigstore.standin.url}/api/v1/timestamp", body=json.dumps(asked).encode())
    assert answer.status == 201
    response = rfc3161_client.decode_timestamp_response(answer.body)
    assert response.tst_info.message_imprint.message == digest
    assert proven_time(sigstore.root.timestamp_authorities, response, CONTENT) == response.tst_info.gen_time
    assert proven_time(sigstore.root.timestamp_authorities, response, b"other bytes") is None


def test_the_old_log_takes_only_sha256(sigstore: LocalSigstore) -> None:
    spec = {
        "data": {"hash": {"algorithm": "sha1", "value": ""}},
        "signature": {"content": "", "publicKey": {"content": ""}},
    }
    entry = {"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": spec}
    assert "takes sha256" in post(sigstore, "/api/v1/log/entries", entry)[1]["message"]
