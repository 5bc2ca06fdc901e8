"""Expectations come from the run, and are never empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.services.trust import public_good, trust_root
from sealwright.stages.workflow_run import expected_of, run_of

VARIABLES = {
    "GITHUB_REPOSITORY": "owner/name",
    "GITHUB_REF": "refs/tags/v1.0",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_RUN_ID": "12",
    "GITHUB_RUN_ATTEMPT": "3",
    "GITHUB_WORKFLOW_REF": "owner/name/.github/workflows/other.yml@refs/tags/v1.0",
}


def test_this_attempt_is_expected_of_what_this_job_signs() -> None:
    expected = expected_of(VARIABLES, this_attempt=True)
    assert expected.run_uri == "https://github.com/owner/name/actions/runs/12/attempts/3"
    assert expected.workflow_uri == "https://github.com/owner/name/.github/workflows/other.yml@refs/tags/v1.0"


def test_any_attempt_of_the_run_is_expected_of_what_others_signed() -> None:
    assert expected_of(VARIABLES, this_attempt=False).run_uri == ""
    assert run_of(VARIABLES) == "https://github.com/owner/name/actions/runs/12"


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_a_missing_variable_is_not_an_empty_expectation(missing: str) -> None:
    with pytest.raises(UsageError) as caught:
        expected_of({**VARIABLES, missing: ""}, this_attempt=True)
    assert caught.value.code == "run-unknown"


def test_the_public_good_root_is_the_default() -> None:
    assert trust_root(Endpoints.of({})) is public_good()


def test_a_trust_root_that_is_not_there_is_an_error_and_not_the_default(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        trust_root(Endpoints.of({"SEALWRIGHT_TRUST_CONFIG": str(tmp_path / "none.json")}))
    assert caught.value.code == "trust-config-unreadable"
