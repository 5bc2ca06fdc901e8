"""verify-bundle as the conformance suite calls it, on bundles of a local instance and on real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.bundles import CONTENT, OTHER, SHA256, SIGNATURE, STATEMENT, flip
from tests.support.log_entries import KeptKey
from tests.support.sigstore import IDENTITY, ISSUER, edited, local_sigstore

from sealwright.cli import main

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"


@dataclass(frozen=True)
class World:
    folder: Path
    root: Path
    file: Path

    def put(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("bundles")
    file = folder / "tiny.whl"
    file.write_bytes(CONTENT)
    with local_sigstore(folder / "sigstore") as sigstore:
        with sigstore.signer() as signer:
            (folder / "file.json").write_bytes(signer.sign_file(file))
            (folder / "statement.json").write_bytes(signer.sign_statement(STATEMENT))
        key = KeptKey(sigstore.standin.rekor_v1)
        (folder / "kept.json").write_bytes(key.over_file(CONTENT))
        (folder / "key.pem").write_bytes(key.pem)
        (folder / "root.json").write_text(json.dumps(sigstore.standin.trusted_root()))
        yield World(folder, folder / "root.json", file)


def call(world: World, bundle: str, *options: str, artifact: str = "", root: bool = True) -> int:
    trusted = ["--trusted-root", str(world.root)] if root else []
    path = bundle if "/" in bundle else str(world.folder / bundle)
    return main(["verify-bundle", "--bundle", path, *options, *trusted, artifact or str(world.file)])


WHO = ("--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER)


@pytest.mark.parametrize("bundle", ["file.json", "statement.json"])
@pytest.mark.parametrize("artifact", ["", f"sha256:{SHA256}"])
def test_a_file_or_its_digest_is_verified(
    bundle: str, artifact: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(world, bundle, *WHO, artifact=artifact) == 0
    assert IDENTITY in capsys.readouterr().err


def test_a_kept_key_is_verified(world: World) -> None:
    assert call(world, "kept.json", "--key", str(world.folder / "key.pem")) == 0


REFUSED = {
    "another identity": ("file.json", ("--certificate-identity", "x", *WHO[2:]), "", "identity-mismatch"),
    "another issuer": ("file.json", (*WHO[:3], "https://example.org"), "", "issuer-mismatch"),
    "another file": ("file.json", WHO, f"sha256:{OTHER}", "digest-mismatch"),
    "a statement about another file": ("statement.json", WHO, f"sha256:{OTHER}", "subject-missing"),
}


@pytest.mark.parametrize(("bundle", "options", "artifact", "code"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_hold_is_refused(
    bundle: str, options: tuple[str, ...], artifact: str, code: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(world, bundle, *options, artifact=artifact) == 1
    assert f"error: {code}: " in capsys.readouterr().err


def test_a_changed_bundle_and_a_foreign_instance_are_refused(world: World) -> None:
    changed = world.put("changed.json", edited((world.folder / "file.json").read_bytes(), *SIGNATURE, value=flip()))
    assert call(world, changed, *WHO) == 1
    assert call(world, world.put("none.json", b"{"), *WHO) == 1
    assert call(world, "file.json", *WHO, root=False) == 1
    assert call(world, "file.json", *WHO, "--staging", root=False) == 1


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--certificate-identity", "x"),
        ("--key", "missing.pem"),
        ("--key", "x", *WHO),
        (*WHO, "--trusted-root", "missing"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(
    options: tuple[str, ...], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = call(world, "file.json", *options, root=False)
    except SystemExit as error:
        code = error.code  # type: ignore[assignment]
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_real_attestation_is_verified_with_the_embedded_root() -> None:
    file = SAMPLES / "github-attest" / "MODULE.bazel"
    identity = "https://github.com/bazel-contrib/publish-to-bcr/.github/workflows/publish.yaml@refs/tags/v0.0.1"
    given = ["--certificate-identity", identity, "--certificate-oidc-issuer", ISSUER]
    assert main(["verify-bundle", "--bundle", f"{file}.intoto.jsonl", *given, str(file)]) == 0
