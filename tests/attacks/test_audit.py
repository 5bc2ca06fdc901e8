"""Reports and answers in which something is missing: none may read as "nothing found"."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.support.advisories import CONTROL, REQUESTS, REQUESTS_GHSA

from sealwright.config.policy import Ignore
from sealwright.model import State
from sealwright.verify.audit import judge, judge_control
from sealwright.verify.closure import Closure, Pin

TODAY = dt.date(2026, 3, 1)
FILES = (("x-1.0-py3-none-any.whl", "", "a" * 64),)
CLOSURE = Closure((Pin("colorama", "0.4.6", "sys_platform == 'win32'", FILES), Pin("requests", "2.19.0", "", FILES)))
COLORAMA: dict[str, Any] = {"name": "colorama", "version": "0.4.6", "vulns": []}
CLEAN: dict[str, Any] = {"name": "requests", "version": "2.19.0", "vulns": []}
HIT = {
    "id": "PYSEC-2018-28",
    "aliases": ["CVE-2018-18074", "GHSA-x84v-xcm2-53pg"],
    "fix_versions": ["2.20.0", "2.3"],
}


def _answers(**requests: Any) -> dict[tuple[str, str], bytes]:
    return {("colorama", "0.4.6"): b"{}", ("requests", "2.19.0"): json.dumps(requests).encode()}


def _judge(
    *dependencies: Any, answers: dict[tuple[str, str], bytes] | None = None, ignores: tuple[Ignore, ...] = ()
) -> set[tuple[str, str]]:
    report = json.dumps({"dependencies": dependencies, "fixes": []}).encode()
    findings = judge(report, _answers() if answers is None else answers, CLOSURE, ignores, today=TODAY)
    assert {finding.check for finding in findings} == {"audit"}
    return {(finding.code, finding.state.value) for finding in findings}


def test_complete_and_clean_audit_passes() -> None:
    assert _judge(COLORAMA, CLEAN) == {("audit", "pass")}


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        pytest.param([COLORAMA], "audit-incomplete", id="a package missing"),
        pytest.param([], "audit-incomplete", id="everything missing"),
        pytest.param([COLORAMA, {**CLEAN, "version": "2.34.0"}], "audit-incomplete", id="another version asked about"),
        pytest.param([COLORAMA, CLEAN, {**CLEAN, "name": "evil"}], "audit-unexpected", id="a package too many"),
        pytest.param(
            [COLORAMA, {"name": "requests", "skip_reason": "not found on index"}], "audit-skipped", id="skipped"
        ),
        pytest.param([COLORAMA, {"name": "requests"}], "audit-report-malformed", id="no version"),
        pytest.param([COLORAMA, {**CLEAN, "vulns": None}], "audit-report-malformed", id="no list"),
        pytest.param([COLORAMA, {**CLEAN, "version": "x"}], "audit-report-malformed", id="version that is none"),
    ],
)
def test_incomplete_report_leaves_the_audit_unavailable(dependencies: list[Any], code: str) -> None:
    found = _judge(*dependencies)
    assert (code, "unavailable") in found
    assert "pass" not in {state for _, state in found}


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (b"", "audit-no-answer"),
        (b"Traceback (most recent call last):", "audit-no-answer"),
        (b"[]", "audit-report-malformed"),
        (b"{}", "audit-report-malformed"),
        (b"null", "audit-report-malformed"),
    ],
)
def test_what_is_no_report_leaves_the_audit_unavailable(report: bytes, code: str) -> None:
    (finding,) = judge(report, _answers(), CLOSURE, today=TODAY)
    assert (finding.code, finding.state) == (code, State.UNAVAILABLE)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        pytest.param({}, "audit-incomplete", id="nobody asked"),
        pytest.param({("colorama", "0.4.6"): b"{}"}, "audit-incomplete", id="one not asked about"),
        pytest.param(_answers(vulns=[REQUESTS]), "audit-incomplete", id="advisory that the report lacks"),
        pytest.param(_answers(vulns=[{**REQUESTS, "schema_version": "2.0.0"}]), "audit-schema", id="newer schema"),
        pytest.param(_answers(vulns=[], next_page_token="more"), "audit-incomplete", id="more pages"),
        pytest.param(_answers(vulns=[{"aliases": []}]), "audit-answer-malformed", id="advisory without an id"),
        pytest.param(_answers(vulns=7), "audit-answer-malformed", id="no list"),
        pytest.param({**_answers(), ("requests", "2.19.0"): b"oops"}, "audit-answer-malformed", id="no JSON"),
        pytest.param({**_answers(), ("requests", "2.19.0"): b"[]"}, "audit-answer-malformed", id="no object"),
    ],
)
def test_report_is_held_against_what_osv_said(answers: dict[tuple[str, str], bytes], code: str) -> None:
    found = _judge(COLORAMA, CLEAN, answers=answers)
    assert (code, "unavailable") in found
    assert "pass" not in {state for _, state in found}


def test_withdrawn_advisory_need_not_be_in_the_report() -> None:
    withdrawn = {**REQUESTS, "withdrawn": "2024-01-01T00:00:00Z"}
    assert _judge(COLORAMA, CLEAN, answers=_answers(vulns=[withdrawn])) == {("audit", "pass")}


def test_vulnerability_found_counts_even_if_something_else_is_missing() -> None:
    found = _judge({**CLEAN, "vulns": [HIT]}, answers=_answers(vulns=[REQUESTS, REQUESTS_GHSA]))
    assert {("vulnerable-dependency", "fail"), ("audit-incomplete", "unavailable")} <= found


def test_vulnerability_is_named_once_with_the_newest_fix_in_the_hint() -> None:
    twice = {**CLEAN, "vulns": [HIT, {**HIT, "aliases": ["CVE-2018-18074"], "fix_versions": ["2.20.0"]}]}
    report = json.dumps({"dependencies": [COLORAMA, twice]}).encode()
    (finding,) = judge(report, _answers(vulns=[REQUESTS, REQUESTS_GHSA]), CLOSURE, today=TODAY)
    assert finding.found == "PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg); HIGH; fixed in 2.3, 2.20.0"
    assert "requests>=2.20.0" in finding.hint


def _ignore(days: int, identifier: str = "ghsa-x84v-xcm2-53pg") -> Ignore:
    return Ignore(
        id=identifier, package="requests", reason="only used against our hosts", expires=TODAY + dt.timedelta(days=days)
    )


@pytest.mark.parametrize(
    ("ignores", "expected"),
    [
        pytest.param((_ignore(0),), {("audit", "pass")}, id="last day"),
        pytest.param((_ignore(90),), {("audit", "pass")}, id="ninety days"),
        pytest.param(
            (_ignore(-1),), {("vulnerable-dependency", "fail"), ("ignore-expired", "fail")}, id="a day too late"
        ),
        pytest.param(
            (_ignore(91),), {("vulnerable-dependency", "fail"), ("ignore-too-long", "fail")}, id="a day too long"
        ),
        pytest.param(
            (_ignore(9), _ignore(-9)),
            {("audit", "pass"), ("ignore-expired", "fail")},
            id="an expired one beside a valid one",
        ),
        pytest.param((_ignore(9), _ignore(9, "CVE-2000-1")), {("audit", "pass"), ("ignore-stale", "fail")}, id="stale"),
    ],
)
def test_ignore_holds_from_its_first_to_its_last_day(
    ignores: tuple[Ignore, ...], expected: set[tuple[str, str]]
) -> None:
    hit = {**CLEAN, "vulns": [HIT]}
    assert _judge(COLORAMA, hit, answers=_answers(vulns=[REQUESTS]), ignores=ignores) == expected


def test_ignore_is_not_called_stale_where_answers_are_missing() -> None:
    assert _judge(COLORAMA, ignores=(_ignore(9),)) == {("audit-incomplete", "unavailable")}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (json.dumps({"vulns": [CONTROL]}).encode(), None),
        (b"{}", "audit-control-missed"),
        (json.dumps({"vulns": [{**CONTROL, "withdrawn": "2024-01-01T00:00:00Z"}]}).encode(), "audit-control-missed"),
        (b"<html>", "audit-answer-malformed"),
    ],
)
def test_service_must_know_what_everybody_knows(answer: bytes, code: str | None) -> None:
    finding = judge_control(answer)
    assert (finding.code if finding else None) == code
    assert finding is None or finding.state is State.UNAVAILABLE
