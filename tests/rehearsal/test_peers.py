"""What other programs say of a finished rehearsal's evidence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.index
ISSUER = "https://token.actions.githubusercontent.com"
IDENTITY = "https://github.com/local/tiny-project/.github/workflows/release.yml@refs/tags/v1.2.3"


def signed_files(dossier: Path) -> list[tuple[Path, Path]]:
    """Pairs of a signed file and its bundle."""
    found = []
    for bundle in sorted((dossier / "evidence").glob("*.sigstore.json")):
        name = bundle.name.removesuffix(".sigstore.json")
        (file,) = [p for p in (dossier / "dist" / name, dossier / "evidence" / name, dossier / name) if p.is_file()]
        found.append((file, bundle))
    return found


def sigstore(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SIGSTORE_")}
    argv = [sys.executable, "-m", "sigstore", *map(str, arguments)]
    return subprocess.run(argv, env={**environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False)


def test_every_distribution_sbom_and_release_json_is_signed(done: Path) -> None:
    names = {file.name for file, _ in signed_files(done)}
    assert names == {
        "tiny_project-1.2.3-py3-none-any.whl",
        "tiny_project-1.2.3.tar.gz",
        "tiny_project-1.2.3-py3-none-any.whl.cdx.json",
        "release.json",
    }


def test_the_sigstore_program_accepts_every_signature(done: Path, tmp_path: Path) -> None:
    for file, bundle in signed_files(done):
        answer = sigstore(
            tmp_path,
            *("--trust-config", done / "trust_config.json", "verify", "identity", "--bundle", bundle),
            *("--cert-identity", IDENTITY, "--cert-oidc-issuer", ISSUER, file),
        )
        assert answer.returncode == 0, (file.name, answer.stderr)


def test_the_sigstore_program_refuses_a_rehearsal_without_its_trust_config(done: Path, tmp_path: Path) -> None:
    file, bundle = signed_files(done)[0]
    arguments = ["verify", "identity", "--offline", "--bundle", bundle, "--cert-identity", IDENTITY]
    assert sigstore(tmp_path, *arguments, "--cert-oidc-issuer", ISSUER, file).returncode != 0


def test_the_sigstore_program_refuses_another_file_under_the_same_signature(done: Path, tmp_path: Path) -> None:
    file, bundle = signed_files(done)[0]
    other = tmp_path / file.name
    other.write_bytes(file.read_bytes() + b"\0")
    answer = sigstore(
        tmp_path,
        *("--trust-config", done / "trust_config.json", "verify", "identity", "--bundle", bundle),
        *("--cert-identity", IDENTITY, "--cert-oidc-issuer", ISSUER, other),
    )
    assert answer.returncode != 0
