"""The verification summary as others read it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.evidence import plan_of

from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, Verdict
from sealwright.verify import vsa
from sealwright.verify.statement import TEST_RESULT, make, parse

WHEEL = FileRef("dist/tiny-1.0-py3-none-any.whl", "a" * 64, 10)
POLICY = FileRef("policy.json", "b" * 64, 10)
PASSES = (Finding.passed("provenance"), Finding.passed("provenance-github"))


def verdict(*findings: Finding) -> Verdict:
    return Verdict(POLICY.sha256, (WHEEL,), ("provenance",), (), findings)


def composed(judged: Verdict, *times: datetime) -> dict[str, Any]:
    signed = tuple(SimpleNamespace(verified=SimpleNamespace(signed_at=time)) for time in times)
    evidence: Any = SimpleNamespace(signed=(*signed, SimpleNamespace(verified=None)))
    data = vsa.compose(evidence, plan_of(), judged, (WHEEL,), policy=POLICY, verifier="https://example.org/release.yml")
    predicate: dict[str, Any] = json.loads(data)["predicate"]
    assert parse(data, "vsa").subjects == {WHEEL.name: WHEEL.sha256}
    return predicate


def test_passed_with_provenance_is_level_two_and_no_more() -> None:
    predicate = composed(verdict(*PASSES))
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == ("PASSED", ["SLSA_BUILD_LEVEL_2"])
    assert predicate["slsaVersion"] == "1.1"


def test_a_failure_claims_no_level() -> None:
    predicate = composed(verdict(Finding.failed("provenance", "signer-ref")))
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == ("FAILED", ["FAILED"])


def test_no_provenance_is_no_level() -> None:
    judged = replace(verdict(Finding.passed("files")), required=())
    assert composed(judged)["verifiedLevels"] == ["SLSA_BUILD_LEVEL_UNEVALUATED"]


def test_the_time_is_that_of_the_latest_signature() -> None:
    early, late = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, 4, 5, 6, tzinfo=UTC)
    assert composed(verdict(*PASSES), late, early)["timeVerified"] == "2026-01-03T04:05:06Z"


def test_without_a_signature_the_time_is_the_commits() -> None:
    assert composed(verdict(*PASSES))["timeVerified"] == "2023-11-14T22:13:20Z"


def test_what_was_not_judged_is_named_once_a_check() -> None:
    findings = (
        Finding.unavailable("audit", "advisories-unreachable"),
        Finding.absent("environment", "environment-unproven", "a"),
        Finding.absent("environment", "environment-unproven", "b"),
        Finding.skipped("changelog", "there is none"),
    )
    predicate = composed(verdict(*PASSES, *findings))
    assert predicate["sealwright"]["unjudged"] == ["audit", "changelog", "environment"]


@pytest.mark.parametrize("result", ["PASSED", "FAILED"])
def test_the_result_can_be_read_back(result: str) -> None:
    judged = verdict(*PASSES) if result == "PASSED" else verdict()
    evidence: Any = SimpleNamespace(signed=())
    data = vsa.compose(evidence, plan_of(), judged, (), policy=POLICY, verifier="https://example.org")
    assert vsa.result_of(data, "vsa.json") == result


@pytest.mark.parametrize("data", [b"{}", b"", make((WHEEL,), TEST_RESULT, {"verificationResult": "PASSED"})])
def test_only_a_summary_has_a_result(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        vsa.result_of(data, "vsa.json")
    assert caught.value.code == "statement-malformed"
