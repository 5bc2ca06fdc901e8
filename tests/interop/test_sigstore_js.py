"""Sigstore's JavaScript client, which shares no code with ours, as a judge of what the stand-in lets be signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.bundles import CHECKPOINT, PROOF, SIGNATURE, STAMPS, flip, flip_checkpoint_signature
from tests.support.sigstore import IDENTITY, edited, local_sigstore
from tests.support.sigstore_js import install, judge, needs_node

from sealwright.model import FileRef
from sealwright.verify.statement import TEST_RESULT, make

pytestmark = [pytest.mark.index, needs_node]


@dataclass(frozen=True)
class Signed:
    """A file, its bundles, and two trusted roots."""

    file: Path
    bundle: Path
    statement: Path
    root: Path
    other_root: Path


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("npm"))


@pytest.fixture(scope="module", params=[1, 2], ids=["rekor1", "rekor2"])
def signed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Signed:
    folder = tmp_path_factory.mktemp("signed")
    made = Signed(*(folder / name for name in ("tiny.whl", "bundle.json", "statement.json", "root.json", "other.json")))
    made.file.write_bytes(b"the bytes of a wheel")
    with local_sigstore(folder / "other") as other:
        made.other_root.write_text(json.dumps(other.standin.trusted_root()))
    with local_sigstore(folder / "sigstore", rekor=request.param) as sigstore:
        made.root.write_text(json.dumps(sigstore.standin.trusted_root()))
        with sigstore.signer(environment="sign") as signer:
            made.bundle.write_bytes(signer.sign_file(made.file))
            ref = FileRef.of("dist/tiny.whl", made.file.read_bytes())
            made.statement.write_bytes(signer.sign_statement(make([ref], TEST_RESULT, {"result": "PASSED"})))
    return made


def test_it_accepts_a_signature_over_a_file(program: Path, signed: Signed) -> None:
    assert judge(program, signed.root, signed.bundle, signed.file) == (0, f"{IDENTITY}\n")


def test_it_accepts_a_statement(program: Path, signed: Signed) -> None:
    assert judge(program, signed.root, signed.statement, "-") == (0, f"{IDENTITY}\n")


def test_it_refuses_another_root_another_identity_and_another_file(
    program: Path, signed: Signed, tmp_path: Path
) -> None:
    other = tmp_path / "other.whl"
    other.write_bytes(b"other bytes")
    answers = [
        judge(program, signed.other_root, signed.bundle, signed.file),
        judge(program, signed.root, signed.bundle, signed.file, f"{IDENTITY}.1"),
        judge(program, signed.root, signed.bundle, other),
    ]
    assert [code for code, _ in answers] == [1, 1, 1], answers


@pytest.mark.parametrize(
    "change",
    [
        lambda b: edited(b, *SIGNATURE, value=flip()),
        lambda b: edited(b, *PROOF, "hashes", 0, value=flip()),
        lambda b: edited(b, *CHECKPOINT, value=flip_checkpoint_signature),
        lambda b: edited(b, *STAMPS, 0, "signedTimestamp", value=flip()),
    ],
    ids=["signature", "proof-hash", "checkpoint", "timestamp"],
)
def test_it_refuses_the_same_changes_as_we_do(
    program: Path, signed: Signed, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    changed = tmp_path / "changed.json"
    changed.write_bytes(change(signed.bundle.read_bytes()))
    code, said = judge(program, signed.root, changed, signed.file)
    assert code == 1, said
