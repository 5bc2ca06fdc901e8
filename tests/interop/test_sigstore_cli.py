"""The sigstore program as an independent judge of what we sign."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.sigstore import IDENTITY, ISSUER, local_sigstore

from sealwright.model import FileRef
from sealwright.verify.statement import TEST_RESULT, make


@dataclass(frozen=True)
class Signed:
    """A file, its two bundles, and the trust configuration that they verify with."""

    file: Path
    bundle: Path
    statement: Path
    trust_config: Path


@pytest.fixture(scope="module", params=[1, 2], ids=["rekor1", "rekor2"])
def signed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("signed")
    file = folder / "tiny.whl"
    file.write_bytes(b"the bytes of a wheel")
    with local_sigstore(folder / "sigstore", rekor=request.param) as sigstore:
        with sigstore.signer(environment="sign") as signer:
            bundle, statement = folder / "tiny.whl.sigstore.json", folder / "result.intoto.jsonl"
            bundle.write_bytes(signer.sign_file(file))
            ref = FileRef.of("dist/tiny.whl", file.read_bytes())
            statement.write_bytes(signer.sign_statement(make([ref], TEST_RESULT, {"result": "PASSED"})))
        yield Signed(file, bundle, statement, sigstore.trust_config)


def verify(tmp_path: Path, signed: Signed, bundle: Path, file: Path, *options: str | Path) -> tuple[int, str]:
    """Exit code and messages of `sigstore verify identity`, which must not reach its usual home or settings."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SIGSTORE_", "XDG_"))}
    argv = [Path(sys.executable).with_name("sigstore"), *options, "verify", "identity", "--bundle", bundle]
    argv += ["--offline", "--cert-identity", IDENTITY, "--cert-oidc-issuer", ISSUER, file]
    done = subprocess.run(
        argv, env={**environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


def test_it_accepts_a_signature_over_a_file(signed: Signed, tmp_path: Path) -> None:
    code, said = verify(tmp_path, signed, signed.bundle, signed.file, "--trust-config", signed.trust_config)
    assert (code, "OK: " in said) == (0, True), said


def test_it_accepts_a_statement_about_a_file(signed: Signed, tmp_path: Path) -> None:
    code, said = verify(tmp_path, signed, signed.statement, signed.file, "--trust-config", signed.trust_config)
    assert code == 0, said


def test_it_refuses_both_without_the_trust_configuration(signed: Signed, tmp_path: Path) -> None:
    code, said = verify(tmp_path, signed, signed.bundle, signed.file)
    assert (code, "FAIL" in said, "Traceback" in said) == (1, True, False), said
    assert verify(tmp_path, signed, signed.statement, signed.file)[0] != 0


def test_it_refuses_another_file(signed: Signed, tmp_path: Path) -> None:
    other = tmp_path / "other.whl"
    other.write_bytes(b"other bytes")
    code, said = verify(tmp_path, signed, signed.bundle, other, "--trust-config", signed.trust_config)
    assert (code, "Traceback" in said) == (1, False), said
