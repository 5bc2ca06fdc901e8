"""What is signed, by whom, and what is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.evidence import SDIST, SMOKE, WHEEL, SignedRelease, result_of
from tests.support.sigstore import local_sigstore

from sealwright.config import Settings
from sealwright.dossier import encode
from sealwright.dossier.store import record_path
from sealwright.model import FileRef, Mode, Record
from sealwright.rehearsal.actions import attest as attest_action
from sealwright.stages.base import Completed
from sealwright.verify.bundle import verify_file, verify_statement
from sealwright.verify.statement import SLSA_PROVENANCE_V1, VERIFICATION_SUMMARY, make


@pytest.fixture
def release(tmp_path: Path) -> Iterator[SignedRelease]:
    with local_sigstore(tmp_path / "sigstore") as sigstore:
        yield SignedRelease(tmp_path, sigstore, settings=Settings(), mode=Mode.RELEASE)


def restate(release: SignedRelease, payload: bytes, name: str = f"{SMOKE}.json") -> None:
    """Another statement by the smoke job, recorded by it."""
    path = f"statements/{name}"
    (release.kept / path).write_bytes(payload)
    plan = json.loads((release.kept / record_path(SMOKE)).read_bytes())["plan"]
    before = json.loads((release.kept / record_path(SMOKE)).read_bytes())["outputs"]
    outputs = {ref["path"]: FileRef(**ref) for ref in before} | {path: FileRef.of(path, payload)}
    record = encode(Record(SMOKE, plan, ("smoke",), (), tuple(outputs.values()), ()))
    (release.kept / record_path(SMOKE)).write_bytes(record)
    release.records[SMOKE] = FileRef.of("record", record).sha256


def codes(done: Completed) -> set[str]:
    return {finding.code for finding in done.blocking}


def made(release: SignedRelease) -> set[str]:
    folder = release.folder / "attest" / "new" / "evidence"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_every_distribution_sbom_and_statement_is_signed(release: SignedRelease) -> None:
    done = release.attest()
    assert done.exit_code == 0
    assert made(release) == {
        f"{WHEEL}.sigstore.json",
        f"{SDIST}.sigstore.json",
        f"{WHEEL}.cdx.json.sigstore.json",
        "vex.cdx.json.sigstore.json",
        "audit.intoto.jsonl",
        "build.intoto.jsonl",
        "github.intoto.jsonl",
        "inspect.intoto.jsonl",
        "rebuild.intoto.jsonl",
        f"{SMOKE}.intoto.jsonl",
    }
    assert {ref.name for ref in done.record.outputs} == made(release)


def test_the_bundles_are_over_the_very_bytes(release: SignedRelease) -> None:
    release.attest()
    evidence, root = release.kept / "evidence", release.sigstore.root
    for ref in release.distributions:
        verified = verify_file((evidence / f"{ref.name}.sigstore.json").read_bytes(), ref.sha256, root)
        assert verified.claims.environment == "sign"
    stated = verify_statement((evidence / f"{SMOKE}.intoto.jsonl").read_bytes(), root)
    assert stated.payload == (release.kept / "statements" / f"{SMOKE}.json").read_bytes()


def test_all_is_signed_with_one_certificate_beside_githubs(release: SignedRelease) -> None:
    release.attest()
    bundles = [
        json.loads(path.read_bytes()) for path in (release.kept / "evidence").glob("*.*.json*") if "sig" in path.name
    ]
    assert len({bundle["verificationMaterial"]["certificate"]["rawBytes"] for bundle in bundles}) == 1


def test_a_bundle_of_github_about_other_files_stops_before_anything_is_signed(release: SignedRelease) -> None:
    environ = {**release.variables, **release.sigstore.identity.grant(environment="sign")}
    (release.folder / "other.txt").write_text(f"{'0' * 64}  {WHEEL}\n")
    other = attest_action.run({"subject-checksums": "other.txt"}, environ, release.folder)["bundle-path"]
    done = release.attest(GITHUB_BUNDLE=other)
    assert "subject-digest" in codes(done)
    assert made(release) == set()
    assert len(release.sigstore.standin.exchanges) == 6  # what GitHub's action asked for, twice


def test_a_missing_bundle_of_github_stops_before_anything_is_signed(release: SignedRelease) -> None:
    done = release.attest(GITHUB_BUNDLE="")
    assert codes(done) == {"github-bundle-missing"}
    assert made(release) == set()
    assert len(release.sigstore.standin.exchanges) == 3  # what GitHub's action asked for: certificate, log, timestamp


def test_a_job_without_the_environment_is_noticed_at_once(release: SignedRelease) -> None:
    done = release.attest(**release.sigstore.identity.grant(environment="elsewhere"))
    assert "environment-mismatch" in codes(done)


def test_a_job_without_identity_signs_nothing(release: SignedRelease) -> None:
    done = release.attest(ACTIONS_ID_TOKEN_REQUEST_URL="", ACTIONS_ID_TOKEN_REQUEST_TOKEN="")
    assert done.exit_code != 0
    assert made(release) <= {"github.intoto.jsonl"}


@pytest.mark.parametrize(
    ("kind", "code"), [(SLSA_PROVENANCE_V1, "statement-kind"), (VERIFICATION_SUMMARY, "statement-kind")]
)
def test_a_job_with_project_code_cannot_have_provenance_or_a_verdict_signed(
    release: SignedRelease, kind: str, code: str
) -> None:
    restate(release, make(release.distributions, kind, {"verificationResult": "PASSED"}))
    done = release.attest()
    assert codes(done) == {code}
    assert made(release) == set()


def test_a_job_cannot_have_another_jobs_statement_signed(release: SignedRelease) -> None:
    restate(release, result_of(release.distributions), "inspect-2.json")
    assert codes(release.attest()) == {"statement-out-of-place"}


def test_a_job_cannot_have_a_statement_about_other_files_signed(release: SignedRelease) -> None:
    restate(release, result_of((FileRef.of("dist/other-1.0-py3-none-any.whl", b"PK"),)))
    assert codes(release.attest()) == {"subject-missing", "subject-extra"}


def test_what_is_no_statement_is_not_signed(release: SignedRelease) -> None:
    restate(release, b"{}")
    assert codes(release.attest()) == {"statement-malformed"}


def test_a_distribution_that_was_changed_is_not_signed(release: SignedRelease) -> None:
    workspace = release.workspace("attest")
    (workspace / "dossier" / "dist" / WHEEL).write_bytes(b"PK evil")
    environ = {**release.variables, **release.sigstore.identity.grant(environment="sign")}
    (release.folder / "sums.txt").write_text(release.sums.text)
    bundle = attest_action.run({"subject-checksums": "sums.txt"}, environ, release.folder)["bundle-path"]
    done = release.run("attest", {**environ, "GITHUB_BUNDLE": bundle}, workspace=workspace)
    assert codes(done) == {"file-changed"}
    assert f"{WHEEL}.sigstore.json" not in made(release)


@pytest.mark.parametrize(
    "missing", ["GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_REF", "GITHUB_RUN_ID", "GITHUB_WORKFLOW_REF"]
)
def test_outside_a_workflow_run_nothing_is_expected_and_nothing_signed(release: SignedRelease, missing: str) -> None:
    assert codes(release.attest(**{missing: ""})) == {"run-unknown"}
    assert made(release) == set()
