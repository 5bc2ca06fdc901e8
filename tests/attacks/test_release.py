"""Every way to tamper with a release that is known to us, and the code that must stop it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from tests.support.evidence import SDIST, SMOKE, WHEEL, SignedRelease, plan_of, rerecorded, sbom_of, signed_release
from tests.support.tampering import (
    SBOM,
    SIGNATURE,
    STATEMENT,
    WHEEL_PATH,
    another_run,
    claim,
    claimed,
    data,
    drop,
    expecting,
    flip,
    forged_provenance,
    planned_as,
    planned_otherwise,
    put,
    reported,
    restated,
    signed_by,
    signed_sbom,
    stated_by,
    truncated,
    unanswered,
    unmade,
    vex_of,
)

from sealwright.dossier import encode
from sealwright.dossier.store import PLAN, VEX, record_path
from sealwright.model import FileRef, Finding, Mode, State, Sums
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, Case
from sealwright.verify.release import judge_release
from sealwright.verify.slsa import GENERATOR_REF
from sealwright.verify.stated import SELF_REPORTED_BUILD
from sealwright.verify.statement import SLSA_PROVENANCE_V1, VERIFICATION_SUMMARY

Attack = Callable[[SignedRelease, Case], Case]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with signed_release(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="module")
def case(release: SignedRelease) -> Case:
    return release.case()


VULNERABLE = Finding.failed("audit", "vulnerable-dependency", "idna 3.6", expected="no advisory", found="PYSEC-2024-60")
FAILED_SMOKE = Finding.failed("smoke", "smoke-import", WHEEL, expected="it imports", found="ImportError")
GENERATOR = f"https://github.com/{GENERATOR_REF}"
FOREIGN = "evil/tiny/.github/workflows/release.yml@refs/tags/v1.0"


@dataclass(frozen=True)
class Row:
    name: str
    attack: Attack
    code: str


ATTACKS = (
    # files
    Row("a flipped byte in a wheel", lambda _, c: put(c, WHEEL_PATH, flip(data(c, WHEEL_PATH))), "digest-mismatch"),
    Row(
        "a swapped wheel that the build's record names",
        lambda _, c: claimed(c, "build", WHEEL_PATH, b"PK evil"),
        "sums-differ",
    ),
    Row(
        "a swapped wheel that the build's record and its sums name",
        lambda _, c: replace(
            claimed(c, "build", WHEEL_PATH, b"PK evil"),
            sums=Sums.of((FileRef.of(WHEEL_PATH, b"PK evil"), c.files[f"dist/{SDIST}"].ref)),
        ),
        "digest-mismatch",
    ),
    Row("a wheel nobody claims", lambda _, c: put(c, "dist/tiny-1.0-1-py3-none-any.whl", b"PK"), "file-unclaimed"),
    Row(
        "a wheel that a smoke job claims",
        lambda _, c: claimed(c, SMOKE, "dist/tiny-1.0-1-py3-none-any.whl", b"PK"),
        "file-out-of-place",
    ),
    Row("a name that lists cannot hold", lambda _, c: put(c, "evidence/-x y\n", b"{}"), "file-name"),
    Row("an extra distribution with such a name", lambda _, c: put(c, "dist/-x y\n", b"{}"), "file-name"),
    Row("evidence nobody claims", lambda _, c: put(c, "evidence/extra.json", b"{}"), "file-unclaimed"),
    Row(
        "evidence that a smoke job claims",
        lambda _, c: claimed(c, SMOKE, "evidence/extra.json", b"{}"),
        "file-out-of-place",
    ),
    Row(
        "evidence of a file that is not there",
        lambda _, c: claimed(c, "attest", "evidence/gone.whl.sigstore.json", b"{}"),
        "evidence-orphaned",
    ),
    Row(
        "a file two jobs claim",
        lambda _, c: claim(c, "rebuild", c.files["build/environment.txt"].ref),
        "file-claimed-twice",
    ),
    Row(
        "notes that a smoke job claims",
        lambda _, c: claimed(c, SMOKE, "NOTES/x.md", b"all is well"),
        "file-out-of-place",
    ),
    Row("a policy that a build claims", lambda _, c: claimed(c, "build", "policy.toml", b""), "file-out-of-place"),
    Row("no distribution at all", lambda _, c: drop(c, WHEEL_PATH, f"dist/{SDIST}"), "nothing-built"),
    Row("no wheel", lambda _, c: drop(c, WHEEL_PATH), "wheel-missing"),
    # the SBOM
    Row(
        "an SBOM of another wheel",
        lambda _, c: put(c, SBOM, sbom_of(FileRef.of(WHEEL_PATH, b"PK evil"))),
        "digest-mismatch",
    ),
    Row(
        "an SBOM of another wheel, recorded and signed",
        lambda r, c: signed_sbom(r, c, sbom_of(FileRef.of(WHEEL_PATH, b"PK evil"))),
        "sbom-root-mismatch",
    ),
    Row("an SBOM that is removed everywhere", lambda _, c: unmade(c, "examine", SBOM), "sbom-missing"),
    Row(
        "a lock that is not one",
        lambda _, c: claimed(c, "examine", "evidence/pylock.toml", b"\xff"),
        "closure-malformed",
    ),
    # the VEX
    Row("a VEX that is removed everywhere", lambda _, c: unmade(c, "examine", VEX), "vex-missing"),
    Row("a VEX that nobody signed", lambda _, c: unmade(c, "attest", f"{VEX}.sigstore.json"), "signature-missing"),
    Row("a VEX of another audit", lambda _, c: claimed(c, "examine", VEX, vex_of()), "digest-mismatch"),
    Row("a VEX without an audit", lambda _, c: unmade(c, "examine", "statements/audit.json"), "evidence-orphaned"),
    Row("half a VEX, signed", lambda r, c: signed_sbom(r, c, data(c, VEX)[:-40], VEX), "vex-malformed"),
    Row(
        "a VEX about another SBOM, signed",
        lambda r, c: signed_sbom(r, c, vex_of(ref=f"urn:cdx:{'0' * 8}-0000-0000-0000-{'0' * 12}/1#x"), VEX),
        "vex-unbound",
    ),
    *(
        Row(f"a VEX that calls a vulnerability {state}, signed", attack, "vex-overclaims")
        for state, attack in (
            ("resolved", lambda r, c: signed_sbom(r, c, vex_of("resolved", detail="trust us"), VEX)),
            ("exploitable", lambda r, c: signed_sbom(r, c, vex_of("exploitable", detail="we tried"), VEX)),
            ("harmless without a reason", lambda r, c: signed_sbom(r, c, vex_of("not_affected"), VEX)),
        )
    ),
    Row(
        "a report that a smoke job claims",
        lambda _, c: claimed(c, SMOKE, "reports/other.sarif", b"{}"),
        "file-out-of-place",
    ),
    # signatures
    Row("a removed signature", lambda _, c: drop(c, SIGNATURE), "signature-missing"),
    Row(
        "a truncated signature",
        lambda _, c: claimed(c, "attest", SIGNATURE, data(c, SIGNATURE)[:-40]),
        "bundle-malformed",
    ),
    Row(
        "no signature at all",
        lambda _, c: drop(c, *(p for p in c.files if p.startswith("evidence/"))),
        "no-certificates",
    ),
    Row(
        "the signature of another file",
        lambda _, c: claimed(c, "attest", SIGNATURE, data(c, f"evidence/{SDIST}.sigstore.json")),
        "digest-mismatch",
    ),
    Row("a signature by a job outside the environment", signed_by, "environment-missing"),
    Row("a signature in another environment", lambda r, c: signed_by(r, c, environment="test"), "environment-mismatch"),
    Row(
        "a signature by another workflow",
        lambda r, c: signed_by(r, c, environment="sign", reusable_workflow=FOREIGN, reusable_sha="b" * 40),
        "signer-workflow",
    ),
    Row("a signature of another run", another_run, "another-run"),
    Row(
        "signatures while another workflow is expected",
        lambda _, c: expecting(c, workflow=".github/workflows/other.yml"),
        "signer-workflow",
    ),
    Row(
        "signatures while a self-hosted runner is expected",
        lambda _, c: expecting(c, runner="self-hosted"),
        "runner-unexpected",
    ),
    Row(
        "everything of another repository", lambda _, c: expecting(c, repository="octo-org/other"), "signer-repository"
    ),
    Row("everything of another commit", lambda _, c: expecting(c, commit="b" * 40), "signer-commit"),
    Row("everything of another tag", lambda _, c: expecting(c, ref="refs/tags/v1.1"), "signer-ref"),
    Row("everything of another run", lambda _, c: replace(c, run=c.run.replace("runs/1", "runs/2")), "another-run"),
    # statements
    Row(
        "a changed statement", lambda _, c: claimed(c, SMOKE, STATEMENT, flip(data(c, STATEMENT))), "statement-differs"
    ),
    Row("a removed statement", lambda _, c: unmade(c, "examine", "statements/inspect.json"), "statement-missing"),
    Row(
        "a statement about other files",
        lambda r, c: stated_by(r, c, restated(c, subjects=(FileRef.of("dist/x.whl", b""),))),
        "subject-missing",
    ),
    Row(
        "a statement about one distribution only",
        lambda r, c: stated_by(r, c, restated(c, subjects=(c.files[WHEEL_PATH].ref,))),
        "subject-missing",
    ),
    Row(
        "a statement about one file more",
        lambda r, c: stated_by(r, c, restated(c, extra=(FileRef.of("dist/x.whl", b""),))),
        "subject-extra",
    ),
    Row(
        "provenance stated by a smoke job",
        lambda r, c: stated_by(r, c, restated(c, kind=SLSA_PROVENANCE_V1)),
        "statement-kind",
    ),
    Row(
        "a verdict stated by a smoke job",
        lambda r, c: stated_by(r, c, restated(c, kind=VERIFICATION_SUMMARY)),
        "statement-kind",
    ),
    Row(
        "a builder's provenance stated by the build job",
        lambda r, c: stated_by(r, c, forged_provenance(c), what="build", job="build"),
        "statement-kind",
    ),
    Row(
        "the build job's own word with the name of a builder in it",
        lambda r, c: stated_by(
            r, c, forged_provenance(c, build_type=SELF_REPORTED_BUILD, builder=GENERATOR), what="build", job="build"
        ),
        "statement-kind",
    ),
    Row(
        "another job's statement",
        lambda r, c: stated_by(r, c, restated(c), what="smoke-x-3-1"),
        "statement-out-of-place",
    ),
    # smoke
    Row("a missing smoke record", lambda _, c: drop(c, record_path(SMOKE)), "smoke-cell-missing"),
    Row("a smoke cell without a statement", lambda _, c: unmade(c, SMOKE, STATEMENT), "smoke-cell-missing"),
    Row("a plan without smoke cells", lambda _, c: planned_otherwise(c, cells=()), "smoke-cell-missing"),
    Row(
        "a smoke job that states its failure", lambda r, c: stated_by(r, c, restated(c, result="FAILED")), "test-failed"
    ),
    Row("a smoke job that states no result", lambda r, c: stated_by(r, c, restated(c, result="")), "test-failed"),
    Row("a failed smoke finding", lambda _, c: reported(c, SMOKE, FAILED_SMOKE), "smoke-import"),
    # records
    Row(
        "a truncated record",
        lambda _, c: put(c, record_path(SMOKE), data(c, record_path(SMOKE))[:-9]),
        "record-changed",
    ),
    Row("a truncated record with its digest", lambda _, c: truncated(c, SMOKE), "malformed"),
    Row("an empty record digest", lambda _, c: replace(c, records={**c.records, SMOKE: ""}), "record-digest-empty"),
    Row(
        "a record digest that is none",
        lambda _, c: replace(c, records={**c.records, SMOKE: "0"}),
        "record-digest-malformed",
    ),
    Row(
        "no record digest",
        lambda _, c: replace(c, records={j: d for j, d in c.records.items() if j != "attest"}),
        "record-digest-empty",
    ),
    Row("a record of another plan", lambda _, c: rerecorded(c, SMOKE, plan="a" * 64), "record-of-another-plan"),
    Row("a record of another job", lambda _, c: rerecorded(c, SMOKE, job="build"), "record-of-another-job"),
    Row("a record of other stages", lambda _, c: rerecorded(c, "examine", stages=["inspect"]), "record-stages"),
    Row("a record with a key too many", lambda _, c: rerecorded(c, SMOKE, surprise=1), "malformed"),
    Row("a record without answers", lambda _, c: rerecorded(c, "examine", findings=[]), "record-empty"),
    Row("a vulnerable dependency", lambda _, c: reported(c, "examine", VULNERABLE), "vulnerable-dependency"),
    Row("no comparison with the commit", lambda _, c: unanswered(c, "contents"), "contents-missing"),
    Row("no tag", lambda _, c: reported(c, "plan", Finding.passed("version")), "tag-missing"),
    Row("no audit", lambda _, c: unanswered(c, "audit"), "audit-missing"),
    Row(
        "an audit by a smoke job only",
        lambda _, c: reported(unanswered(c, "audit"), SMOKE, Finding.passed("audit")),
        "audit-missing",
    ),
    Row(
        "an unknown check that failed",
        lambda _, c: reported(c, "examine", Finding.failed("novel", "novel-wrong")),
        "novel-wrong",
    ),
    Row(
        "an unknown check that was skipped",
        lambda _, c: reported(c, "examine", Finding.skipped("novel", "no")),
        "novel-skipped",
    ),
    # the plan
    Row("a changed plan", lambda _, c: put(c, PLAN, flip(data(c, PLAN))), "plan-changed"),
    Row(
        "a plan of another version of the file",
        lambda _, c: put(c, PLAN, encode(replace(plan_of(), version="2.0"))),
        "plan-changed",
    ),
    Row("a plan of another commit, throughout", lambda _, c: planned_otherwise(c, commit="b" * 40), "plan-commit"),
    Row("a plan of another tag, throughout", lambda _, c: planned_otherwise(c, tag="v2.0"), "plan-tag"),
    Row(
        "a plan of another repository, throughout",
        lambda _, c: planned_otherwise(c, repository="evil/tiny"),
        "plan-repository",
    ),
    Row(
        "a plan with fewer jobs, throughout",
        lambda _, c: planned_otherwise(c, jobs=("plan", "build", "gate")),
        "plan-jobs",
    ),
    Row(
        "a release planned as a rehearsal, throughout",
        lambda _, c: planned_otherwise(c, mode=Mode.REHEARSAL),
        "plan-mode",
    ),
    Row("a plan that is not one", lambda _, c: planned_as(c, b"{}"), "malformed"),
    Row("another policy", lambda _, c: replace(c, policy_sha256="a" * 64), "policy-changed"),
    # provenance
    Row("no generator provenance", lambda _, c: drop(c, GENERATOR_BUNDLE), "provenance-missing"),
    Row("no GitHub provenance", lambda _, c: unmade(c, "attest", GITHUB_BUNDLE), "provenance-missing"),
    Row(
        "GitHub's provenance as the generator's",
        lambda _, c: put(c, GENERATOR_BUNDLE, data(c, GITHUB_BUNDLE)),
        "signer-workflow",
    ),
    Row(
        "the generator's provenance as GitHub's",
        lambda _, c: claimed(c, "attest", GITHUB_BUNDLE, data(c, GENERATOR_BUNDLE)),
        "signer-workflow",
    ),
    Row(
        "a statement of ours as the generator's",
        lambda _, c: put(c, GENERATOR_BUNDLE, data(c, "evidence/build.intoto.jsonl")),
        "predicate-type",
    ),
    # the index
    Row("other bytes on the index", lambda _, c: replace(c, index={WHEEL: "a" * 64}), "index-different"),
    Row(
        "another file on the index",
        lambda _, c: replace(c, index={"tiny-1.0-1-py3-none-any.whl": "a" * 64}),
        "index-extra",
    ),
)


def test_the_untouched_release_passes(case: Case) -> None:
    verdict = judge_release(case)
    assert verdict.blocking == ()
    assert verdict.unanswered == ()
    assert verdict.passed
    assert {ref.name for ref in verdict.subjects} == {WHEEL, SDIST}


@pytest.mark.parametrize("row", ATTACKS, ids=lambda row: row.name)
def test_an_attack_is_refused_for_its_reason(release: SignedRelease, case: Case, row: Row) -> None:
    broken = row.attack(release, case)
    verdict = judge_release(broken)
    assert not verdict.passed
    assert row.code in {finding.code for finding in verdict.blocking}


@pytest.mark.parametrize(
    "folder", ["dist", "rebuilt", "evidence", "statements", "records", "build", "plan.json", "notes.md"]
)
@pytest.mark.parametrize("how", ["removed", "flipped", "emptied"])
def test_no_file_can_be_removed_or_changed(case: Case, folder: str, how: str) -> None:
    paths = [path for path in case.files if path == folder or path.startswith(f"{folder}/")]
    assert paths
    for path in paths:
        content = data(case, path)
        broken = drop(case, path) if how == "removed" else put(case, path, flip(content) if how == "flipped" else b"")
        verdict = judge_release(broken)
        assert not verdict.passed, path
        assert verdict.exit_code == 1, path


def test_no_two_files_can_be_exchanged(case: Case) -> None:
    paths = sorted(case.files)
    for one, other in itertools.pairwise(paths):
        if case.files[one].ref.sha256 != case.files[other].ref.sha256:
            broken = put(put(case, one, data(case, other)), other, data(case, one))
            assert not judge_release(broken).passed, (one, other)


def test_signatures_in_the_environment_it_expects_are_not_believed_from_a_record(case: Case) -> None:
    """A pass in a record of a job that ran project code satisfies none of the gate's own checks."""
    spoken = tuple(Finding.passed(check) for check in ("signatures", "signer", "provenance", "environment", "controls"))
    broken = reported(drop(case, GENERATOR_BUNDLE), SMOKE, *spoken)
    verdict = judge_release(broken)
    assert not verdict.passed
    assert all(finding.state is not State.PASS for finding in verdict.of("provenance"))


def test_a_plan_cannot_ask_for_the_leniency_of_a_rehearsal(case: Case) -> None:
    unseen = Finding.unavailable("audit", "advisories-unavailable")
    rehearsed = reported(planned_otherwise(case, mode=Mode.REHEARSAL), "examine", unseen)
    assert "advisories-unavailable" in {finding.code for finding in judge_release(rehearsed).blocking}
    assert judge_release(replace(rehearsed, mode=Mode.REHEARSAL)).passed


def test_a_record_is_the_word_of_the_job_and_is_shown_with_its_name(case: Case) -> None:
    verdict = judge_release(reported(case, SMOKE, FAILED_SMOKE))
    assert any(finding.subject == f"{SMOKE}: {WHEEL}" for finding in verdict.blocking)
