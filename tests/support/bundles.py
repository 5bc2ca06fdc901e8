"""Bundles by a local Sigstore instance, and ways to change them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sealwright.errors import Refused
from sealwright.model import FileRef
from sealwright.services.signing import _Verbatim
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, TEST_RESULT, make
from tests.support.sigstore import LocalSigstore, local_sigstore

CONTENT = b"the bytes of a wheel"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"other bytes").hexdigest()
STATEMENT = make([FileRef.of("dist/tiny.whl", CONTENT)], TEST_RESULT, {"result": "PASSED"})

MATERIAL = "verificationMaterial"
ENTRY = (MATERIAL, "tlogEntries", 0)
PROOF = (*ENTRY, "inclusionProof")
CHECKPOINT = (*PROOF, "checkpoint", "envelope")
STAMPS = (MATERIAL, "timestampVerificationData", "rfc3161Timestamps")
SIGNATURE = ("messageSignature", "signature")
DIGEST = ("messageSignature", "messageDigest")
CERTIFICATE = (MATERIAL, "certificate", "rawBytes")
ENVELOPE = "dsseEnvelope"


@dataclass(frozen=True)
class Evidence:
    """What one signer signed, with one version of the log."""

    file: bytes
    second: bytes
    """Over the same file, by the same certificate."""
    statement: bytes
    legacy: bytes
    """Over a Statement/v0.1."""
    shapeless: bytes
    """Over a payload that is no statement."""


@dataclass(frozen=True)
class World:
    """Everything that was signed, and the roots to hold it against."""

    root: TrustRoot
    trusted_root: dict[str, Any]
    other_root: TrustRoot
    by_version: dict[int, Evidence]
    other_job: bytes


def make_world(folder: Path) -> World:
    """Sign with both logs of one instance; another instance exists as well."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny.whl"
    path.write_bytes(CONTENT)
    with local_sigstore(folder / "other") as other:
        other_root = other.root
    with local_sigstore(folder / "here", rekor=2) as here:
        by_version = {version: _evidence(here, path, version) for version in (1, 2)}
        with here.signer(environment="other") as signer:
            other_job = signer.sign_file(path)
        return World(here.root, here.standin.trusted_root(), other_root, by_version, other_job)


def _evidence(here: LocalSigstore, path: Path, version: int) -> Evidence:
    with here.signer(environment="sign", log_version=version) as signer:
        return Evidence(
            signer.sign_file(path),
            signer.sign_file(path),
            signer.sign_statement(STATEMENT),
            signer.sign_statement(
                make([FileRef.of("dist/tiny.whl", CONTENT)], SLSA_PROVENANCE_V0_2, {"builder": {}}).replace(
                    b"ment/v1", b"ment/v0.1"
                )
            ),
            signer._signer.sign_dsse(_Verbatim(b'{"hello": "world"}')).to_json().encode(),
        )


def refusal(judge: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        judge()
    assert caught.value.message
    return caught.value.code


def flip(position: int = -1) -> Callable[[str], str]:
    """Change one byte of a base64 value."""

    def change(value: str) -> str:
        raw = bytearray(base64.b64decode(value))
        raw[position] ^= 1
        return base64.b64encode(raw).decode()

    return change


def flip_checkpoint_signature(note: str) -> str:
    head, _, signature = note.rstrip("\n").rpartition(" ")
    return f"{head} {flip()(signature)}\n"


def flip_root_in_checkpoint(note: str) -> str:
    lines = note.split("\n")
    lines[2] = flip()(lines[2])
    return "\n".join(lines)


def more(number: int) -> Callable[[str], str]:
    return lambda value: str(int(value) + number)


def without(bundle: bytes, *path: str | int) -> bytes:
    document = json.loads(bundle)
    place = document
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return json.dumps(document).encode()


def part(bundle: bytes, *path: str | int) -> Any:
    place = json.loads(bundle)
    for key in path:
        place = place[key]
    return place
