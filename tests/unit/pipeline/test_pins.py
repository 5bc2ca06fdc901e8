from __future__ import annotations

import re

import pytest

from sealwright.pipeline.pins import ACTIONS, FLOWS, Pin
from sealwright.pipeline.steps import Action, Flow
from sealwright.verify.slsa import GENERATOR_COMMIT


@pytest.mark.parametrize("pin", [*ACTIONS.values(), *FLOWS.values()])
def test_a_pin_is_a_version_and_a_full_commit(pin: Pin) -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", pin.version)
    assert re.fullmatch(r"[0-9a-f]{40}", pin.commit)


def test_everything_the_table_can_use_is_pinned() -> None:
    assert {action.value for action in Action} <= ACTIONS.keys()
    assert set(Flow) == FLOWS.keys()
    assert len(ACTIONS) <= 6


def test_the_generator_that_is_called_is_the_one_whose_signature_is_accepted() -> None:
    assert FLOWS[Flow.SLSA_GENERIC].commit == GENERATOR_COMMIT
