"""The gate's trial of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.support.evidence import signed_release
from tests.support.tampering import SIGNATURE, WHEEL_PATH, drop, planned_otherwise, reported

from sealwright.model import Finding, Mode, State
from sealwright.verify import controls
from sealwright.verify.controls import SABOTAGES, Sabotage, run_controls
from sealwright.verify.evidence import Case, FileContent
from sealwright.verify.release import judge_release


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with signed_release(tmp_path_factory.mktemp("release")) as made:
        yield made.case()


def test_a_digest_is_enough_for_a_large_wheel(case: Case) -> None:
    unread = replace(case, files={**case.files, WHEEL_PATH: FileContent(case.files[WHEEL_PATH].ref)})
    verdict = judge_release(unread)
    assert verdict.passed
    assert all(finding.state is State.PASS for finding in run_controls(unread, verdict))


def test_an_unreachable_advisory_service_blocks_a_release_as_unavailable(case: Case) -> None:
    unseen = Finding.unavailable("audit", "advisories-unreachable", found="no answer")
    verdict = judge_release(reported(case, "examine", unseen))
    assert not verdict.passed
    assert verdict.exit_code == 3
    controls = run_controls(case, verdict)
    assert {finding.code for finding in controls} == {"controls-not-run"}


def test_an_unreachable_advisory_service_is_said_and_does_not_block_a_rehearsal(case: Case) -> None:
    unseen = Finding.unavailable("audit", "advisories-unreachable", found="no answer")
    planned = replace(planned_otherwise(case, mode=Mode.REHEARSAL), mode=Mode.REHEARSAL)
    rehearsed = reported(planned, "examine", unseen)
    verdict = judge_release(rehearsed)
    assert verdict.passed
    assert [finding.state for finding in verdict.of("audit")] == [State.UNAVAILABLE]
    assert all(finding.state is State.PASS for finding in run_controls(rehearsed, verdict))


def test_every_control_is_caught_for_its_own_reasons(case: Case) -> None:
    findings = run_controls(case, judge_release(case))
    assert [finding.subject for finding in findings] == [sabotage.name for sabotage in SABOTAGES]
    assert [finding for finding in findings if finding.state is not State.PASS] == []


def test_controls_hold_for_a_release_that_is_on_the_index_already(case: Case) -> None:
    served = replace(case, index=dict(case.sums))
    verdict = judge_release(served)
    assert verdict.passed
    assert all(finding.state is State.PASS for finding in run_controls(served, verdict))


def test_controls_are_skipped_where_the_release_itself_fails(case: Case) -> None:
    broken = drop(case, SIGNATURE)
    (finding,) = run_controls(broken, judge_release(broken))
    assert finding.state is State.SKIPPED
    assert "does not pass" in finding.found


def test_a_control_that_is_not_caught_is_a_defect_of_the_gate(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Sabotage("nothing", frozenset({"digest-mismatch"}), lambda case: case)
    monkeypatch.setattr(controls, "SABOTAGES", (nothing,))
    (finding,) = run_controls(case, judge_release(case))
    assert (finding.code, finding.state) == ("control-not-caught", State.FAIL)


def test_a_control_that_is_caught_for_another_reason_is_a_defect_of_the_gate(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Sabotage("other", frozenset({"digest-mismatch"}), lambda case: drop(case, SIGNATURE))
    monkeypatch.setattr(controls, "SABOTAGES", (other,))
    (finding,) = run_controls(case, judge_release(case))
    assert finding.code == "control-caught-otherwise"
    assert finding.found == "file-missing, signature-missing"


def test_sabotages_leave_the_case_alone(case: Case) -> None:
    before = dict(case.files)
    run_controls(case, judge_release(case))
    assert dict(case.files) == before
