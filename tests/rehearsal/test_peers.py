"""What other programs say of a finished rehearsal's evidence, with either transparency log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearsal import support
from tests.support import sigstore_js

pytestmark = pytest.mark.index
ISSUER = "https://token.actions.githubusercontent.com"
IDENTITY = "https://github.com/local/tiny-project/.github/workflows/release.yml@refs/tags/v1.2.3"


@pytest.fixture(scope="module", params=[1, 2], ids=["rekor1", "rekor2"])
def dossier(request: pytest.FixtureRequest, rehearsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished rehearsal with each version of the log."""
    if request.param == 1:
        return rehearsed / "done"
    out = tmp_path_factory.mktemp("rekor2") / "out"
    outcome = support.run(rehearsed / "project", out, rekor=2)
    assert outcome.exit_code == 0, support.codes(outcome)
    return out


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


def verify_identity(tmp_path: Path, dossier: Path, bundle: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return sigstore(
        tmp_path,
        *("--trust-config", dossier / "trust_config.json", "verify", "identity", "--bundle", bundle),
        *("--cert-identity", IDENTITY, "--cert-oidc-issuer", ISSUER, file),
    )


def test_every_distribution_sbom_and_release_json_is_signed(dossier: Path) -> None:
    names = {file.name for file, _ in signed_files(dossier)}
    assert names == {
        "tiny_project-1.2.3-py3-none-any.whl",
        "tiny_project-1.2.3.tar.gz",
        "tiny_project-1.2.3-py3-none-any.whl.cdx.json",
        "release.json",
    }


def test_the_sigstore_program_accepts_every_signature(dossier: Path, tmp_path: Path) -> None:
    for file, bundle in signed_files(dossier):
        answer = verify_identity(tmp_path, dossier, bundle, file)
        assert answer.returncode == 0, (file.name, answer.stderr)


def test_the_sigstore_program_refuses_a_rehearsal_without_its_trust_config(dossier: Path, tmp_path: Path) -> None:
    file, bundle = signed_files(dossier)[0]
    arguments = ["verify", "identity", "--offline", "--bundle", bundle, "--cert-identity", IDENTITY]
    assert sigstore(tmp_path, *arguments, "--cert-oidc-issuer", ISSUER, file).returncode != 0


def test_the_sigstore_program_refuses_another_file_under_the_same_signature(dossier: Path, tmp_path: Path) -> None:
    file, bundle = signed_files(dossier)[0]
    other = tmp_path / file.name
    other.write_bytes(file.read_bytes() + b"\0")
    assert verify_identity(tmp_path, dossier, bundle, other).returncode != 0


@sigstore_js.needs_node
def test_the_javascript_client_accepts_every_signature_and_statement(
    dossier: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    program = sigstore_js.install(tmp_path_factory.mktemp("npm"))
    root = tmp_path / "trusted_root.json"
    root.write_text(json.dumps(json.loads((dossier / "trust_config.json").read_bytes())["trustedRoot"]))
    pairs: list[tuple[Path | str, Path]] = [(file, bundle) for file, bundle in signed_files(dossier)]
    # The generator's provenance is signed by its own workflow, and as the original without a timestamp.
    statements = set((dossier / "evidence").glob("*.intoto.jsonl")) - {dossier / "evidence" / "multiple.intoto.jsonl"}
    assert len(statements) >= 6
    for file, bundle in [*pairs, *(("-", statement) for statement in sorted(statements))]:
        assert sigstore_js.judge(program, root, bundle, file, IDENTITY) == (0, f"{IDENTITY}\n"), bundle.name
