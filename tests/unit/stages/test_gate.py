"""What the gate writes, puts out and lets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.support.evidence import SDIST, SMOKE, WHEEL, SignedRelease, signed_release

from sealwright.config import Settings
from sealwright.dossier import decode
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.model import Mode, Sums, Verdict, sha256_hex
from sealwright.rehearsal.standins.server import Request, Response, StandIn
from sealwright.stages.base import Completed
from sealwright.verify.evidence import GENERATOR_BUNDLE


@pytest.fixture
def release(tmp_path: Path) -> Iterator[SignedRelease]:
    with signed_release(tmp_path) as made:
        yield made


def gate(release: SignedRelease, **changes: str) -> Completed:
    return release.run("gate", {**release.gate_variables, **changes})


def new(release: SignedRelease, path: str) -> bytes:
    return (release.folder / "gate" / "new" / path).read_bytes()


def summary_of(release: SignedRelease) -> dict[str, Any]:
    predicate: dict[str, Any] = json.loads(new(release, "statements/vsa.json"))["predicate"]
    return predicate


def published(release: SignedRelease) -> set[str]:
    folder = release.folder / "gate" / "publish"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def spoil(release: SignedRelease) -> None:
    """Change the wheel after everything was signed."""
    (release.kept / "dist" / WHEEL).write_bytes(b"PK evil")


def test_a_release_that_passes_is_let_through_as_it_is(release: SignedRelease) -> None:
    done = gate(release)
    assert (done.exit_code, done.blocking) == (0, ())
    assert published(release) == {WHEEL, SDIST}
    for ref in release.distributions:
        assert sha256_hex((release.folder / "gate" / "publish" / ref.name).read_bytes()) == ref.sha256
    assert Sums.decode(done.outputs["sums"]) == release.sums


def test_the_outputs_are_the_digests_of_what_is_to_be_signed(release: SignedRelease) -> None:
    done = gate(release)
    assert done.outputs["vsa"] == sha256_hex(new(release, "statements/vsa.json"))
    assert done.outputs["release"] == sha256_hex(new(release, "release.json"))


def test_the_summary_names_what_was_looked_at_and_what_was_not(release: SignedRelease) -> None:
    gate(release)
    predicate = summary_of(release)
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["SLSA_BUILD_LEVEL_2"]
    assert predicate["resourceUri"] == "pkg:pypi/tiny@1.0"
    assert predicate["sealwright"] == {"mode": "release", "unjudged": ["index"]}
    assert predicate["policy"]["digest"]["sha256"] == sha256_hex((release.kept / "policy.json").read_bytes())
    inputs = {entry["uri"]: entry["digest"]["sha256"] for entry in predicate["inputAttestations"]}
    assert inputs["release.json"] == sha256_hex(new(release, "release.json"))
    evidence = {f"evidence/{path.name}" for path in (release.kept / "evidence").iterdir()}
    assert set(inputs) == {*evidence, "release.json"}


def test_release_json_lists_everything_but_what_comes_later(release: SignedRelease) -> None:
    gate(release)
    listed = {entry["path"]: entry for entry in json.loads(new(release, "release.json"))["files"]}
    assert not any(path.startswith("rebuilt/") for path in listed)
    kept = {"plan.json", "VERIFYING.md", f"dist/{WHEEL}", "evidence/SHA256SUMS", GENERATOR_BUNDLE}
    assert {*kept, f"records/{SMOKE}.json"} <= set(listed)
    assert {"release.json", "statements/vsa.json", "records/gate.json"}.isdisjoint(listed)
    for path, entry in listed.items():
        data = (release.kept / path).read_bytes()
        assert (entry["sha256"], entry["size"]) == (sha256_hex(data), len(data))


def test_the_same_inputs_give_the_same_bytes(release: SignedRelease) -> None:
    before = release.workspace("again")
    gate(release)
    del release.records["gate"]
    release.run("gate", release.gate_variables, workspace=before)
    for path in ("release.json", "statements/vsa.json", "verdict.json", "evidence/SHA256SUMS"):
        assert (before / "new" / path).read_bytes() == new(release, path)


def test_what_no_record_vouches_for_is_kept_under_the_gates_record(release: SignedRelease) -> None:
    done = gate(release)
    ref = done.record.output(GENERATOR_BUNDLE)
    assert ref is not None
    assert ref.sha256 == sha256_hex(new(release, GENERATOR_BUNDLE))


def test_the_sums_can_be_checked_by_hand(release: SignedRelease) -> None:
    gate(release)
    lines = new(release, "evidence/SHA256SUMS").decode().splitlines()
    for line in lines:
        digest, _, name = line.partition("  ")
        folder = "dist" if name in (WHEEL, SDIST) else "." if name == "VERIFYING.md" else "evidence"
        assert sha256_hex((release.kept / folder / name).read_bytes()) == digest
    assert len(lines) == 2 + len(list((release.kept / "evidence").iterdir())) - 1 + 1


def test_the_verdict_can_be_read_back(release: SignedRelease) -> None:
    gate(release)
    verdict = decode(Verdict, new(release, "verdict.json"), "verdict.json")
    assert verdict.passed
    assert "controls" in verdict.required


def test_a_release_that_fails_is_not_let_through(release: SignedRelease) -> None:
    spoil(release)
    done = gate(release)
    assert done.exit_code == 1
    assert published(release) == set()
    assert "sums" not in done.outputs
    assert summary_of(release)["verificationResult"] == "FAILED"
    assert summary_of(release)["verifiedLevels"] == ["FAILED"]
    assert not (release.folder / "gate" / "new" / "VERIFYING.md").exists()
    assert not decode(Verdict, new(release, "verdict.json"), "verdict.json").passed


def test_the_page_for_the_approver_says_it_all(release: SignedRelease) -> None:
    page = gate(release).summary
    assert page.startswith("## PASSED: `tiny` `1.0`")
    for ref in release.distributions:
        assert ref.sha256 in page
    assert "9 of 9 broken copies were refused" in page
    assert "- The first release" in page
    assert "`index` unseen" in page


def test_the_page_says_what_stops_a_release(release: SignedRelease) -> None:
    spoil(release)
    page = gate(release).summary
    assert page.startswith("## FAILED")
    assert "`digest-mismatch`" in page
    assert "the release itself does not pass" in page


@pytest.mark.parametrize("sums", ["", "bm90IHN1bXM=", "%"])
def test_sums_that_build_did_not_put_out_are_refused(release: SignedRelease, sums: str) -> None:
    done = gate(release, SUMS=sums)
    assert [finding.code for finding in done.blocking] == ["sums-malformed"]
    assert published(release) == set()


def test_sums_of_fewer_files_are_noticed(release: SignedRelease) -> None:
    fewer = Sums.of(release.distributions[:1]).encode()
    done = gate(release, SUMS=fewer)
    assert {finding.code for finding in done.blocking} >= {"sums-differ"}
    assert published(release) == set()


def test_a_link_in_the_dossier_is_refused(release: SignedRelease) -> None:
    workspace = release.workspace("gate")
    (workspace / "dossier" / "evidence" / "link.json").symlink_to("/etc/hostname")
    done = release.run("gate", release.gate_variables, workspace=workspace)
    assert [finding.code for finding in done.blocking] == ["file-irregular"]


def test_evidence_of_another_run_of_the_workflow_is_refused(release: SignedRelease) -> None:
    done = gate(release, GITHUB_RUN_ID="2")
    assert {finding.code for finding in done.blocking} >= {"another-run"}


def test_a_job_repeated_in_the_same_run_is_still_of_this_run(release: SignedRelease) -> None:
    assert gate(release, GITHUB_RUN_ATTEMPT="2").exit_code == 0


def test_a_project_without_the_generator_passes_on_githubs_provenance(tmp_path: Path) -> None:
    with signed_release(tmp_path, settings=Settings(provenance="github")) as release:
        done = gate(release)
        assert (done.exit_code, done.blocking) == (0, ())
        assert summary_of(release)["verifiedLevels"] == ["SLSA_BUILD_LEVEL_2"]
        assert "provenance" not in {finding.check for finding in done.record.findings}


def test_provenance_that_nobody_asked_for_is_unclaimed(tmp_path: Path) -> None:
    with signed_release(tmp_path, settings=Settings(provenance="github")) as release:
        release.provenance()
        assert {finding.code for finding in gate(release).blocking} >= {"file-unclaimed"}


def test_a_rehearsal_says_that_it_is_one(tmp_path: Path) -> None:
    with signed_release(tmp_path, mode=Mode.REHEARSAL) as release:
        done = gate(release)
        assert done.exit_code == 0
        assert "(rehearsal)" in done.summary.splitlines()[0]
        assert summary_of(release)["sealwright"]["mode"] == "rehearsal"


def test_a_plan_cannot_make_a_rehearsal_of_a_release(tmp_path: Path) -> None:
    with signed_release(tmp_path, mode=Mode.REHEARSAL) as release:
        done = gate(release, SEALWRIGHT_MODE="")
        assert "plan-mode" in {finding.code for finding in done.blocking}
        assert "sums" not in done.outputs


def test_there_is_no_rehearsal_with_the_public_trust_root(tmp_path: Path) -> None:
    with signed_release(tmp_path, mode=Mode.REHEARSAL) as release:
        done = gate(release, SEALWRIGHT_TRUST_CONFIG="")
        assert "rehearsal-without-trust-root" in {finding.code for finding in done.blocking}
        assert "sums" not in done.outputs


@pytest.mark.parametrize(("rebuild", "code"), [("report", 0), ("require", 1)])
def test_a_rebuild_that_differs_is_shown_by_default_and_blocks_where_required(
    tmp_path: Path, rebuild: Literal["report", "require"], code: int
) -> None:
    with signed_release(tmp_path, settings=Settings(rebuild=rebuild), rebuilt={WHEEL: b"PK otherwise"}) as release:
        done = gate(release)
        assert done.exit_code == code
        assert "rebuild-differs-unclassified" in {finding.code for finding in done.record.findings}
        assert ("rebuild-differs-unclassified" in {finding.code for finding in done.blocking}) == bool(code)
        # Where it does not stop anything, the approver must see it all the same.
        told = done.summary.split("| answer | check |")[0]
        assert "### Does not stop it: built twice, with other code" in told or code == 1
        assert "`rebuild-differs-unclassified`" in told


def test_the_newer_transparency_log_is_as_good(tmp_path: Path) -> None:
    with signed_release(tmp_path, rekor=2) as release:
        assert gate(release).exit_code == 0


def test_without_a_distribution_there_is_nothing_to_say_a_verdict_about(release: SignedRelease) -> None:
    for name in (WHEEL, SDIST):
        (release.kept / "dist" / name).unlink()
    done = gate(release)
    assert {finding.code for finding in done.blocking} >= {"nothing-built", "file-missing"}
    assert "vsa" not in done.outputs
    assert not (release.folder / "gate" / "new" / "statements").exists()


def test_a_distribution_too_large_to_hold_is_judged_by_its_digest(
    release: SignedRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sealwright.stages.gate.HELD", 4)
    assert gate(release).exit_code == 0
    assert published(release) == {WHEEL, SDIST}


class Index(StandIn):
    """Lists one file."""

    def __init__(self, filename: str, sha256: str) -> None:
        super().__init__()
        self.entry = {"filename": filename, "url": filename, "hashes": {"sha256": sha256}, "size": 1}

    def handle(self, request: Request) -> Response:  # noqa: ARG002 - one answer to all
        kind = "application/vnd.pypi.simple.v1+json"
        body = {"meta": {"api-version": "1.4"}, "name": "tiny", "versions": ["1.0"], "files": [self.entry]}
        return Response(body=json.dumps(body).encode(), content_type=kind)


def test_a_file_that_the_index_has_already_is_no_obstacle(release: SignedRelease) -> None:
    wheel = next(ref for ref in release.distributions if ref.name == WHEEL)
    with Index(WHEEL, wheel.sha256) as index:
        done = gate(release, **{PYPI_VARIABLE: index.url})
    assert done.exit_code == 0
    assert "serves 1 of 2 files" in done.summary


def test_other_bytes_on_the_index_stop_the_release(release: SignedRelease) -> None:
    with Index(WHEEL, "0" * 64) as index:
        done = gate(release, **{PYPI_VARIABLE: index.url})
    assert {finding.code for finding in done.blocking} >= {"index-different"}
    assert published(release) == set()


def test_a_name_that_no_list_can_hold_is_a_finding_and_not_a_crash(release: SignedRelease) -> None:
    (release.kept / "evidence" / "-x y").write_bytes(b"{}")
    done = gate(release)
    assert {finding.code for finding in done.blocking} >= {"file-name", "file-unclaimed"}
    assert "internal-error" not in {finding.code for finding in done.blocking}
    assert b"-x y" not in new(release, "evidence/SHA256SUMS")
