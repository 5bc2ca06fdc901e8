"""Published releases whose wheels the project's own workflow built, and a rehearsal that could not build any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.support.evidence import DISTRIBUTIONS, SDIST, WHEEL, SignedRelease
from tests.support.sealed import RELEASE, downloaded, sealed_release
from tests.support.tampering import drop, put

from sealwright.config import Settings
from sealwright.model import Mode, State, Verdict
from sealwright.verify.evidence import RELEASE_SIGNATURE, Case
from sealwright.verify.expected import Expected
from sealwright.verify.published import judge_published, published_case

SETTINGS = Settings(wheels=".github/workflows/wheels.yml")
LINUX = "tiny-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"
SOURCE = {f"dist/{SDIST}": DISTRIBUTIONS[f"dist/{SDIST}"]}
KINDS = {"pure wheels alone": DISTRIBUTIONS, "platform wheels": {**DISTRIBUTIONS, f"dist/{LINUX}": b"PK for Linux"}}


def case_of(release: SignedRelease) -> Case:
    return published_case(downloaded(release), Expected.of(release.plan), release.sigstore.root, mode=release.plan.mode)


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.blocking}


def signed_list(release: SignedRelease, case: Case, **changes: object) -> Case:
    """Another release.json, signed by the job that may."""
    path = release.folder / RELEASE
    path.write_text(json.dumps({**json.loads(case.files[RELEASE].data or b""), **changes}))
    with release.sigstore.signer(environment="seal") as signer:
        return put(put(case, RELEASE, path.read_bytes()), RELEASE_SIGNATURE, signer.sign_file(path))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    """With a pure wheel that the project's own workflow built."""
    with sealed_release(tmp_path_factory.mktemp("release"), settings=SETTINGS) as made:
        yield made


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    """Complete but for the wheels that only GitHub can build."""
    folder = tmp_path_factory.mktemp("rehearsal")
    with sealed_release(folder, Mode.REHEARSAL, settings=SETTINGS, made=SOURCE) as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_a_release_whose_wheels_were_built_apart_passes(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with sealed_release(tmp_path_factory.mktemp("made"), settings=SETTINGS, made=KINDS[kind]) as made:
        verdict = judge_published(case_of(made))
    assert verdict.blocking == ()
    assert verdict.unanswered == ()
    assert [finding.state for finding in verdict.of("wheels")] == [State.PASS]


def test_a_rehearsal_without_wheels_passes_and_says_what_it_lacks(rehearsed: SignedRelease) -> None:
    verdict = judge_published(case_of(rehearsed))
    assert verdict.blocking == ()
    assert verdict.unanswered == ()
    (wheels,) = verdict.of("wheels")
    assert wheels.state is State.SKIPPED
    assert "the project's own workflow" in wheels.found
    assert not verdict.of("sbom")


def test_what_a_rehearsal_may_lack_no_release_may(rehearsed: SignedRelease) -> None:
    verdict = judge_published(replace(case_of(rehearsed), mode=Mode.RELEASE))
    assert {"wheels-missing", "wheel-missing", "verdict-mode"} <= codes(verdict)


def test_a_rehearsal_that_built_its_own_wheel_may_not_have_lost_it(release: SignedRelease) -> None:
    """A list that says nothing of wheels built apart earns no leniency."""
    case = case_of(release)
    lost = drop(case, f"dist/{WHEEL}")
    listed = json.loads(case.files[RELEASE].data or b"")
    silent = signed_list(release, lost, jobs=[job for job in listed["jobs"] if job != "wheels"])
    files = published_case(silent.files, case.expected, case.root, mode=Mode.REHEARSAL)
    assert {"file-missing", "wheel-missing"} <= codes(judge_published(files))


def test_a_release_that_lost_its_wheels_does_not_pass(release: SignedRelease) -> None:
    lost = drop(case_of(release), f"dist/{WHEEL}")
    assert {"file-missing", "wheels-missing", "wheel-missing"} <= codes(judge_published(lost))


@pytest.mark.parametrize("jobs", [None, "wheels", 7, {}, [["wheels"]]])
def test_an_odd_list_of_jobs_is_no_list_of_jobs(release: SignedRelease, jobs: object) -> None:
    odd = signed_list(release, case_of(release), jobs=jobs)
    again = published_case(odd.files, odd.expected, odd.root)
    assert not again.wheels
    assert not judge_published(again).passed
