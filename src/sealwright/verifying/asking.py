"""Questions to one service within one budget of time; what is not answered is a value, as every answer is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sealwright.errors import SealwrightError
from sealwright.services import concurrently

AT_ONCE = 2
"""Questions that are asked at the same time; each may have half a gigabyte as its answer."""
SECONDS = 900.0
"""For everything that is asked of one service in one call of a command."""
K = TypeVar("K")
V = TypeVar("V")


def ask_all(ask: Callable[[K], V], keys: Iterable[K], seconds: float) -> dict[K, V | SealwrightError]:
    """Every key with its answer or with why there is none; never waits longer than `seconds`."""
    return concurrently.ask_all(ask, keys, seconds, AT_ONCE)


def ask_one(ask: Callable[[], V], seconds: float) -> V | SealwrightError:
    """The answer to one question, or why there is none."""
    return ask_all(lambda _: ask(), ("",), seconds)[""]
