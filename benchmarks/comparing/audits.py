"""What an audit says in situations in which there is more to say than "vulnerable" and "not vulnerable"."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparing.document import table
from comparing.programs import Said, ask
from tests.support.advisories import CONTROL, REQUESTS, write_advisories
from tests.support.stages import make_context
from tests.support.wheels import write_pylock

from sealwright.config import Policy, Settings
from sealwright.endpoints import OSV_VARIABLE
from sealwright.errors import SealwrightError
from sealwright.model import Mode, State
from sealwright.model.verdict import exit_code_of
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.environments import PackageIndex, uv
from sealwright.stages import audit
from sealwright.stages.base import finding_of

VULNERABLE, CLEAN = "requests==2.19.0", "colorama==0.4.6"
_URL = "https://index.example/nobody_has_this_name-1.0-py3-none-any.whl"
_ASK = ("--progress-spinner", "off", "--vulnerability-service", "osv", "--osv-url")


def _about_others(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """Changes every answer but the one about the package by which a service is known to answer at all."""

    def tamper(body: bytes) -> bytes:
        document = json.loads(body)
        if CONTROL["id"] in [advisory["id"] for advisory in document.get("vulns", ())]:
            return body
        change(document)
        return json.dumps(document).encode()

    return tamper


def _each(**fields: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for advisory in document.get("vulns", ()):
            advisory.update(fields)

    return change


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _more_to_come(document: dict[str, Any]) -> None:
    document.update({"vulns": [], "next_page_token": "x"})


def _without_version(lock: str) -> str:
    return "".join(line for line in lock.splitlines(keepends=True) if not line.startswith("version ="))


def _fault(**fields: Any) -> Fault:
    return Fault("POST", "/v1/query", **fields)


@dataclass(frozen=True)
class Situation:
    """One lock file and one service."""

    lock: str
    """A requirement, or the whole lock."""
    right: str
    """`clean`, `vulnerable` or `unknown`."""
    faults: tuple[Fault, ...] = ()
    listening: bool = True
    change: Callable[[str], str] = str
    """Of the lock."""


SITUATIONS: dict[str, Situation] = {
    "no advisory": Situation(CLEAN, "clean"),
    "an advisory": Situation(VULNERABLE, "vulnerable"),
    "a withdrawn advisory": Situation(
        VULNERABLE, "clean", (_fault(tamper=_about_others(_each(withdrawn="2024-01-01T00:00:00Z"))),)
    ),
    "a name that no index has": Situation(
        write_pylock([("nobody-has-this-name", "1.0", "", _URL, "0" * 64)]).decode(), "unknown"
    ),
    "a package without a version, which is skipped": Situation(CLEAN, "unknown", change=_without_version),
    "an answer that is cut off": Situation(VULNERABLE, "unknown", (_fault(tamper=_half),)),
    "an advisory of schema 2": Situation(
        VULNERABLE, "unknown", (_fault(tamper=_about_others(_each(schema_version="2.0.0"))),)
    ),
    "an advisory that does not say what it affects": Situation(
        VULNERABLE, "unknown", (_fault(tamper=_about_others(_each(affected=None))),)
    ),
    "a first page without advisories, and a token for the next": Situation(
        CLEAN,
        "unknown",
        (_fault(tamper=_about_others(_more_to_come)),),
    ),
    "a service that answers `{}` to everything": Situation(VULNERABLE, "unknown", (_fault(tamper=lambda _: b"{}"),)),
    "a page of a portal instead of an answer": Situation(VULNERABLE, "unknown", (_fault(tamper=lambda _: b"<html>"),)),
    "a service that is down": Situation(VULNERABLE, "unknown", (_fault(status=503),)),
    "no service": Situation(VULNERABLE, "unknown", listening=False),
}


def compared(folder: Path) -> str:
    """The part of the document about audits."""
    rows = [_compare(folder / str(at), name) for at, name in enumerate(SITUATIONS)]
    columns = ("pip-audit", "pip-audit --strict", "Sealwright")
    head = ("situation", "right is", *columns)
    wrong = [sum(row[2 + at].endswith("**") for row in rows) for at in range(len(columns))]
    return table(head, [*rows, ("**wrong**, of " + str(len(rows)), "", *map(str, wrong))])


def _compare(folder: Path, name: str) -> tuple[str, ...]:
    folder.mkdir(parents=True)
    situation = SITUATIONS[name]
    lock = situation.change(situation.lock if "\n" in situation.lock else _locked(folder, situation.lock))
    (folder / "audited").mkdir()
    (folder / "audited" / "pylock.toml").write_text(lock)
    with ExitStack() as stack:
        standin = AdvisoriesStandIn(write_advisories(folder / "advisories", REQUESTS))
        stack.enter_context(standin)
        standin.faults += situation.faults
        url = standin.url
        if not situation.listening:
            stack.close()
        said = [_pip_audit(folder, url, situation.right, *strict) for strict in ((), ("--strict",))]
        return (name, situation.right, *said, _sealwright(folder, lock, url, situation.right))


def _locked(folder: Path, requirement: str) -> str:
    options = ("--no-deps", "--no-header", "--no-annotate", "--quiet", "--format", "pylock.toml")
    index = PackageIndex.of(os.environ)
    arguments = ("pip", "compile", *options, "--only-binary", ":all:", *index.uv_options, "-")
    return uv(arguments, os.environ, index, cwd=folder, stdin=requirement.encode()).stdout


def _pip_audit(folder: Path, url: str, right: str, *strict: str) -> str:
    cache = ("--cache-dir", folder / f"cache{''.join(strict)}")
    said = ask("pip-audit", "--locked", *_ASK, f"{url}/v1/query", *strict, *cache, "audited", cwd=folder)
    return _judged(said.code, _words(said), right, _means(said))


def _words(said: Said) -> str:
    if said.crashed:
        return "crash: " + said.last
    known = [line for line in said.text.splitlines() if line.startswith(("No known", "Found", "ERROR", "WARNING"))]
    return "; ".join(dict.fromkeys(line.removeprefix("ERROR:").removeprefix("WARNING:") for line in known)) or said.last


def _means(said: Said) -> str:
    """As whoever reads the exit code and the first words understands it."""
    if said.code == 0:
        return "clean"
    return "vulnerable" if "Found" in said.text and "vulnerabilit" in said.text else "unknown"


def _sealwright(folder: Path, lock: str, url: str, right: str) -> str:
    policy = Policy().with_settings(Settings())
    files = {"dist/tiny-1.0-py3-none-any.whl": b"a wheel"}
    made = {"evidence/pylock.toml": lock.encode()}
    environ = {**PackageIndex.from_pip(os.environ).pip_env(), OSV_VARIABLE: url}
    context = make_context(folder / "ours", files, made=made, policy=policy, mode=Mode.RELEASE, environ=environ)
    try:
        findings = audit.run(context).findings
    except SealwrightError as error:
        findings = (finding_of(error, "audit"),)
    code = exit_code_of(policy.judge(findings, Mode.RELEASE))
    shown = [finding for finding in findings if finding.state is not State.PASS] or list(findings)
    means = {0: "clean", 3: "unknown"}.get(
        code, "vulnerable" if shown[0].code == "vulnerable-dependency" else "unknown"
    )
    return _judged(code, ", ".join(dict.fromkeys(finding.code for finding in shown)), right, means)


def _judged(code: int, words: str, right: str, means: str) -> str:
    text = f"exit {code}: {re.sub('port=[0-9]+', 'port', words)[:120]}"
    return text if means == right else f"{text} **{means}**"
