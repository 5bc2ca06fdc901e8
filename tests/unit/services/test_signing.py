"""Signing against a local Sigstore: what comes out, and what its failures are called."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sigstore.errors import TUFError
from sigstore.models import ClientTrustConfig
from tests.support.sigstore import LocalSigstore, local_sigstore

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.signing import open_signer, request_identity_token
from sealwright.verify.bundle import verify_file, verify_statement
from sealwright.verify.statement import TEST_RESULT, make

CONTENT = b"bytes"
STATEMENT = make([FileRef.of("dist/tiny.whl", CONTENT)], TEST_RESULT, {"result": "PASSED"})
FULCIO, REKOR, TSA = "/api/v2/signingCert", "/api/v1/log/entries", "/api/v1/timestamp"
REKOR_V2 = "/api/v2/log/entries"


@pytest.fixture(params=[1, 2], ids=["rekor1", "rekor2"])
def sigstore(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalSigstore]:
    with local_sigstore(tmp_path / "sigstore", rekor=request.param) as running:
        yield running


@pytest.fixture
def old_log(tmp_path: Path) -> Iterator[LocalSigstore]:
    with local_sigstore(tmp_path / "sigstore", rekor=1) as running:
        yield running


@pytest.fixture
def new_log(tmp_path: Path) -> Iterator[LocalSigstore]:
    with local_sigstore(tmp_path / "sigstore", rekor=2) as running:
        yield running


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.whl"
    path.write_bytes(CONTENT)
    return path


def sign(sigstore: LocalSigstore, **options: tuple[float, float]) -> bytes:
    with sigstore.signer(**options) as signer:
        return signer.sign_statement(STATEMENT)


def failure(act: Callable[[], object]) -> tuple[type[SealwrightError], str]:
    with pytest.raises(SealwrightError) as caught:
        act()
    assert caught.value.message
    assert caught.value.hint
    assert "Traceback" not in str(caught.value)
    return type(caught.value), caught.value.code


def test_a_file_of_several_blocks_is_signed_by_its_digest(sigstore: LocalSigstore, tmp_path: Path) -> None:
    path = tmp_path / "large.tar.gz"
    path.write_bytes(b"0123456789abcdef" * 100_000)
    with sigstore.signer(environment="sign") as signer:
        bundle = signer.sign_file(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert verify_file(bundle, digest, sigstore.root).claims.environment == "sign"


@pytest.mark.parametrize("version", [b"ment/v1", b"ment/v0.1"])
def test_statements_of_both_versions_are_signed_as_they_are(sigstore: LocalSigstore, version: bytes) -> None:
    payload = STATEMENT.replace(b"ment/v1", version)
    with sigstore.signer() as signer:
        bundle = signer.sign_statement(payload)
    assert verify_statement(bundle, sigstore.root).payload == payload


def test_one_certificate_serves_all_that_one_job_signs(sigstore: LocalSigstore, wheel: Path) -> None:
    with sigstore.signer() as signer:
        for _ in range(3):
            signer.sign_file(wheel)
        signer.sign_statement(STATEMENT)
    paths = [exchange.path for exchange in sigstore.standin.exchanges]
    assert paths.count(FULCIO) == 1
    assert paths.count(TSA) == 4


def test_the_newest_log_is_used_unless_told_otherwise(new_log: LocalSigstore) -> None:
    assert verify_statement(sign(new_log), new_log.root).log_version == 2
    with new_log.signer(log_version=1) as signer:
        assert verify_statement(signer.sign_statement(STATEMENT), new_log.root).log_version == 1


def test_a_called_workflow_signs_in_its_own_name(old_log: LocalSigstore) -> None:
    called = "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0"
    with old_log.signer(reusable_workflow=called, reusable_sha="f" * 40) as signer:
        claims = verify_statement(signer.sign_statement(STATEMENT), old_log.root).claims
    assert claims.san == claims.build_signer_uri == f"https://github.com/{called}"
    assert claims.build_signer_digest == "f" * 40
    assert claims.build_config_uri == f"https://github.com/{old_log.identity.run.workflow_ref}"
    assert claims.build_config_digest == claims.commit == old_log.identity.run.commit


def test_nothing_is_written_to_the_home_directory(
    sigstore: LocalSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(home))
    sign(sigstore)
    assert list(home.iterdir()) == []


def test_a_payload_that_is_no_statement_is_not_signed(old_log: LocalSigstore) -> None:
    with old_log.signer() as signer:
        assert failure_code(lambda: signer.sign_statement(b"{}")) == "statement-malformed"
    assert not [exchange for exchange in old_log.standin.exchanges if exchange.path == REKOR]


def failure_code(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def without_proof(body: bytes) -> bytes:
    ((uuid, entry),) = json.loads(body).items()
    return json.dumps({uuid: {**entry, "verification": {**entry["verification"], "inclusionProof": {}}}}).encode()


FAULTS = [
    ("fulcio-500", Fault("POST", FULCIO, status=500), Unavailable, "signing-unavailable"),
    ("fulcio-429", Fault("POST", FULCIO, status=429), Unavailable, "signing-unavailable"),
    ("fulcio-403", Fault("POST", FULCIO, status=403), Refused, "signing-refused"),
    ("fulcio-slow", Fault("POST", FULCIO, delay=2), Unavailable, "no-answer"),
    ("fulcio-garbage", Fault("POST", FULCIO, tamper=lambda _: b"<html>"), Unavailable, "answer-malformed"),
    ("fulcio-empty", Fault("POST", FULCIO, tamper=lambda _: b"{}"), Unavailable, "answer-malformed"),
    ("fulcio-list", Fault("POST", FULCIO, tamper=lambda _: b"[]"), Unavailable, "answer-malformed"),
    ("rekor-500", Fault("POST", REKOR, status=500), Unavailable, "signing-unavailable"),
    ("rekor-400", Fault("POST", REKOR, status=400), Refused, "signing-refused"),
    ("rekor-slow", Fault("POST", REKOR, delay=2), Unavailable, "no-answer"),
    ("rekor-garbage", Fault("POST", REKOR, tamper=lambda _: b"\xff"), Unavailable, "answer-malformed"),
    ("rekor-empty", Fault("POST", REKOR, tamper=lambda _: b"{}"), Unavailable, "answer-malformed"),
    ("rekor-no-proof", Fault("POST", REKOR, tamper=without_proof), Unavailable, "answer-malformed"),
    (
        "rekor-other-root",
        Fault("POST", REKOR, tamper=lambda body: body.replace(b'"rootHash": "', b'"rootHash": "00', 1)),
        Refused,
        "log-invalid",
    ),
]


@pytest.mark.parametrize(
    ("fault", "kind", "code"), [pytest.param(fault, kind, code, id=name) for name, fault, kind, code in FAULTS]
)
def test_a_failing_service_is_told_from_a_refusing_one(
    old_log: LocalSigstore, fault: Fault, kind: type[SealwrightError], code: str
) -> None:
    old_log.standin.faults.append(fault)
    assert failure(lambda: sign(old_log, timeout=(1.0, 0.5))) == (kind, code)


def test_the_new_log_gives_up_as_well(new_log: LocalSigstore) -> None:
    new_log.standin.faults.append(Fault("POST", REKOR_V2, delay=2))
    assert failure(lambda: sign(new_log, timeout=(1.0, 0.5))) == (Unavailable, "no-answer")


def test_a_service_that_is_not_there_is_unavailable(old_log: LocalSigstore) -> None:
    config = old_log.trust_config.read_text()
    old_log.trust_config.write_text(config.replace(old_log.standin.url, "http://127.0.0.1:9"))
    assert failure(lambda: sign(old_log)) == (Unavailable, "no-answer")


@pytest.mark.parametrize("sct", ["bad", "missing"])
def test_a_certificate_that_no_log_has_seen_is_refused(old_log: LocalSigstore, sct: str) -> None:
    old_log.standin.fulcio.faults.sct = sct  # type: ignore[assignment]
    assert failure(lambda: sign(old_log)) == (Refused, "certificate-invalid")


def test_an_expired_certificate_is_not_used(old_log: LocalSigstore) -> None:
    old_log.standin.fulcio.faults.age = timedelta(hours=1)
    assert failure(lambda: sign(old_log)) == (Unavailable, "certificate-expired")


def test_the_new_log_needs_the_timestamp_authority(new_log: LocalSigstore) -> None:
    new_log.standin.faults.append(Fault("POST", TSA, status=500))
    assert failure(lambda: sign(new_log)) == (Unavailable, "timestamp-unavailable")


def test_the_old_log_does_without_the_timestamp_authority(
    old_log: LocalSigstore, caplog: pytest.LogCaptureFixture
) -> None:
    old_log.standin.faults.append(Fault("POST", TSA, status=500))
    with caplog.at_level(logging.CRITICAL, "sigstore"):
        assert verify_statement(sign(old_log), old_log.root).log_version == 1


def test_a_timestamp_that_does_not_verify_is_not_handed_on(sigstore: LocalSigstore) -> None:
    sigstore.standin.timestamps.signature = "bad"
    assert failure(lambda: sign(sigstore)) == (Refused, "timestamp-invalid")


def test_a_job_without_the_permission_has_no_identity(old_log: LocalSigstore) -> None:
    assert failure(lambda: open_signer(str(old_log.trust_config), {}).__enter__()) == (Refused, "identity-missing")
    assert old_log.standin.exchanges == []


IDENTITY_FAULTS = [
    ("500", Fault("GET", "/idtoken", status=500), Unavailable, "identity-unavailable"),
    ("garbage", Fault("GET", "/idtoken", tamper=lambda _: b"<html>"), Unavailable, "answer-malformed"),
    ("empty", Fault("GET", "/idtoken", tamper=lambda _: b"{}"), Unavailable, "identity-unavailable"),
    ("list", Fault("GET", "/idtoken", tamper=lambda _: b"[]"), Unavailable, "identity-unavailable"),
    ("no-token", Fault("GET", "/idtoken", tamper=lambda _: b'{"value": "x.y"}'), Refused, "identity-refused"),
]


@pytest.mark.parametrize(
    ("fault", "kind", "code"), [pytest.param(fault, kind, code, id=name) for name, fault, kind, code in IDENTITY_FAULTS]
)
def test_a_broken_identity_provider_is_named(
    old_log: LocalSigstore, fault: Fault, kind: type[SealwrightError], code: str
) -> None:
    old_log.identity.faults.append(fault)
    with pytest.raises(kind) as caught:
        sign(old_log)
    assert caught.value.code == code


def test_another_jobs_request_token_is_refused(old_log: LocalSigstore) -> None:
    environ = {**old_log.identity.grant(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "guessed"}
    assert failure(lambda: request_identity_token("sigstore", environ)) == (Refused, "identity-refused")


def test_a_token_for_another_audience_buys_no_certificate(old_log: LocalSigstore) -> None:
    environ = old_log.identity.grant()
    token = request_identity_token("pypi", environ)
    old_log.identity.faults.append(Fault("GET", "/idtoken", tamper=lambda _: b'{"value": "%s"}' % token.encode()))
    assert failure(lambda: sign(old_log)) == (Refused, "identity-refused")


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff", b"[1]"])
def test_an_unreadable_trust_configuration_is_a_usage_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "trust.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        open_signer(str(path), {}).__enter__()
    assert caught.value.code == "trust-config-unreadable"
    assert str(path) in caught.value.message


def test_without_a_trust_configuration_the_public_instances_is_fetched(
    old_log: LocalSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ClientTrustConfig.from_json(old_log.trust_config.read_text())
    monkeypatch.setattr(ClientTrustConfig, "production", lambda: config)
    with open_signer(None, old_log.identity.grant()) as signer:
        assert verify_statement(signer.sign_statement(STATEMENT), old_log.root).log_version == 1


def test_a_trust_configuration_that_cannot_be_fetched_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise TUFError("no network")

    monkeypatch.setattr(ClientTrustConfig, "production", fail)
    assert failure(lambda: open_signer(None, {}).__enter__()) == (Unavailable, "trust-root-unavailable")
