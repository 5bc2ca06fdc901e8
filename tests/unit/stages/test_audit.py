from __future__ import annotations

import datetime as dt
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.advisories import CONTROL, REQUESTS, REQUESTS_GHSA, write_advisories
from tests.support.stages import make_context
from tests.support.wheels import write_pylock

from sealwright.config import Policy
from sealwright.config.policy import Audit, Ignore
from sealwright.endpoints import OSV_VARIABLE
from sealwright.model import Finding, State
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import audit
from sealwright.stages.base import Context
from sealwright.verify.statement import VULNERABILITIES, parse

REASON = "only talks to hosts that we run ourselves"
ZERO = "0" * 64
LOCK = write_pylock(
    [
        ("requests", "2.19.0", "", "https://index.example/requests-2.19.0-py2.py3-none-any.whl", ZERO),
        ("colorama", "0.4.6", "sys_platform == 'win32'", "https://index.example/colorama-0.4.6-py3-none-any.whl", ZERO),
    ]
)
CLEAN = write_pylock([("colorama", "0.4.6", "", "https://index.example/colorama-0.4.6-py3-none-any.whl", ZERO)])


@pytest.fixture
def osv(tmp_path: Path) -> Iterator[AdvisoriesStandIn]:
    with AdvisoriesStandIn(write_advisories(tmp_path / "advisories", REQUESTS, REQUESTS_GHSA)) as standin:
        yield standin


def _context(workspace: Path, lock: bytes, url: str, *ignores: Ignore) -> Context:
    policy = Policy(audit=Audit(ignore=ignores))
    files = {"dist/tiny-1.0-py3-none-any.whl": b"a wheel"}
    environ = {OSV_VARIABLE: url, "PIP_AUDIT_FORMAT": "columns"}
    return make_context(workspace, files, made={"evidence/pylock.toml": lock}, policy=policy, environ=environ)


def _ignore(days: int, identifier: str = "CVE-2018-18074", package: str = "Requests") -> Ignore:
    expires = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    return Ignore(id=identifier, package=package, reason=REASON, expires=expires)


def _answers(findings: tuple[Finding, ...]) -> set[tuple[str, State]]:
    assert {finding.check for finding in findings} == {"audit"}
    return {(finding.code, finding.state) for finding in findings}


def _statement(context: Context) -> bytes | None:
    path = context.dossier.locate("statements/audit.json")
    return path.read_bytes() if path else None


def test_closure_without_known_vulnerabilities_passes_with_a_statement(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    context = _context(tmp_path / "work", CLEAN, osv.url)
    result = audit.run(context)
    assert [(f.state, f.found) for f in result.findings] == [(State.PASS, "1 dependency, no known vulnerability")]
    data = _statement(context)
    assert data is not None
    statement = parse(data, "statement")
    assert statement.predicate_type == VULNERABILITIES
    assert statement.covers(context.wheels()[0])
    assert statement.predicate["scanner"]["result"] == []
    assert statement.predicate["scanner"]["db"]["uri"] == osv.url


def test_vulnerable_dependency_fails_and_names_ids_severity_and_fix(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    context = _context(tmp_path / "work", LOCK, osv.url)
    (finding,) = audit.run(context).findings
    assert (finding.code, finding.state, finding.subject) == (
        "vulnerable-dependency",
        State.FAIL,
        "requests 2.19.0",
    )
    assert finding.found == ("PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg); HIGH; fixed in 2.20.0")
    assert "requests>=2.20.0" in finding.hint
    data = _statement(context)
    assert data is not None
    (entry,) = parse(data, "statement").predicate["scanner"]["result"]
    assert entry["id"] == "PYSEC-2018-28"
    assert entry["annotations"][0]["package"] == "pkg:pypi/requests@2.19.0"


def test_packages_of_other_platforms_are_asked_about(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    windows = {**REQUESTS, "id": "PYSEC-2099-1", "aliases": [], "affected": _affected("colorama")}
    with AdvisoriesStandIn(write_advisories(tmp_path / "more", windows)) as more:
        findings = audit.run(_context(tmp_path / "work", LOCK, more.url)).findings
    assert [f.subject for f in findings] == ["colorama 0.4.6"]


def test_empty_closure_passes_without_asking(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    context = _context(tmp_path / "work", write_pylock([]), osv.url)
    (finding,) = audit.run(context).findings
    assert (finding.state, finding.found) == (State.PASS, "0 dependencies: nothing to ask about")
    assert osv.exchanges == []
    assert _statement(context) is None


def test_ignored_vulnerability_passes_and_says_until_when(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    ignore = _ignore(30)
    findings = audit.run(_context(tmp_path / "work", LOCK, osv.url, ignore)).findings
    assert _answers(findings) == {("audit", State.PASS)}
    assert findings[0].found == f"PYSEC-2018-28 is ignored until {ignore.expires.isoformat()}: {REASON}"
    assert findings[-1].found == "2 dependencies, 1 ignored"


@pytest.mark.parametrize(
    ("ignore", "lock", "expected"),
    [
        pytest.param((-1,), LOCK, {"vulnerable-dependency", "ignore-expired"}, id="expired"),
        pytest.param((120,), LOCK, {"vulnerable-dependency", "ignore-too-long"}, id="too long"),
        pytest.param((30,), CLEAN, {"ignore-stale"}, id="stale"),
        pytest.param((30,), write_pylock([]), {"ignore-stale"}, id="stale, nothing to ask about"),
        pytest.param((30, "CVE-2018-0000"), LOCK, {"vulnerable-dependency", "ignore-stale"}, id="another id"),
        pytest.param((30, "CVE-2018-18074", "urllib3"), LOCK, {"vulnerable-dependency", "ignore-stale"}, id="package"),
    ],
)
def test_ignore_that_does_not_apply_fails(
    tmp_path: Path, osv: AdvisoriesStandIn, ignore: tuple[Any, ...], lock: bytes, expected: set[str]
) -> None:
    findings = audit.run(_context(tmp_path / "work", lock, osv.url, _ignore(*ignore))).findings
    assert _answers(findings) == {(code, State.FAIL) for code in expected}


def _affected(name: str) -> list[dict[str, Any]]:
    return [
        {
            "package": {"name": name, "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
    ]


def _control_only(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """A change to every answer but the one about the control package."""

    def tamper(body: bytes) -> bytes:
        document = json.loads(body)
        if any(vuln["id"] == CONTROL["id"] for vuln in document.get("vulns", [])):
            return body
        change(document)
        return json.dumps(document).encode()

    return tamper


def _newer_schema(document: dict[str, Any]) -> None:
    for vuln in document.get("vulns", []):
        vuln["schema_version"] = "2.0.0"


def _no_affected(document: dict[str, Any]) -> None:
    for vuln in document.get("vulns", []):
        del vuln["affected"]


def _more_pages(document: dict[str, Any]) -> None:
    document.setdefault("vulns", [])
    document["next_page_token"] = "abc"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        pytest.param(Fault("POST", "/v1/query", status=503), "audit-unreachable", id="service down"),
        pytest.param(Fault("POST", "/v1/query", tamper=lambda _: b"{}"), "audit-control-missed", id="knows nothing"),
        pytest.param(
            Fault("POST", "/v1/query", tamper=lambda _: b"<html>"), "audit-answer-malformed", id="a portal's page"
        ),
        pytest.param(
            Fault("POST", "/v1/query", tamper=_control_only(_newer_schema)), "audit-schema", id="schema of another age"
        ),
        pytest.param(
            Fault("POST", "/v1/query", tamper=_control_only(_more_pages)), "audit-incomplete", id="more pages"
        ),
        pytest.param(
            Fault("POST", "/v1/query", tamper=_control_only(_no_affected)), "audit-incomplete", id="dropped entries"
        ),
    ],
)
def test_service_that_answers_wrongly_leaves_the_audit_unavailable(
    tmp_path: Path, osv: AdvisoriesStandIn, fault: Fault, code: str
) -> None:
    osv.faults.append(fault)
    context = _context(tmp_path / "work", LOCK, osv.url)
    findings = audit.run(context).findings
    assert (code, State.UNAVAILABLE) in _answers(findings), findings
    assert State.PASS not in {finding.state for finding in findings}
    assert _statement(context) is None


def test_service_that_dies_after_the_first_answer_is_no_answer(tmp_path: Path, osv: AdvisoriesStandIn) -> None:
    osv.faults += [Fault("POST", "/v1/query", times=1), Fault("POST", "/v1/query", status=500)]
    findings = audit.run(_context(tmp_path / "work", LOCK, osv.url)).findings
    assert _answers(findings) == {("audit-no-answer", State.UNAVAILABLE)}


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_nobody_there_is_noticed_within_three_seconds(tmp_path: Path, silent: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        context = _context(tmp_path / "work", LOCK, f"http://127.0.0.1:{listener.getsockname()[1]}")
        started = time.monotonic()
        findings = audit.run(context).findings
    assert time.monotonic() - started < 3
    assert _answers(findings) == {("audit-unreachable", State.UNAVAILABLE)}
