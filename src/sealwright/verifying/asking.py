"""Many questions to one service within one budget of time; what is not answered is a value, as every answer is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sealwright.errors import SealwrightError
from sealwright.services.concurrently import Questions

AT_ONCE = 2
"""Questions that are asked at the same time; each may have half a gigabyte as its answer."""
SECONDS = 900.0
"""For everything that is asked of one service in one call of a command."""
K = TypeVar("K")
V = TypeVar("V")


def ask_all(ask: Callable[[K], V], keys: Iterable[K], seconds: float) -> dict[K, V | SealwrightError]:
    """Every key with its answer or with why there is none; never waits longer than `seconds`."""

    def answered(key: K) -> tuple[V | SealwrightError]:
        # Wrapped, since an error that is handed on bare is raised again where the answers are collected.
        try:
            return (ask(key),)
        except SealwrightError as error:
            return (error,)

    answers = Questions(answered, keys, AT_ONCE).answers(seconds)
    return {key: answer[0] if isinstance(answer, tuple) else answer for key, answer in answers.items()}


def ask_one(ask: Callable[[], V], seconds: float) -> V | SealwrightError:
    """The answer to one question, or why there is none."""
    return ask_all(lambda _: ask(), ("",), seconds)[""]
