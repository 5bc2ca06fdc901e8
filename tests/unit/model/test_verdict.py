import pytest

from sealwright.model import FileRef, Finding, State, Verdict

WHEEL = FileRef.of("dist/x-1-py3-none-any.whl", b"x")


def verdict(*findings, required=(), enforced=(), subjects=(WHEEL,)):
    return Verdict("0" * 64, subjects, required, enforced, findings)


def test_every_required_check_passing_passes():
    assert verdict(Finding.passed("a"), required=("a",)).exit_code == 0


@pytest.mark.parametrize("state", [s for s in State if s is not State.PASS])
def test_nothing_but_pass_satisfies_a_required_check(state):
    judged = verdict(Finding("a", "a-code", state), required=("a",))
    assert not judged.passed
    assert judged.exit_code == (3 if state is State.UNAVAILABLE else 1)


@pytest.mark.parametrize(("state", "passed"), [(s, s is not State.FAIL) for s in State])
def test_an_enforced_check_is_broken_by_fail_alone(state, passed):
    assert verdict(Finding("a", "a-code", state), enforced=("a",)).passed is passed


def test_a_required_check_that_never_answered_does_not_pass():
    judged = verdict(Finding.passed("a"), required=("a", "b"))
    assert judged.unanswered == ("b",)
    assert judged.exit_code == 1


def test_one_good_answer_does_not_hide_a_bad_one_of_the_same_check():
    assert not verdict(Finding.passed("a"), Finding.failed("a", "bad"), required=("a",)).passed


def test_a_verdict_about_nothing_does_not_pass():
    assert not verdict(Finding.passed("a"), required=("a",), subjects=()).passed


def test_a_failure_beside_something_unseen_is_a_failure():
    findings = Finding.unavailable("a", "a-unreachable"), Finding.failed("b", "bad")
    assert verdict(*findings, required=("a", "b")).exit_code == 1


def test_a_check_nobody_asked_for_cannot_block():
    assert verdict(Finding.passed("a"), Finding.failed("b", "bad"), required=("a",)).passed
