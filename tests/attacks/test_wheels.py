"""Releases whose wheels the project's own workflow builds: what must stop them, and what a rehearsal may lack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from tests.support.evidence import DISTRIBUTIONS, SDIST, SMOKE, WHEEL, SignedRelease, result_of, signed_release
from tests.support.tampering import claimed, drop, flip, put, reported, stated_by, unmade

from sealwright.config import Settings
from sealwright.model import Finding, Mode, State, Sums
from sealwright.verify.controls import SABOTAGES, run_controls
from sealwright.verify.evidence import Case
from sealwright.verify.release import judge_release

WORKFLOW = ".github/workflows/wheels.yml"
SETTINGS = Settings(wheels=WORKFLOW)
LINUX = "tiny-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"
MAC = "tiny-1.0-cp313-cp313-macosx_11_0_arm64.whl"
NATIVE = {f"dist/{LINUX}": b"PK for Linux", f"dist/{MAC}": b"PK for macOS"}
MADE = {**DISTRIBUTIONS, **NATIVE}
SDIST_ALONE = {f"dist/{SDIST}": DISTRIBUTIONS[f"dist/{SDIST}"]}
Attack = Callable[[SignedRelease, Case], Case]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with signed_release(tmp_path_factory.mktemp("release"), settings=SETTINGS, made=MADE) as made:
        yield made


@pytest.fixture(scope="module")
def case(release: SignedRelease) -> Case:
    return release.case()


@pytest.fixture(scope="module")
def vanished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A rehearsal, complete but for the wheels that only GitHub can build."""
    folder = tmp_path_factory.mktemp("rehearsal")
    with signed_release(folder, settings=SETTINGS, mode=Mode.REHEARSAL, made=SDIST_ALONE) as made:
        skipped = Finding.skipped("wheels", f"only GitHub runs {WORKFLOW}", WORKFLOW)
        yield reported(made.case(), "build", skipped, Finding.passed("build"))


def test_a_release_of_platform_wheels_passes_and_says_what_was_not_done_with_them(case: Case) -> None:
    verdict = judge_release(case)
    assert verdict.blocking == ()
    assert verdict.unanswered == ()
    assert {ref.name for ref in verdict.subjects} == {WHEEL, SDIST, LINUX, MAC}
    (wheels,) = verdict.of("wheels")
    assert (wheels.state, wheels.found[:8]) == (State.PASS, "3 wheels")
    rebuilt = {finding.subject: finding.state for finding in verdict.of("rebuild")}
    assert rebuilt == {SDIST: State.PASS, WHEEL: State.SKIPPED, LINUX: State.SKIPPED, MAC: State.SKIPPED}
    assert {finding.subject for finding in verdict.of("smoke-untried")} == {LINUX, MAC}
    controls = run_controls(case, verdict)
    assert [(finding.subject, finding.state) for finding in controls] == [(s.name, State.PASS) for s in SABOTAGES]


@dataclass(frozen=True)
class Row:
    name: str
    attack: Attack
    code: str


def _lost(_: SignedRelease, case: Case) -> Case:
    """Without any trace of a wheel, in whatever the attacker can reach."""
    for ref in [content.ref for path, content in case.files.items() if path.endswith(".whl")]:
        case = unmade(case, "build", ref.path)
        case = unmade(case, "examine", f"evidence/{ref.name}.cdx.json")
        case = unmade(case, "attest", f"evidence/{ref.name}.sigstore.json")
        case = unmade(case, "attest", f"evidence/{ref.name}.cdx.json.sigstore.json")
    return replace(case, sums=Sums.of([case.files[f"dist/{SDIST}"].ref]))


def _taken(name: str) -> Attack:
    return lambda _, case: claimed(case, "build", f"dist/{name}", b"PK evil")


def _rebuilt_like(name: str) -> Attack:
    """A wheel that the second build claims to have made, with other bytes."""
    return lambda _, case: claimed(case, "rebuild", f"rebuilt/{name}", b"PK other")


def _about(what: str, job: str, *names: str) -> Attack:
    """A statement of `job` that covers only these."""

    def attack(release: SignedRelease, case: Case) -> Case:
        refs = tuple(case.files[f"dist/{name}"].ref for name in names)
        return stated_by(release, case, result_of(refs), what=what, job=job)

    return attack


ATTACKS = (
    Row("every wheel is lost, throughout", _lost, "wheels-missing"),
    Row("one wheel is lost on the way", lambda _, c: drop(c, f"dist/{MAC}"), "file-missing"),
    Row("one wheel is lost, and the job build says so", lambda _, c: unmade(c, "build", f"dist/{MAC}"), "sums-differ"),
    Row("a wheel is changed", lambda _, c: put(c, f"dist/{MAC}", flip(NATIVE[f"dist/{MAC}"])), "digest-mismatch"),
    Row("a wheel more", _taken("tiny-1.0-cp314-cp314-win_amd64.whl"), "sums-differ"),
    Row("a wheel more for the same platform", _taken("tiny-1.0-cp313-cp313-macosx_11_0_arm64.any.whl"), "wheels-twice"),
    Row("a wheel that no index takes", _taken("tiny-1.0-cp314-cp314-linux_x86_64.whl"), "wheel-platform"),
    Row("a wheel without SBOM", lambda _, c: unmade(c, "examine", f"evidence/{MAC}.cdx.json"), "sbom-missing"),
    Row("a smoke job that left the sdist out", _about(SMOKE, SMOKE, WHEEL), "subject-missing"),
    Row("an inspection that left a wheel out", _about("inspect", "examine", WHEEL, SDIST, LINUX), "subject-missing"),
)


@pytest.mark.parametrize("row", ATTACKS, ids=lambda row: row.name)
def test_an_attack_is_refused_for_its_reason(release: SignedRelease, case: Case, row: Row) -> None:
    verdict = judge_release(row.attack(release, case))
    assert not verdict.passed
    assert row.code in {finding.code for finding in verdict.blocking}


def test_a_wheel_that_was_built_once_never_counts_as_built_twice(release: SignedRelease, case: Case) -> None:
    required = replace(case, policy=case.policy.with_settings(Settings(rebuild="require", wheels=WORKFLOW)))
    blocking = {finding.subject for finding in judge_release(required).blocking if finding.check == "rebuild"}
    assert blocking == {WHEEL, LINUX, MAC}
    odd = judge_release(_rebuilt_like(MAC)(release, case))
    (found,) = [finding for finding in odd.of("rebuild") if finding.subject == MAC]
    assert found.state is State.FAIL


def test_a_rehearsal_without_wheels_passes_and_says_what_it_lacks(vanished: Case) -> None:
    verdict = judge_release(vanished)
    assert verdict.blocking == ()
    assert verdict.unanswered == ()
    assert {(finding.state, finding.code) for finding in verdict.of("wheels")} == {(State.SKIPPED, "wheels-skipped")}
    assert not verdict.of("sbom")
    controls = run_controls(vanished, verdict)
    assert {finding.state for finding in controls} == {State.PASS}
    assert len(controls) == len(SABOTAGES) - 1, "there is no SBOM to exchange"


def test_a_release_cannot_ask_for_what_a_rehearsal_may_lack(vanished: Case) -> None:
    """The mode comes from where the gate runs, and not from anything that was handed to it."""
    verdict = judge_release(replace(vanished, mode=Mode.RELEASE))
    assert not verdict.passed
    assert {"wheels-missing", "wheel-missing"} <= {finding.code for finding in verdict.blocking}


def test_a_project_that_builds_a_pure_wheel_may_not_lack_it_in_a_rehearsal_either(vanished: Case) -> None:
    verdict = judge_release(replace(vanished, wheels=""))
    assert not verdict.passed
    assert "wheel-missing" in {finding.code for finding in verdict.blocking}


def test_a_release_whose_wheels_are_said_to_be_unrehearsed_is_stopped(case: Case) -> None:
    """The word of the job build does not replace wheels, nor a pass of the gate's own."""
    skipped = Finding.skipped("wheels", "not rehearsed", WORKFLOW)
    verdict = judge_release(reported(case, "build", skipped, Finding.passed("build")))
    assert "wheels-skipped" in {finding.code for finding in verdict.blocking}
