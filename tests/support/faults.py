"""Every request of a run going wrong in turn, in every way, and the run made again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import pytest
import urllib3

from sealwright.errors import SealwrightError
from sealwright.rehearsal.standins.server import Fault, StandIn

KINDS: dict[str, dict[str, object]] = {
    "refused before anything was done": {"status": 500, "times": 1},
    "done, and then refused": {"acts": True, "status": 502, "times": 1},
    "done, and the answer cut": {"acts": True, "cut": True, "times": 1},
    "down from then on": {"cut": True},
}
"""Ways of going wrong, as fields of a `Fault`."""


class Attempt(Protocol):
    """A world in which a run can be made, twice."""

    def run(self) -> bool:
        """Whether it passed. Raises SealwrightError where it could not go on."""
        ...

    def complete(self) -> None:
        """Assert that everything is as if nothing had ever gone wrong."""
        ...


World = Callable[[], AbstractContextManager[tuple[Attempt, StandIn]]]


def undisturbed(world: World) -> int:
    """How many requests a run makes of the stand-in where nothing goes wrong."""
    with world() as (attempt, standin):
        before = len(standin.exchanges)
        assert attempt.run()
        made = len(standin.exchanges) - before
        attempt.complete()  # which asks, too
        return made


def fail_each_request(world: World, kind: str) -> None:
    """Let each request go wrong in turn, make a second run, and assert that it completes what the first one left."""
    for number in range(undisturbed(world)):
        with world() as (attempt, standin):
            fault = Fault("", "", skip=number, **KINDS[kind])  # type: ignore[arg-type]
            standin.faults.append(fault)
            passed = _passes(attempt)
            standin.faults.clear()
            assert (fault.skip, fault.times or 0) == (0, 0), f"request {number}: nothing went wrong"
            assert not (passed and fault.times is None), f"request {number}: passed although everything was down"
            assert attempt.run(), f"request {number}, {kind}: a second run does not pass"
            attempt.complete()


def _passes(attempt: Attempt) -> bool:
    try:
        return attempt.run()
    except SealwrightError:
        return False


def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait between two tries of a request."""
    monkeypatch.setattr(urllib3.Retry, "sleep", lambda *_: None)
