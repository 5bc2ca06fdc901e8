"""A release's files as somebody else finds them, and every way in which they, or the question, can be wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.evidence import SDIST, WHEEL, SignedRelease
from tests.support.provenance import GENERATOR, Maker
from tests.support.sealed import RELEASE, downloaded, sealed_release
from tests.support.sigstore import RUN
from tests.support.tampering import SBOM, SIGNATURE, WHEEL_PATH

from sealwright.config import load_policy
from sealwright.model import FileRef, Finding, Mode, State
from sealwright.services.trust import public_good
from sealwright.verify.anybody import Answer, verify_release
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, Accept, FileContent, Scope
from sealwright.verify.question import Question

Files = dict[str, FileContent]
ASKED = Question(RUN.repository, tag="v1.0")
WHEEL_SIGNED, SDIST_SIGNED = f"evidence/{WHEEL}.sigstore.json", f"evidence/{SDIST}.sigstore.json"
BARE = (WHEEL_PATH, f"dist/{SDIST}")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with sealed_release(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="module")
def files(release: SignedRelease) -> Files:
    return downloaded(release)


@pytest.fixture(scope="module")
def elsewhere(release: SignedRelease, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """The same Sigstore, for runs of others; what it makes is about `release`'s very distributions."""
    yield Maker(release.sigstore, tmp_path_factory.mktemp("elsewhere"))
    release.sigstore.identity.run = RUN


def put(files: Files, path: str, data: bytes) -> Files:
    return {**files, path: FileContent.of(path, data)}


def without(files: Files, *paths: str) -> Files:
    return {path: content for path, content in files.items() if path not in paths}


def only(files: Files, *paths: str) -> Files:
    return {path: files[path] for path in (*BARE, *paths)}


def ask(release: SignedRelease, files: Files, question: Question = ASKED, **given: object) -> Answer:
    return verify_release(files, question, release.sigstore.root, **given)  # type: ignore[arg-type]


def stopped_by(answer: Answer) -> set[str]:
    assert not answer.verdict.passed
    return {finding.code for finding in answer.verdict.blocking}


def states(answer: Answer, check: str) -> set[State]:
    return {finding.state for finding in answer.verdict.of(check)}


def test_a_whole_release_passes_for_whoever_names_its_repository(release: SignedRelease, files: Files) -> None:
    answer = ask(release, files, Question(RUN.repository))
    assert answer.verdict.blocking == ()
    assert answer.verdict.passed
    assert answer.claims is not None
    assert answer.claims.commit == RUN.commit
    assert answer.mode is Mode.RELEASE


@pytest.mark.parametrize("repository", ["OCTO-ORG/Tiny", "octo-org/tiny"])
def test_case_of_owner_and_name_does_not_matter_as_on_github(
    release: SignedRelease, files: Files, repository: str
) -> None:
    assert ask(release, files, Question(repository, version="1.0.0")).verdict.passed


QUESTIONS: tuple[tuple[str, Question, str], ...] = (
    ("nobody named", Question(), "repository-not-named"),
    ("another repository", replace(ASKED, repository="octo-org/other"), "repository-mismatch"),
    ("another owner", replace(ASKED, repository="evil/tiny"), "signer-repository"),
    ("another tag", replace(ASKED, tag="v1.1"), "tag-mismatch"),
    ("another version", Question(RUN.repository, version="1.1"), "version-mismatch"),
    ("no version", Question(RUN.repository, version="newest"), "version-mismatch"),
    ("another workflow", replace(ASKED, workflow=".github/workflows/ci.yml"), "signer-workflow"),
    ("another event", replace(ASKED, trigger="release"), "signer-trigger"),
    ("another environment", replace(ASKED, environment="pypi"), "environment-mismatch"),
)


@pytest.mark.parametrize(("question", "code"), [row[1:] for row in QUESTIONS], ids=[row[0] for row in QUESTIONS])
@pytest.mark.parametrize("accept", list(Accept))
def test_another_question_is_not_answered_with_yes(
    release: SignedRelease, files: Files, question: Question, code: str, accept: Accept
) -> None:
    assert code in stopped_by(ask(release, files, replace(question, accept=accept)))


def test_without_a_repository_it_says_whose_release_it_claims_to_be(release: SignedRelease, files: Files) -> None:
    answer = ask(release, files, Question())
    (finding,) = answer.verdict.blocking
    assert f"--repo {RUN.repository}" in finding.hint


FOLDERS: tuple[tuple[str, Callable[[Files], Files], str], ...] = (
    ("a swapped wheel", lambda f: put(f, WHEEL_PATH, b"PK evil"), "digest-mismatch"),
    ("the sdist's bytes as the wheel", lambda f: put(f, WHEEL_PATH, f[f"dist/{SDIST}"].data or b""), "digest-mismatch"),
    ("a further wheel", lambda f: put(f, "dist/tiny-1.0-cp313-cp313-linux_x86_64.whl", b"PK"), "file-unclaimed"),
    ("a wheel of another version", lambda f: put(f, "dist/tiny-1.1-py3-none-any.whl", b"PK"), "version-mismatch"),
    ("further evidence", lambda f: put(f, "evidence/notes.txt", b"hello"), "file-unclaimed"),
    ("a file in a folder", lambda f: put(f, "more/setup.py", b"import os"), "file-unclaimed"),
    ("an answer about no file", lambda f: put(f, "published/x.whl.provenance.json", b"{}"), "file-unclaimed"),
    ("an answer that is none", lambda f: put(f, f"published/{WHEEL}.provenance.json", b"{}"), "provenance-malformed"),
    ("the signatures exchanged", lambda f: {**f, **exchanged(f)}, "digest-mismatch"),
    ("a wheel less", lambda f: without(f, WHEEL_PATH), "file-missing"),
    ("no distribution", lambda f: without(f, *BARE), "file-missing"),
    ("nothing at all", lambda _: {}, "release-unsigned"),
    ("no evidence", only, "release-unsigned"),
)


def exchanged(files: Files) -> Files:
    pairs = ((WHEEL_SIGNED, SDIST_SIGNED), (SDIST_SIGNED, WHEEL_SIGNED))
    return {path: FileContent.of(path, files[other].data or b"") for path, other in pairs}


@pytest.mark.parametrize(("attack", "code"), [row[1:] for row in FOLDERS], ids=[row[0] for row in FOLDERS])
def test_a_folder_that_is_not_the_release_is_refused(
    release: SignedRelease, files: Files, attack: Callable[[Files], Files], code: str
) -> None:
    assert code in stopped_by(ask(release, attack(files)))


def test_evidence_of_another_release_is_refused(release: SignedRelease, files: Files, elsewhere: Maker) -> None:
    """The same repository, workflow and bytes, signed for the tag before."""
    other = elsewhere.job(run={"ref": "refs/tags/v0.9"}, environment="sign")
    bundle = elsewhere.github(release.distributions, other)
    assert {"signer-ref", "certificates-disagree"} <= stopped_by(ask(release, put(files, GITHUB_BUNDLE, bundle)))


def test_a_first_file_signed_by_somebody_else_does_not_decide_whose_release_it_is(
    release: SignedRelease, files: Files, elsewhere: Maker
) -> None:
    wheel = FileRef.of("dist/a-1.0-py3-none-any.whl", b"PK evil")
    provenance = elsewhere.github((wheel,), elsewhere.job(run={"repository": "evil/tiny"}, environment="sign"))
    answer = ask(release, put(put(files, wheel.path, b"PK evil"), f"evidence/{wheel.name}.intoto.jsonl", provenance))
    assert {"file-unclaimed", "certificates-disagree"} <= stopped_by(answer)
    assert answer.claims is not None
    assert answer.claims.repository == f"https://github.com/{RUN.repository}"


def test_a_rehearsal_is_judged_with_its_own_root_and_never_as_a_release(tmp_path: Path, release: SignedRelease) -> None:
    with sealed_release(tmp_path, Mode.REHEARSAL) as rehearsed:
        files = downloaded(rehearsed)
        asked = Question(RUN.repository)
        own = verify_release(files, asked, rehearsed.sigstore.root, own_root=True)
        assert own.verdict.passed
        assert own.mode is Mode.REHEARSAL
        assert "verdict-mode" in stopped_by(verify_release(files, asked, rehearsed.sigstore.root))
        for root in (public_good(), release.sigstore.root):
            assert "certificate-invalid" in stopped_by(verify_release(files, asked, root, own_root=True))


# What others release: less evidence, and what is enough is the asker's to say.


def made_by(release: SignedRelease, files: Files, *paths: str, **given: object) -> dict[Accept, bool]:
    """Whether only these files beside the distributions are enough, by what is accepted."""
    return {
        accept: ask(release, only(files, *paths), replace(ASKED, accept=accept), **given).verdict.passed
        for accept in Accept
    }


@pytest.mark.parametrize(
    ("paths", "enough"),
    [
        ((WHEEL_SIGNED, SDIST_SIGNED), {Accept.SIGNED}),
        ((GITHUB_BUNDLE,), {Accept.SIGNED, Accept.PROVENANCE}),
        ((GENERATOR_BUNDLE,), {Accept.SIGNED, Accept.PROVENANCE}),
        ((GITHUB_BUNDLE, GENERATOR_BUNDLE, WHEEL_SIGNED, SDIST_SIGNED), {Accept.SIGNED, Accept.PROVENANCE}),
        ((WHEEL_SIGNED,), set()),
        ((), set()),
    ],
    ids=["signatures", "github", "generator", "all three", "one signature", "nothing"],
)
def test_less_than_a_release_by_sealwright_is_enough_only_if_asked_for(
    release: SignedRelease, files: Files, paths: tuple[str, ...], enough: set[Accept]
) -> None:
    passed = made_by(release, files, *paths)
    assert {accept for accept, ok in passed.items() if ok} == enough


def test_what_is_missing_is_absent_and_what_is_there_is_checked(release: SignedRelease, files: Files) -> None:
    answer = ask(release, only(files, WHEEL_SIGNED, SDIST_SIGNED))
    assert {finding.state for finding in answer.verdict.blocking} == {State.ABSENT}
    assert states(answer, "signatures") == states(answer, "signer") == {State.PASS}
    for check in ("files", "provenance", "provenance-github", "sbom", "gate"):
        assert states(answer, check) == {State.ABSENT}, check


def broken(bundle: bytes) -> bytes:
    """The bundle with another signature in it, which is as long and as well written."""
    document = json.loads(bundle)
    signed = document["messageSignature"]
    signature = base64.b64decode(signed["signature"])
    signed["signature"] = base64.b64encode(signature[:-1] + bytes([signature[-1] ^ 1])).decode()
    return json.dumps(document).encode()


WRONG_AND_LESS: tuple[tuple[str, Callable[[Files], Mapping[str, FileContent]], str], ...] = (
    ("a wheel nobody signed", lambda f: put(f, "dist/tiny-1.0-1-py3-none-any.whl", b"PK"), "not-vouched"),
    ("a swapped wheel", lambda f: put(f, WHEEL_PATH, b"PK evil"), "digest-mismatch"),
    ("a broken signature", lambda f: put(f, WHEEL_SIGNED, broken(f[WHEEL_SIGNED].data or b"")), "signature-invalid"),
    ("the signature of a file that is gone", lambda f: without(f, WHEEL_PATH), "evidence-orphaned"),
    (
        "an SBOM of another wheel",
        lambda f: put(f, "evidence/x-1-py3-none-any.whl.cdx.json", b"{}"),
        "evidence-orphaned",
    ),
    ("sums of other files", lambda f: put(f, "evidence/SHA256SUMS", f"{'0' * 64}  {WHEEL}\n".encode()), "sums-differ"),
)


@pytest.mark.parametrize(
    ("attack", "code"), [row[1:] for row in WRONG_AND_LESS], ids=[row[0] for row in WRONG_AND_LESS]
)
@pytest.mark.parametrize("accept", list(Accept))
def test_what_is_wrong_is_never_accepted(
    release: SignedRelease, files: Files, attack: Callable[[Files], Files], code: str, accept: Accept
) -> None:
    less = attack(only(files, WHEEL_SIGNED, SDIST_SIGNED, GITHUB_BUNDLE))
    assert code in stopped_by(ask(release, less, replace(ASKED, accept=accept)))


def test_a_file_that_nobody_vouches_for_is_said_beside_a_release_of_others(
    release: SignedRelease, files: Files
) -> None:
    less = put(only(files, WHEEL_SIGNED, SDIST_SIGNED), "evidence/README.txt", b"hello")
    answer = ask(release, less, replace(ASKED, accept=Accept.SIGNED))
    assert answer.verdict.passed
    assert ("file-unclaimed", "evidence/README.txt") in {(f.code, f.subject) for f in answer.verdict.findings}


def test_provenance_under_any_name_is_found_and_one_bundle_a_file_is_enough_together(
    release: SignedRelease, files: Files, elsewhere: Maker
) -> None:
    less = only(files)
    for ref in release.distributions:
        bundle = elsewhere.github((ref,), elsewhere.job(environment="release"))
        less = put(less, f"evidence/{ref.name}.intoto.jsonl", bundle)
    asked = replace(ASKED, accept=Accept.PROVENANCE)
    assert ask(release, less, asked).verdict.passed
    assert "not-vouched" in stopped_by(ask(release, without(less, f"evidence/{WHEEL}.intoto.jsonl"), asked))


def test_a_release_from_a_branch_is_told_and_a_tag_is_still_required_where_one_is_named(
    release: SignedRelease, files: Files, elsewhere: Maker
) -> None:
    job = elsewhere.job(run={"ref": "refs/heads/main"}, claims={"ref_type": "branch"}, environment="sign")
    less = put(only(files), GITHUB_BUNDLE, elsewhere.github(release.distributions, job))
    asked = Question(RUN.repository, accept=Accept.PROVENANCE)
    answer = ask(release, less, asked)
    assert answer.verdict.passed
    (found,) = answer.verdict.of("release")
    assert "refs/heads/main" in found.found
    assert "tag-missing" in stopped_by(ask(release, less, replace(asked, accept=Accept.RELEASE)))
    assert "tag-missing" in stopped_by(ask(release, less, replace(asked, tag="v1.0")))


@pytest.mark.parametrize("claims", [{"runner_environment": "self-hosted"}, {"event_name": "pull_request_target"}])
def test_provenance_of_an_unfit_run_is_never_accepted(
    release: SignedRelease, files: Files, elsewhere: Maker, claims: dict[str, str]
) -> None:
    bundle = elsewhere.github(release.distributions, elsewhere.job(claims=claims, environment="sign"))
    answer = ask(release, put(only(files), GITHUB_BUNDLE, bundle), replace(ASKED, accept=Accept.SIGNED))
    assert stopped_by(answer) & {"signer-runner", "signer-trigger"}


def test_a_forged_predicate_is_never_accepted(release: SignedRelease, files: Files, elsewhere: Maker) -> None:
    job = elsewhere.job(environment="sign")
    forged = elsewhere.forged(elsewhere.github(release.distributions, job), blamed_on_another, elsewhere.job(**SIGN))
    answer = ask(release, put(only(files), GITHUB_BUNDLE, forged), replace(ASKED, accept=Accept.SIGNED))
    assert "predicate-builder" in stopped_by(answer)


SIGN: dict[str, str | None] = {"environment": "sign"}


def blamed_on_another(statement: dict[str, dict[str, dict[str, dict[str, str]]]]) -> None:
    statement["predicate"]["runDetails"]["builder"]["id"] = "https://github.com/good/name/.github/workflows/x.yml@v1"


def test_the_generator_called_for_another_repository_is_never_accepted(
    release: SignedRelease, files: Files, elsewhere: Maker
) -> None:
    bundle = elsewhere.generator(release.distributions, elsewhere.job(run={"repository": "evil/tiny"}, **GENERATOR))
    answer = ask(release, put(only(files), GENERATOR_BUNDLE, bundle), replace(ASKED, accept=Accept.SIGNED))
    assert {"repository-mismatch", "not-vouched"} <= stopped_by(answer)


# Single distributions, with evidence that is about all of them.


@pytest.mark.parametrize(("left_out", "name"), [(SDIST, WHEEL), (WHEEL, SDIST)])
def test_a_single_distribution_is_judged_without_the_others(
    release: SignedRelease, files: Files, left_out: str, name: str
) -> None:
    some = {path: content for path, content in files.items() if left_out not in path}
    assert ask(release, some, scope=Scope.FILES).verdict.passed
    assert not ask(release, some, scope=Scope.ASSETS).verdict.passed
    assert "digest-mismatch" in stopped_by(ask(release, put(some, f"dist/{name}", b"evil"), scope=Scope.FILES))


def test_a_single_wheel_needs_its_sbom(release: SignedRelease, files: Files) -> None:
    some = {path: content for path, content in files.items() if SDIST not in path}
    assert "sbom-missing" in stopped_by(ask(release, without(some, SBOM), scope=Scope.FILES))


# Policy and what the asker finds out elsewhere.


def test_a_policy_asks_for_more_also_where_less_is_accepted(release: SignedRelease, files: Files) -> None:
    policy = load_policy('[checks]\napproval = "require"\n', "mine.toml")
    unproven = Finding.absent("approval", "approval-unproven")
    assert ask(release, files, further=(unproven,)).verdict.passed
    assert "approval-unproven" in stopped_by(ask(release, files, further=(unproven,), policy=policy))
    policy = load_policy('[checks]\nsbom = "require"\n', "mine.toml")
    less = only(files, WHEEL_SIGNED, SDIST_SIGNED)
    assert not ask(release, less, replace(ASKED, accept=Accept.SIGNED), policy=policy).verdict.passed


def test_what_the_asker_found_wrong_counts(release: SignedRelease, files: Files) -> None:
    wrong = Finding.failed("index", "index-different", WHEEL)
    assert stopped_by(ask(release, files, further=(wrong,))) == {"index-different"}


def test_only_what_could_not_be_looked_at_is_no_failure(release: SignedRelease, files: Files) -> None:
    unseen = Finding.unavailable("something", "no-answer")
    answer = ask(release, files, further=(unseen,))
    assert answer.verdict.exit_code == 3


@pytest.mark.parametrize(
    "path", [RELEASE, SIGNATURE, GITHUB_BUNDLE, GENERATOR_BUNDLE, "evidence/vsa.intoto.jsonl", SBOM]
)
@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{", b'{"a":' * 9000, b"\xff\xfe", json.dumps({"files": [{}]}).encode()],
    ids=["empty", "null", "list", "cut", "deep", "no text", "odd"],
)
@pytest.mark.parametrize("accept", [Accept.RELEASE, Accept.SIGNED])
def test_no_content_is_a_reason_to_break(
    release: SignedRelease, files: Files, path: str, content: bytes, accept: Accept
) -> None:
    asked = replace(ASKED, accept=accept)
    answer = ask(release, put(files, path, content), asked)
    assert not answer.verdict.passed
