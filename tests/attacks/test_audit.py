"""Reports, answers and pages in which something is missing: none may read as "nothing found"."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.support.advisories import (
    CONTROL,
    CRYPTOGRAPHY,
    PYYAML_2020,
    PYYAML_2020_GHSA,
    REQUESTS,
    REQUESTS_GHSA,
    URLLIB3_CRLF,
    advisory,
    affected,
)

from sealwright.config.policy import Ignore
from sealwright.errors import Unavailable
from sealwright.model import Finding, State
from sealwright.verify.advisories import Package
from sealwright.verify.audit import Asked, Knowledge, judge_control
from sealwright.verify.closure import Pin
from sealwright.verify.ignores import Ignores
from sealwright.verify.judgement import Judgement, Subject
from sealwright.verify.listing import IndexFile, Listing
from sealwright.verify.origins import Origins

TODAY = dt.date(2026, 3, 1)
OLD = ("requests", "2.19.0")
OTHER = ("colorama", "0.4.6")
DIGESTS = {OLD: "a" * 64, OTHER: "b" * 64}
FILES = {OLD: "requests-2.19.0-py2.py3-none-any.whl", OTHER: "colorama-0.4.6-py2.py3-none-any.whl"}
HIT = {"id": "PYSEC-2018-28", "aliases": ["CVE-2018-18074", "GHSA-x84v-xcm2-53pg"], "fix_versions": ["2.20.0"]}


def _pin(package: Package, marker: str = "") -> Pin:
    return Pin(*package, marker, ((FILES[package], "", DIGESTS[package]),))


PINS = (_pin(OTHER, "sys_platform == 'win32'"), _pin(OLD))


def _pages(**changes: Any) -> dict[str, Any]:
    pages = {name: (IndexFile(FILES[name, version], "", DIGESTS[name, version]),) for name, version in (OLD, OTHER)}
    return {**pages, **changes}


def _entry(package: Package, *vulns: Any, **changes: Any) -> dict[str, Any]:
    return {"name": package[0], "version": package[1], "vulns": list(vulns), **changes}


CLEAN, COLORAMA = _entry(OLD), _entry(OTHER)


def _answers(**requests: Any) -> dict[Package, Any]:
    return {OTHER: b"{}", OLD: json.dumps(requests).encode()}


def _judge(
    *dependencies: Any,
    answers: Mapping[Package, Any] | None = None,
    pages: Mapping[str, Any] | None = None,
    report: bytes | Unavailable | None = None,
    ignores: tuple[Ignore, ...] = (),
    subject: Subject | None = None,
    stale: bool = True,
) -> Judgement:
    made = json.dumps({"dependencies": dependencies, "fixes": []}).encode()
    asked = Asked(
        frozenset((OLD, OTHER)),
        made if report is None else report,
        _answers() if answers is None else answers,
        Listing("index.example", _pages() if pages is None else pages),
    )
    return Knowledge.of(asked).judge(subject or Subject(PINS), Ignores(ignores, TODAY), stale=stale)


def _codes(judgement: Judgement) -> set[tuple[str, str]]:
    return {(finding.code, finding.state.value) for finding in judgement.findings}


def _unknown(judgement: Judgement, code: str) -> Finding:
    """The finding that says that something is not known, where nothing says that all is well."""
    assert not judgement.complete
    assert State.PASS not in {f.state for f in judgement.findings if f.check == "audit"}
    (finding,) = {f for f in judgement.findings if (f.check, f.code, f.state) == ("audit", code, State.UNAVAILABLE)}
    return finding


def test_complete_and_clean_audit_passes_and_names_the_index() -> None:
    judgement = _judge(COLORAMA, CLEAN)
    assert [(f.check, f.state) for f in judgement.findings] == [("audit", State.PASS)]
    assert judgement.findings[0].found == "2 dependencies as index.example lists them, no known vulnerability"


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        pytest.param([COLORAMA], "audit-incomplete", id="a package missing"),
        pytest.param([COLORAMA, {**CLEAN, "version": "2.34.0"}], "audit-incomplete", id="another version asked about"),
        pytest.param([COLORAMA, CLEAN, {**CLEAN, "name": "evil"}], "audit-unexpected", id="a package too many"),
        pytest.param([COLORAMA, {"name": "requests", "skip_reason": "not found"}], "audit-skipped", id="skipped"),
        pytest.param([COLORAMA, {"name": "requests"}], "audit-report-malformed", id="no version"),
        pytest.param([COLORAMA, {**CLEAN, "vulns": None}], "audit-report-malformed", id="no list"),
        pytest.param([COLORAMA, {**CLEAN, "version": "x"}], "audit-report-malformed", id="version that is none"),
        pytest.param([COLORAMA, _entry(OLD, {"id": "CVE-1"})], "audit-report-malformed", id="half a vulnerability"),
    ],
)
def test_incomplete_report_leaves_the_audit_unavailable(dependencies: list[Any], code: str) -> None:
    assert _unknown(_judge(*dependencies), code).hint


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (b"", "audit-no-answer"),
        (b"Traceback (most recent call last):", "audit-no-answer"),
        (b'{"dependencies": [', "audit-no-answer"),
        (b'{"dependencies": [], "dependencies": []}', "audit-no-answer"),
        (b"[]", "audit-report-malformed"),
        (b"{}", "audit-report-malformed"),
        (b"null", "audit-report-malformed"),
        (Unavailable("audit-no-answer", "nobody there"), "audit-no-answer"),
    ],
)
def test_what_is_no_report_leaves_the_audit_unavailable(report: bytes | Unavailable, code: str) -> None:
    assert _unknown(_judge(report=report), code)


def test_what_osv_knows_is_found_even_where_pip_audit_says_nothing() -> None:
    judgement = _judge(report=b"", answers=_answers(vulns=[REQUESTS]))
    assert {("vulnerable-dependency", "fail"), ("audit-no-answer", "unavailable")} == _codes(judgement)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        pytest.param({OTHER: b"{}"}, "audit-incomplete", id="one not asked about"),
        pytest.param(_answers(vulns=[REQUESTS]), "audit-incomplete", id="advisory that the report lacks"),
        pytest.param(_answers(vulns=[{**REQUESTS, "schema_version": "2.0.0"}]), "audit-schema", id="newer schema"),
        pytest.param(
            _answers(vulns=[{k: v for k, v in REQUESTS.items() if k != "affected"}]), "audit-incomplete", id="dropped"
        ),
        pytest.param(_answers(vulns=[URLLIB3_CRLF]), "audit-answer-unrelated", id="answer to another question"),
        pytest.param(_answers(vulns=[], next_page_token="more"), "audit-incomplete", id="more pages"),
        pytest.param(_answers(next_page_token="more"), "audit-incomplete", id="only more pages"),
        pytest.param(
            _answers(code=3, message="Invalid query"), "audit-answer-malformed", id="an error with status 200"
        ),
        pytest.param(_answers(vulns=[{"aliases": []}]), "audit-answer-malformed", id="advisory without an id"),
        pytest.param(_answers(vulns=[{**REQUESTS, "aliases": "CVE"}]), "audit-answer-malformed", id="odd aliases"),
        pytest.param(
            _answers(vulns=[{**REQUESTS, "affected": affected("requests", "soon")}]),
            "audit-answer-malformed",
            id="a fix that is no version",
        ),
        pytest.param(_answers(vulns=7), "audit-answer-malformed", id="no list"),
        pytest.param(_answers(vulns=None), "audit-answer-malformed", id="null for a list"),
        pytest.param({**_answers(), OLD: b"oops"}, "audit-answer-malformed", id="no JSON"),
        pytest.param({**_answers(), OLD: b'{"vulns": [{'}, "audit-answer-malformed", id="cut off"),
        pytest.param({**_answers(), OLD: b'{"vulns":[],"vulns":[]}'}, "audit-answer-malformed", id="a key twice"),
        pytest.param({**_answers(), OLD: b"[" * 100_000}, "audit-answer-malformed", id="nested without end"),
        pytest.param({**_answers(), OLD: b"[]"}, "audit-answer-malformed", id="no object"),
        pytest.param({**_answers(), OLD: b""}, "audit-answer-malformed", id="nothing at all"),
        pytest.param({**_answers(), OLD: Unavailable("audit-no-answer", "503")}, "audit-no-answer", id="no answer"),
    ],
)
def test_report_is_held_against_what_osv_said(answers: dict[Package, Any], code: str) -> None:
    finding = _unknown(_judge(COLORAMA, CLEAN, answers=answers), code)
    assert finding.subject == "requests 2.19.0"


def _listed(filename: str, sha256: str, **more: Any) -> dict[str, Any]:
    return _pages(requests=(IndexFile(filename, "", sha256, **more),))


@pytest.mark.parametrize(
    ("pages", "code", "found"),
    [
        pytest.param(_pages(requests=()), "audit-name-unknown", "no project of this name", id="name unheard of"),
        pytest.param({"colorama": _pages()["colorama"]}, "audit-index-unanswered", "not asked", id="not asked"),
        pytest.param(
            _pages(requests=Unavailable("audit-index-unanswered", "503")), "audit-index-unanswered", "503", id="no page"
        ),
        pytest.param(_listed(FILES[OLD], "c" * 64), "audit-file-unknown", "does not list", id="other bytes"),
        pytest.param(
            _listed("requests-2.34.0-py3-none-any.whl", DIGESTS[OLD]),
            "audit-file-unknown",
            "as requests-2.34.0-py3-none-any.whl",
            id="a file of another version",
        ),
        pytest.param(
            _listed("requests-2.19.0-py3-none-any.whl", DIGESTS[OLD]), "audit-file-unknown", "as ", id="another name"
        ),
        pytest.param(_listed(FILES[OLD], DIGESTS[OTHER]), "audit-file-unknown", "does not list", id="swapped"),
    ],
)
def test_silence_about_a_file_that_is_not_the_indexs_is_no_answer(pages: dict[str, Any], code: str, found: str) -> None:
    finding = _unknown(_judge(COLORAMA, CLEAN, pages=pages), code)
    assert (finding.subject, found in finding.found) == ("requests 2.19.0", True), finding


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://user:secret@private.example/simple/requests/x.whl", "it comes from private.example"),
        ("/opt/wheels/requests.whl", "it comes from a folder"),
        ("https://index.example/x.whl", ""),
        ("http://[half", ""),
    ],
)
def test_where_an_unknown_file_comes_from_is_told_without_passwords(url: str, told: str) -> None:
    pin = Pin(*OLD, "", ((FILES[OLD], url, "c" * 64),))
    for pages in (_pages(), _pages(requests=())):
        (finding,) = Listing("index.example", pages).judge([pin])
        assert told in finding.found
        assert "secret" not in str(finding)


def test_component_without_a_digest_is_not_known_to_be_the_indexs_file() -> None:
    subject = Subject((Pin(*OLD, "", ()),))
    assert "no sha256" in _unknown(_judge(CLEAN, COLORAMA, subject=subject), "audit-file-unknown").found


def test_every_file_of_a_package_has_to_be_the_indexs() -> None:
    files = ((FILES[OLD], "", DIGESTS[OLD]), ("requests-2.19.0.tar.gz", "", "d" * 64), ("r.zip", "", "e" * 64))
    finding = _unknown(_judge(CLEAN, COLORAMA, subject=Subject((Pin(*OLD, "", files),))), "audit-file-unknown")
    assert finding.found.endswith("; 2 of 3 files")


def test_one_cause_for_many_packages_is_told_once() -> None:
    pins = tuple(Pin(f"p{number}", "1", "", (("f", "", "f" * 64),)) for number in range(9))
    down = dict.fromkeys((pin.name for pin in pins), Unavailable("audit-index-unanswered", "index.example: 503"))
    asked = Asked(frozenset(), b'{"dependencies": []}', {}, Listing("index.example", down))
    findings = Knowledge.of(asked).judge(Subject(pins), Ignores((), TODAY)).findings
    assert [(f.code, f.subject) for f in findings] == [
        ("audit-incomplete", "9 packages"),
        ("audit-index-unanswered", "9 packages"),
    ]
    assert findings[1].found == "p0 1: index.example: 503; likewise p1 1, p2 1 and 6 more"


def test_withdrawn_advisory_need_not_be_in_the_report() -> None:
    withdrawn = {**REQUESTS, "withdrawn": "2024-01-01T00:00:00Z"}
    assert _codes(_judge(COLORAMA, CLEAN, answers=_answers(vulns=[withdrawn]))) == {("audit", "pass")}


def test_yanked_file_is_noted_and_stops_nothing() -> None:
    pages = _listed(FILES[OLD], DIGESTS[OLD], yanked=True, yanked_reason="broken on Tuesdays")
    judgement = _judge(COLORAMA, CLEAN, pages=pages)
    (note,) = judgement.notes
    assert (note.check, note.code, note.subject) == ("audit-yanked", "dependency-yanked", "requests 2.19.0")
    assert note.found == "broken on Tuesdays"
    assert ("audit", "pass") in _codes(judgement)


def test_vulnerability_found_counts_even_if_something_else_is_missing() -> None:
    found = _codes(_judge(_entry(OLD, HIT), answers=_answers(vulns=[REQUESTS, REQUESTS_GHSA])))
    assert found == {("vulnerable-dependency", "fail"), ("audit-incomplete", "unavailable")}


def test_vulnerability_that_only_pip_audit_names_counts() -> None:
    (known,) = _judge(COLORAMA, _entry(OLD, HIT)).known
    assert str(known.vulnerability) == "PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg); fixed in 2.20.0"


def test_vulnerability_is_named_once_with_severity_fix_and_the_way_it_comes() -> None:
    subject = Subject(PINS, origins=Origins(frozenset({"b", "c"}), {"requests": ["a"], "a": ["b", "c"]}))
    judgement = _judge(
        COLORAMA, _entry(OLD, HIT, HIT), answers=_answers(vulns=[REQUESTS, REQUESTS_GHSA]), subject=subject
    )
    (known,) = judgement.known
    assert known.finding.found == (
        "PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg); HIGH 7.5; fixed in 2.20.0; brought by b -> a -> requests"
    )
    assert "requests>=2.20.0" in known.finding.hint


def _ignore(days: int, identifier: str = "ghsa-x84v-xcm2-53pg", package: str = "Requests") -> Ignore:
    reason, expires = "only used against our hosts", TODAY + dt.timedelta(days=days)
    return Ignore(id=identifier, package=package, reason=reason, expires=expires)


COVERED = ("audit", "pass")
IN_ORDER = ("audit-ignores", "pass")
OPEN = ("vulnerable-dependency", "fail")


@pytest.mark.parametrize(
    ("ignores", "expected"),
    [
        pytest.param((_ignore(0),), {COVERED, IN_ORDER}, id="last day"),
        pytest.param((_ignore(90),), {COVERED, IN_ORDER}, id="ninety days"),
        pytest.param((_ignore(-1),), {OPEN, ("ignore-expired", "fail")}, id="a day too late"),
        pytest.param((_ignore(91),), {OPEN, ("ignore-too-long", "fail")}, id="a day too long"),
        pytest.param(
            (_ignore(9), _ignore(-9, "CVE-2018-18074")),
            {COVERED, ("ignore-expired", "fail")},
            id="an expired one beside a valid one",
        ),
        pytest.param(
            (_ignore(9), _ignore(80, "pysec-2018-28")),
            {COVERED, ("ignore-duplicate", "fail")},
            id="one vulnerability by two names, of which the longer would win",
        ),
        pytest.param((_ignore(9), _ignore(9, "CVE-2000-1")), {COVERED, ("ignore-stale", "fail")}, id="stale"),
        pytest.param(
            (_ignore(9, package="requests-toolbelt"),), {OPEN, ("ignore-stale", "fail")}, id="of another package"
        ),
        pytest.param((_ignore(9, "PYSEC-2018"),), {OPEN, ("ignore-stale", "fail")}, id="the beginning of an id"),
    ],
)
def test_ignore_holds_for_one_vulnerability_until_its_last_day(
    ignores: tuple[Ignore, ...], expected: set[tuple[str, str]]
) -> None:
    judgement = _judge(COLORAMA, _entry(OLD, HIT), answers=_answers(vulns=[REQUESTS]), ignores=ignores)
    assert _codes(judgement) == expected


def test_the_shorter_of_two_ignores_counts() -> None:
    both = (_ignore(9), _ignore(80, "pysec-2018-28"))
    (known,) = _judge(COLORAMA, _entry(OLD, HIT), answers=_answers(vulns=[REQUESTS]), ignores=both).known
    assert known.ignore == both[0]


SHARED = "CVE-2025-50460"
"""Of another project altogether; databases have given it as an alias of PyYAML's."""


@pytest.mark.parametrize(
    ("names", "left"),
    [
        # GitHub's entry about the first does not have the shared name.
        pytest.param([SHARED], ["PYSEC-2020-96"], id="a name that not every advisory has"),
        pytest.param(["CVE-2020-1747"], ["PYSEC-2099-1"], id="a name of one is not of the other"),
        pytest.param(["CVE-2020-1747", "CVE-2099-1"], [], id="one for each"),
    ],
)
def test_ignore_of_one_vulnerability_does_not_hide_another_with_the_same_alias(
    names: list[str], left: list[str]
) -> None:
    one = {**PYYAML_2020, "aliases": [*PYYAML_2020["aliases"], SHARED]}
    other = advisory("PYSEC-2099-1", ["CVE-2099-1", SHARED], affected("pyyaml", "6.0"))
    package = ("pyyaml", "5.3")
    # pip-audit makes one of them: whatever shares a name is the same to it.
    merged = {"id": "PYSEC-2020-96", "aliases": [*one["aliases"], "CVE-2099-1", "PYSEC-2099-1"], "fix_versions": []}
    pin = Pin(*package, "", (("PyYAML-5.3.tar.gz", "", "a" * 64),))
    asked = Asked(
        frozenset([package]),
        json.dumps({"dependencies": [_entry(package, merged)]}).encode(),
        {package: json.dumps({"vulns": [one, PYYAML_2020_GHSA, other]}).encode()},
        Listing("index.example", {"pyyaml": (IndexFile("PyYAML-5.3.tar.gz", "", "a" * 64),)}),
    )
    ignores = Ignores(tuple(_ignore(9, name, "PyYAML") for name in names), TODAY)
    judgement = Knowledge.of(asked).judge(Subject((pin,)), ignores)
    assert judgement.complete
    assert [known.vulnerability.id for known in judgement.known] == ["PYSEC-2020-96", "PYSEC-2099-1"]
    assert [known.vulnerability.id for known in judgement.known if known.ignore is None] == left


def test_stale_ignore_of_a_withdrawn_advisory_says_so() -> None:
    withdrawn = {**REQUESTS, "withdrawn": "2024-01-01T00:00:00Z"}
    judgement = _judge(COLORAMA, CLEAN, answers=_answers(vulns=[withdrawn]), ignores=(_ignore(9),))
    (rule,) = judgement.rules
    assert (rule.code, rule.found) == ("ignore-stale", "the advisory was withdrawn on 2024-01-01")


def test_live_advisory_is_covered_by_the_name_of_a_withdrawn_one() -> None:
    withdrawn = {**REQUESTS_GHSA, "withdrawn": "2024-01-01T00:00:00Z"}
    answers = _answers(vulns=[REQUESTS, withdrawn])
    judgement = _judge(COLORAMA, _entry(OLD, HIT), answers=answers, ignores=(_ignore(9),))
    assert _codes(judgement) == {COVERED, IN_ORDER}


@pytest.mark.parametrize(
    "judge",
    [
        pytest.param(lambda ignore: _judge(COLORAMA, ignores=(ignore,)), id="where answers are missing"),
        pytest.param(lambda ignore: _judge(COLORAMA, CLEAN, ignores=(ignore,), stale=False), id="of what is released"),
    ],
)
def test_ignore_is_not_called_stale(judge: Callable[[Ignore], Judgement]) -> None:
    assert [rule.code for rule in judge(_ignore(9)).rules] == ["audit-ignores"]
    assert [rule.code for rule in judge(_ignore(-9)).rules] == ["ignore-expired"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (json.dumps({"vulns": [CONTROL]}).encode(), None),
        (b"{}", "audit-control-missed"),
        (json.dumps({"vulns": [{**CONTROL, "withdrawn": "2024-01-01T00:00:00Z"}]}).encode(), "audit-control-missed"),
        (json.dumps({"vulns": [CRYPTOGRAPHY]}).encode(), "audit-answer-unrelated"),
        (json.dumps({"vulns": [{**CONTROL, "schema_version": "3.0"}]}).encode(), "audit-schema"),
        (b"<html>", "audit-answer-malformed"),
    ],
)
def test_service_must_know_what_everybody_knows(answer: bytes, code: str | None) -> None:
    finding = judge_control(answer)
    assert (finding.code if finding else None) == code
    assert finding is None or finding.state is State.UNAVAILABLE
