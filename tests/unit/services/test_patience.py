from __future__ import annotations

import pytest

from sealwright.errors import Unavailable, UsageError
from sealwright.services.patience import DEFAULT, VARIABLE, Patience


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def patience(clock: Clock, seconds: float) -> Patience:
    return Patience(seconds, longest=4, sleep=clock.sleep, clock=clock)


def test_an_answer_ends_the_waiting(clock: Clock) -> None:
    answers = iter([None, None, "here"])
    assert patience(clock, 100).until(lambda: next(answers)) == "here"
    assert clock.sleeps == [1, 2]


def test_pauses_grow_to_a_limit_and_end_with_the_budget(clock: Clock) -> None:
    assert patience(clock, 12).until(lambda: None) is None
    assert clock.sleeps == [1, 2, 4, 4, 1]


def test_one_question_is_asked_without_any_patience(clock: Clock) -> None:
    assert patience(clock, 0).until(lambda: "here") == "here"
    assert clock.sleeps == []


def test_the_budget_is_shared_by_all_questions(clock: Clock) -> None:
    shared = patience(clock, 3)
    shared.until(lambda: None)
    shared.until(lambda: None)
    assert sum(clock.sleeps) == 3


def test_a_service_that_does_not_answer_is_asked_again_and_then_reported(clock: Clock) -> None:
    def ask() -> None:
        raise Unavailable("no-answer", "down")

    with pytest.raises(Unavailable):
        patience(clock, 3).until(ask)
    assert clock.sleeps == [1, 2]


@pytest.mark.parametrize("text", ["", "30", "0.5"])
def test_the_environment_may_say_how_long(text: str) -> None:
    assert Patience.of({VARIABLE: text})
    assert DEFAULT > 600


@pytest.mark.parametrize("text", ["soon", "nan", "-1"])
def test_a_budget_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Patience.of({VARIABLE: text})
