from __future__ import annotations

import threading
import time

import pytest

from sealwright.errors import Unavailable
from sealwright.services.concurrently import Questions


def test_every_key_is_asked_once_and_has_its_answer() -> None:
    seen: list[int] = []

    def double(number: int) -> int:
        seen.append(number)
        return number * 2

    assert Questions(double, [1, 2, 2, 3], at_once=2).answers(5) == {1: 2, 2: 4, 3: 6}
    assert sorted(seen) == [1, 2, 3]
    assert Questions(double, []).answers(5) == {}


def test_no_more_than_so_many_are_asked_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def count(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    Questions(count, range(9), at_once=3).answers(5)
    assert most == 3


def test_refusal_is_the_answer_to_one_question_and_a_defect_to_none() -> None:
    def ask(number: int) -> int:
        if number == 1:
            raise Unavailable("no-answer", "one is out")
        if number == 2:
            raise KeyError(number)
        return number

    answers = Questions(ask, [0, 1], at_once=2).answers(5)
    assert answers[0] == 0
    assert isinstance(answers[1], Unavailable)
    with pytest.raises(KeyError):
        Questions(ask, [2]).answers(5)


def test_slow_answers_are_not_waited_for_and_no_further_question_is_put() -> None:
    release, seen = threading.Event(), []

    def ask(number: int) -> int:
        seen.append(number)
        release.wait(60)
        return number

    started = time.monotonic()
    answers = Questions(ask, range(5)).answers(0.1)
    assert time.monotonic() - started < 30
    assert {type(answer) for answer in answers.values()} == {Unavailable}
    release.set()
    time.sleep(0.1)
    assert seen == [0]
