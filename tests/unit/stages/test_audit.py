from __future__ import annotations

import datetime as dt
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.advisories import CONTROL, REQUESTS, REQUESTS_GHSA, advisory, affected
from tests.support.audits import World, audit_world, but_control, digest, filename, locked
from tests.support.projects import git
from tests.support.stages import make_context

from sealwright.config import Policy
from sealwright.config.policy import Audit, Ignore
from sealwright.dossier.store import VEX
from sealwright.endpoints import OSV_VARIABLE
from sealwright.model import Finding, Mode, State
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.advisories import Patience
from sealwright.stages import audit
from sealwright.stages.base import Context
from sealwright.verify.statement import VULNERABILITIES, parse

REASON = "only talks to hosts that we run ourselves"
OLD, WINDOWS = ("requests", "2.19.0"), ("colorama", "0.4.6")
LOCK = locked(OLD, WINDOWS, markers={"colorama": "sys_platform == 'win32'"})
CLEAN = locked(WINDOWS)
NOTHING = locked()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with audit_world(tmp_path / "advisories", REQUESTS, REQUESTS_GHSA, packages=[OLD, WINDOWS]) as world:
        yield world


def _context(workspace: Path, lock: bytes, world: World, *ignores: Ignore, **environ: str) -> Context:
    policy = Policy(audit=Audit(ignore=ignores))
    files = {"dist/tiny-1.0-py3-none-any.whl": b"a wheel"}
    variables = {OSV_VARIABLE: world.osv.url, "PIP_AUDIT_FORMAT": "columns", **world.pip, **environ}
    return make_context(workspace, files, made={audit.PYLOCK: lock}, policy=policy, environ=variables)


def _ignore(days: int, identifier: str = "CVE-2018-18074", package: str = "Requests", **more: Any) -> Ignore:
    expires = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    return Ignore(id=identifier, package=package, reason=REASON, expires=expires, **more)


def _of_audit(findings: tuple[Finding, ...]) -> set[tuple[str, State]]:
    return {(finding.code, finding.state) for finding in findings if finding.check == "audit"}


def _made(context: Context, path: str) -> Any:
    found = context.dossier.locate(path)
    return json.loads(found.read_bytes()) if found else None


def test_closure_without_known_vulnerabilities_passes_with_a_statement_and_a_vex(tmp_path: Path, world: World) -> None:
    context = _context(tmp_path / "work", CLEAN, world)
    result = audit.run(context)
    assert [(f.check, f.state, f.found) for f in result.findings] == [
        ("audit", State.PASS, "1 dependency as 127.0.0.1 lists them, no known vulnerability")
    ]
    statement = parse((tmp_path / "work/new/statements/audit.json").read_bytes(), "statement")
    assert statement.predicate_type == VULNERABILITIES
    assert statement.covers(context.wheels()[0])
    assert statement.predicate["scanner"]["result"] == []
    assert statement.predicate["scanner"]["db"]["uri"] == world.osv.url
    assert _made(context, VEX)["vulnerabilities"] == []
    assert _made(context, audit.SARIF)["runs"][0]["results"] == []


def test_vulnerable_dependency_fails_and_names_ids_severity_and_fix(tmp_path: Path, world: World) -> None:
    context = _context(tmp_path / "work", LOCK, world)
    result = audit.run(context)
    (finding,) = result.findings
    assert (finding.code, finding.state, finding.subject) == ("vulnerable-dependency", State.FAIL, "requests 2.19.0")
    assert finding.found == "PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg); HIGH 7.5; fixed in 2.20.0"
    assert "requests>=2.20.0" in finding.hint
    assert "HIGH 7.5" in result.summary
    (entry,) = _made(context, "statements/audit.json")["predicate"]["scanner"]["result"]
    assert entry["id"] == "PYSEC-2018-28"
    assert entry["severity"][0] == {"method": "CVSSv31", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}
    assert entry["annotations"][0]["package"] == "pkg:pypi/requests@2.19.0"
    (vulnerability,) = _made(context, VEX)["vulnerabilities"]
    assert (vulnerability["id"], vulnerability["analysis"]["state"]) == ("PYSEC-2018-28", "in_triage")


def test_vulnerability_is_shown_at_the_line_that_declares_it(tmp_path: Path, world: World) -> None:
    source = tmp_path / "work/source"
    source.mkdir(parents=True)
    (source / "pyproject.toml").write_text('[project]\nname = "tiny"\ndependencies = [\n  "Requests>=2",\n]\n')
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        git(source, *arguments)
    commit = git(source, "rev-parse", "HEAD").strip()
    environ = {OSV_VARIABLE: world.osv.url, **world.pip}
    files = {"dist/tiny-1.0-py3-none-any.whl": b"a wheel"}
    context = make_context(tmp_path / "work", files, made={audit.PYLOCK: LOCK}, environ=environ, commit=commit)
    audit.run(context)
    (result,) = _made(context, audit.SARIF)["runs"][0]["results"]
    (location,) = result["locations"]
    assert result["ruleId"] == "PYSEC-2018-28"
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "pyproject.toml"
    assert location["physicalLocation"]["region"]["startLine"] == 4


def test_packages_of_other_platforms_are_asked_about(tmp_path: Path) -> None:
    windows = advisory("PYSEC-2099-1", [], affected("colorama"))
    with audit_world(tmp_path / "more", windows, packages=[OLD, WINDOWS]) as world:
        findings = audit.run(_context(tmp_path / "work", LOCK, world)).findings
    assert [f.subject for f in findings] == ["colorama 0.4.6"]


def test_empty_closure_passes_without_asking(tmp_path: Path, world: World) -> None:
    context = _context(tmp_path / "work", NOTHING, world)
    (finding,) = audit.run(context).findings
    assert (finding.state, finding.found) == (State.PASS, "0 dependencies: nothing to ask about")
    assert world.osv.exchanges == world.index.exchanges == []
    assert [_made(context, path) for path in ("statements/audit.json", VEX, audit.SARIF)] == [None, None, None]


def test_ignored_vulnerability_passes_and_says_until_when(tmp_path: Path, world: World) -> None:
    ignore = _ignore(30)
    context = _context(tmp_path / "work", LOCK, world, ignore)
    findings = audit.run(context).findings
    assert {finding.state for finding in findings} == {State.PASS}
    assert findings[0].found == f"PYSEC-2018-28 (HIGH 7.5) is ignored until {ignore.expires.isoformat()}: {REASON}"
    assert findings[1].found == "2 dependencies as 127.0.0.1 lists them, 1 ignored"
    assert findings[2].check == "audit-ignores"
    (result,) = _made(context, audit.SARIF)["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": REASON}]
    (vulnerability,) = _made(context, VEX)["vulnerabilities"]
    assert vulnerability["analysis"]["state"] == "in_triage"
    assert REASON in vulnerability["analysis"]["detail"]


@pytest.mark.parametrize(
    ("ignore", "lock", "expected"),
    [
        pytest.param((-1,), LOCK, {"vulnerable-dependency", "ignore-expired"}, id="expired"),
        pytest.param((120,), LOCK, {"vulnerable-dependency", "ignore-too-long"}, id="too long"),
        pytest.param((30,), CLEAN, {"ignore-stale"}, id="stale"),
        pytest.param((30,), NOTHING, {"ignore-stale"}, id="stale, nothing to ask about"),
        pytest.param((30, "CVE-2018-0000"), LOCK, {"vulnerable-dependency", "ignore-stale"}, id="another id"),
        pytest.param((30, "CVE-2018-18074", "urllib3"), LOCK, {"vulnerable-dependency", "ignore-stale"}, id="package"),
    ],
)
def test_ignore_that_does_not_apply_fails_and_stops_a_release_that_only_reports(
    tmp_path: Path, world: World, ignore: tuple[Any, ...], lock: bytes, expected: set[str]
) -> None:
    context = _context(tmp_path / "work", lock, world, _ignore(*ignore))
    findings = audit.run(context).findings
    assert {f.code for f in findings if f.state is State.FAIL} == expected
    # Nothing raised `audit` here, as the setting `audit = "report"` leaves it.
    for mode in Mode:
        assert {f.code for f in context.policy.judge(findings, mode)} == expected - {"vulnerable-dependency"}


def _schema(document: dict[str, Any]) -> None:
    for vuln in document.get("vulns", []):
        vuln["schema_version"] = "2.0.0"


def _no_affected(document: dict[str, Any]) -> None:
    for vuln in document.get("vulns", []):
        del vuln["affected"]


def _more_pages(document: dict[str, Any]) -> None:
    document.setdefault("vulns", [])
    document["next_page_token"] = "abc"


def _refused(document: dict[str, Any]) -> bytes:
    return b'{"code": 3, "message": "Invalid query"}'


def _cut(document: dict[str, Any]) -> bytes:
    return json.dumps({"vulns": [REQUESTS]}).encode()[:-20]


def _elsewhere(document: dict[str, Any]) -> bytes:
    return json.dumps({"vulns": [CONTROL]}).encode()


QUERY = ("POST", "/v1/query")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *[
            pytest.param(Fault(*QUERY, status=status), "audit-unreachable", id=f"status {status}")
            for status in (302, 400, 403, 404, 429, 500, 503)
        ],
        pytest.param(Fault(*QUERY, tamper=lambda _: b"{}"), "audit-control-missed", id="knows nothing"),
        pytest.param(Fault(*QUERY, tamper=lambda _: b"<html>"), "audit-answer-malformed", id="a portal's page"),
        pytest.param(Fault(*QUERY, tamper=but_control(_schema)), "audit-schema", id="schema of another age"),
        pytest.param(Fault(*QUERY, tamper=but_control(_more_pages)), "audit-incomplete", id="more pages"),
        pytest.param(Fault(*QUERY, tamper=but_control(_no_affected)), "audit-incomplete", id="dropped entries"),
        pytest.param(Fault(*QUERY, tamper=but_control(_cut)), "audit-answer-malformed", id="cut off"),
        pytest.param(Fault(*QUERY, tamper=but_control(_refused)), "audit-answer-malformed", id="an error as an answer"),
        pytest.param(Fault(*QUERY, tamper=but_control(_elsewhere)), "audit-answer-unrelated", id="another's answer"),
    ],
)
def test_service_that_answers_wrongly_leaves_the_audit_unavailable(
    tmp_path: Path, world: World, fault: Fault, code: str
) -> None:
    world.osv.faults.append(fault)
    context = _context(tmp_path / "work", LOCK, world)
    findings = audit.run(context).findings
    assert (code, State.UNAVAILABLE) in _of_audit(findings), findings
    assert State.PASS not in {finding.state for finding in findings}
    assert _made(context, "statements/audit.json") is None
    assert _made(context, VEX) is None
    kinds = {result["kind"] for result in _made(context, audit.SARIF)["runs"][0]["results"]}
    assert "open" in kinds


PAGE = ("GET", "/simple/requests/")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *[
            pytest.param(Fault(*PAGE, status=status), "audit-index-unanswered", id=f"status {status}")
            for status in (301, 401, 403, 429, 500, 503)
        ],
        pytest.param(Fault(*PAGE, status=404), "audit-name-unknown", id="name unheard of"),
        pytest.param(Fault(*PAGE, tamper=lambda _: b"<html>"), "audit-index-unanswered", id="HTML"),
        pytest.param(Fault(*PAGE, tamper=lambda body: body[:-9]), "audit-index-unanswered", id="cut off"),
        pytest.param(Fault(*PAGE, tamper=lambda _: b"{}"), "audit-index-unanswered", id="an empty object"),
        pytest.param(
            Fault(*PAGE, tamper=lambda body: body.replace(b'"requests"', b'"flask"')),
            "audit-index-unanswered",
            id="another project's page",
        ),
        pytest.param(
            Fault(*PAGE, tamper=lambda body: body.replace(digest(*OLD).encode(), b"0" * 64)),
            "audit-file-unknown",
            id="other bytes",
        ),
        pytest.param(
            Fault(*PAGE, tamper=lambda body: body.replace(b"requests-2.19.0", b"requests-2.34.0")),
            "audit-file-unknown",
            id="another version",
        ),
        pytest.param(
            Fault(*PAGE, tamper=lambda body: json.dumps({**json.loads(body), "files": []}).encode()),
            "audit-name-unknown",
            id="no files",
        ),
    ],
)
def test_file_that_the_index_does_not_vouch_for_leaves_the_audit_unavailable(
    tmp_path: Path, fault: Fault, code: str
) -> None:
    with audit_world(tmp_path / "none", packages=[OLD, WINDOWS]) as world:
        world.index.faults.append(fault)
        context = _context(tmp_path / "work", LOCK, world)
        findings = audit.run(context).findings
    assert [(f.code, f.state, f.subject) for f in findings] == [(code, State.UNAVAILABLE, "requests 2.19.0")]
    assert _made(context, VEX) is None


def test_no_index_means_that_nobody_vouches_for_the_files(tmp_path: Path, world: World) -> None:
    findings = audit.run(_context(tmp_path / "work", CLEAN, world, PIP_NO_INDEX="1")).findings
    assert _of_audit(findings) == {("audit-index-unanswered", State.UNAVAILABLE)}
    assert "unset PIP_NO_INDEX" in findings[0].hint
    assert world.index.exchanges == []


def test_index_that_asks_for_a_password_gets_it_and_nobody_else_sees_it(tmp_path: Path, world: World) -> None:
    world.index.user = "reader:se%3Acret"
    quoted = {"PIP_INDEX_URL": world.index.address.replace("%", "%25")}
    context = _context(tmp_path / "work", CLEAN, world, **quoted)
    assert audit.run(context).findings[0].state is State.PASS
    world.index.user = "reader:changed"
    findings = audit.run(_context(tmp_path / "again", CLEAN, world, **quoted)).findings
    assert _of_audit(findings) == {("audit-index-unanswered", State.UNAVAILABLE)}
    for made in (tmp_path / "again/new/reports/audit.sarif").read_text(), str(findings):
        assert "cret" not in made
        assert "reader" not in made


def test_private_file_is_not_taken_for_pypis_of_the_same_name(tmp_path: Path, world: World) -> None:
    """Listed by an extra index alone; the first index knows the name."""
    world.index.files["requests"] = [(filename("requests", "2.34.0"), digest("requests", "2.34.0"))]
    with audit_world(tmp_path / "other", packages=[OLD]) as private:
        extra = {"PIP_EXTRA_INDEX_URL": private.index.address}
        findings = audit.run(_context(tmp_path / "work", locked(OLD), world, **extra)).findings
        assert private.index.exchanges == []
    assert ("audit-file-unknown", State.UNAVAILABLE) in _of_audit(findings)


def test_yanked_file_is_noted(tmp_path: Path, world: World) -> None:
    world.index.yanked[filename(*WINDOWS)] = "made for testing"
    context = _context(tmp_path / "work", CLEAN, world)
    findings = audit.run(context).findings
    assert [(f.check, f.state, f.found) for f in findings if f.check != "audit"] == [
        ("audit-yanked", State.FAIL, "made for testing")
    ]
    assert context.policy.judge(findings, context.plan.mode) == ()


def test_service_that_dies_after_the_first_answer_is_no_answer(tmp_path: Path, world: World) -> None:
    world.osv.faults += [Fault(*QUERY, times=1), Fault(*QUERY, status=500)]
    findings = audit.run(_context(tmp_path / "work", LOCK, world)).findings
    assert _of_audit(findings) == {("audit-no-answer", State.UNAVAILABLE)}


def test_slow_service_is_not_waited_for_longer_than_the_patience(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = Patience(first=2.0, whole=2.0)
    monkeypatch.setattr(Patience, "of", classmethod(lambda *_: patience))
    world.osv.faults += [Fault(*QUERY, times=1), Fault(*QUERY, delay=30)]
    world.index.faults.append(Fault("GET", "/simple/", delay=30))
    started = time.monotonic()
    findings = audit.run(_context(tmp_path / "work", LOCK, world)).findings
    assert time.monotonic() - started < 25
    assert _of_audit(findings) == {
        ("audit-no-answer", State.UNAVAILABLE),
        ("audit-index-unanswered", State.UNAVAILABLE),
    }


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_nobody_there_is_noticed_within_the_patience_for_a_first_answer(
    tmp_path: Path, world: World, silent: bool
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        context = _context(tmp_path / "work", LOCK, world, **{OSV_VARIABLE: url})
        started = time.monotonic()
        findings = audit.run(context).findings
    assert time.monotonic() - started < Patience.of(Mode.REHEARSAL).whole / 2
    assert Patience.of(Mode.REHEARSAL).first < 3
    assert _of_audit(findings) == {("audit-unreachable", State.UNAVAILABLE)}
    assert world.index.exchanges == []
