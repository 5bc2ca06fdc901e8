"""The verdict is signed by digest, and only if it passed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.evidence import SignedRelease, signed_release

from sealwright.dossier import encode
from sealwright.dossier.store import record_path
from sealwright.model import FileRef, Finding, Record
from sealwright.stages.base import Completed
from sealwright.verify.bundle import verify_file, verify_statement
from sealwright.verify.statement import TEST_RESULT, VERIFICATION_SUMMARY, make

RELEASE = "release.json"
SUMMARY = "statements/vsa.json"


@pytest.fixture
def release(tmp_path: Path) -> Iterator[SignedRelease]:
    with signed_release(tmp_path) as made:
        yield made


def judged(release: SignedRelease, *, result: str = "PASSED", kind: str = VERIFICATION_SUMMARY) -> dict[str, str]:
    """What the gate would leave; the variables that it would put out."""
    summary = make(release.distributions, kind, {"verificationResult": result})
    files = {RELEASE: b"{}\n", SUMMARY: summary}
    refs = []
    for path, data in files.items():
        (release.kept / path).write_bytes(data)
        refs.append(FileRef.of(path, data))
    plan = FileRef.of("plan.json", (release.kept / "plan.json").read_bytes()).sha256
    record = encode(Record("gate", plan, ("gate",), (), tuple(refs), (Finding.passed("gate"),)))
    (release.kept / record_path("gate")).write_bytes(record)
    release.records["gate"] = FileRef.of("record", record).sha256
    return {"RELEASE": refs[0].sha256, "VSA": refs[1].sha256}


def seal(release: SignedRelease, variables: dict[str, str], *, environment: str = "seal") -> Completed:
    return release.run("seal", {**release.sigstore.identity.grant(environment=environment), **variables})


def made(release: SignedRelease) -> set[str]:
    folder = release.folder / "seal" / "new" / "evidence"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_exactly_the_judged_bytes_are_signed(release: SignedRelease) -> None:
    variables = judged(release)
    done = seal(release, variables)
    assert done.exit_code == 0
    evidence, root = release.kept / "evidence", release.sigstore.root
    assert made(release) == {"release.json.sigstore.json", "vsa.intoto.jsonl"}
    signed = verify_file((evidence / "release.json.sigstore.json").read_bytes(), variables["RELEASE"], root)
    stated = verify_statement((evidence / "vsa.intoto.jsonl").read_bytes(), root)
    assert signed.claims.environment == stated.claims.environment == "seal"
    assert stated.payload == (release.kept / SUMMARY).read_bytes()


def test_a_failed_verdict_is_not_signed(release: SignedRelease) -> None:
    done = seal(release, judged(release, result="FAILED"))
    assert [finding.code for finding in done.blocking] == ["verdict-not-passed"]
    assert made(release) == set()


def test_what_is_not_a_verdict_is_not_signed(release: SignedRelease) -> None:
    done = seal(release, judged(release, kind=TEST_RESULT))
    assert [finding.code for finding in done.blocking] == ["statement-malformed"]
    assert made(release) == set()


@pytest.mark.parametrize("variable", ["RELEASE", "VSA"])
@pytest.mark.parametrize("value", ["", "0" * 64, "not a digest"])
def test_a_digest_other_than_the_gates_output_is_refused(release: SignedRelease, variable: str, value: str) -> None:
    done = seal(release, {**judged(release), variable: value})
    assert [finding.code for finding in done.blocking] == ["gate-output-differs"]
    assert made(release) == set()


@pytest.mark.parametrize("path", [RELEASE, SUMMARY])
def test_a_file_changed_after_the_gate_is_not_signed(release: SignedRelease, path: str) -> None:
    variables = judged(release)
    (release.kept / path).write_bytes((release.kept / path).read_bytes() + b" ")
    done = seal(release, variables)
    assert [finding.code for finding in done.blocking] == ["file-changed"]
    assert made(release) == set()


def test_a_seal_outside_its_environment_is_noticed(release: SignedRelease) -> None:
    done = seal(release, judged(release), environment="sign")
    assert {finding.code for finding in done.blocking} == {"environment-mismatch"}
