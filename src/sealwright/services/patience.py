"""Asking again: what was published a moment ago takes its time to be seen everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from sealwright.errors import Unavailable, UsageError

VARIABLE = "SEALWRIGHT_INDEX_PATIENCE"
"""Seconds, for all questions of one stage together."""
DEFAULT = 900.0
"""A node of an index's delivery network has served a page ten minutes old."""

T = TypeVar("T")


class Patience:
    """A budget of waiting, shared by all questions that are asked with it."""

    def __init__(
        self,
        seconds: float,
        *,
        first: float = 1.0,
        longest: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._end = clock() + seconds
        self._first = first
        self._longest = longest
        self._sleep = sleep
        self._clock = clock

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Patience:
        """As long as a job's environment says. Raises UsageError (`patience-malformed`)."""
        text = environ.get(VARIABLE, "") or str(DEFAULT)
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):  # which is false for NaN as well
            raise UsageError("patience-malformed", f"{VARIABLE} is {text!r}, not a number of seconds")
        return cls(seconds)

    def until(self, ask: Callable[[], T | None]) -> T | None:
        """What `ask` answers, asked again with growing pauses while it is None or raises Unavailable.

        None, or the last Unavailable, once the budget is used up. Asks once at least.
        """
        pause = self._first
        while True:
            left = self._end - self._clock()
            try:
                answer = ask()
            except Unavailable:
                if left <= 0:
                    raise
                answer = None
            if answer is not None or left <= 0:
                return answer
            self._sleep(min(pause, left))
            pause = min(pause * 2, self._longest)
