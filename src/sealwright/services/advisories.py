"""Asks for known vulnerabilities: pip-audit as a program, and OSV itself, to see what pip-audit leaves out."""

from __future__ import annotations

import importlib.metadata
import json
import queue
import tempfile
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.model import Tool
from sealwright.services.environments import base_env
from sealwright.services.http import request
from sealwright.services.processes import run
from sealwright.services.programs import find_program
from sealwright.verify.advisories import CONTROL, Package

_AT_ONCE = 8
_LIMIT = 64 * 1024 * 1024
_HINT = "check the network; a rehearsal goes on without it, a release waits for it"


def query_url(osv_url: str) -> str:
    """Where OSV takes a question about one version of a package."""
    return f"{osv_url}/v1/query"


def reach(osv_url: str, *, seconds: float) -> bytes:
    """The service's answer about `CONTROL`, within `seconds` in all. Raises Unavailable (`audit-unreachable`)."""
    outcome: queue.SimpleQueue[bytes | Unavailable] = queue.SimpleQueue()

    def question() -> None:
        try:
            outcome.put(_ask(osv_url, CONTROL, timeout=seconds))
        except Unavailable as error:
            outcome.put(error)

    # In a thread: looking up a host's name without a network takes as long as the system likes.
    threading.Thread(target=question, name="advisories", daemon=True).start()
    try:
        answer = outcome.get(timeout=seconds)
    except queue.Empty as error:
        message = f"{query_url(osv_url)} did not answer within {seconds:g} s"
        raise Unavailable("audit-unreachable", message, hint=_HINT) from error
    if isinstance(answer, Unavailable):
        raise Unavailable("audit-unreachable", answer.message, hint=_HINT) from answer
    return answer


def audit(
    pylock: bytes, osv_url: str, packages: Iterable[Package], environ: Mapping[str, str]
) -> tuple[bytes, dict[Package, bytes]]:
    """What pip-audit prints about all packages of a pylock.toml, and what OSV answers about each of them.

    Raises Unavailable (`audit-no-answer`).
    """
    asked = sorted(packages)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda package: _answer(osv_url, package), asked)
        report = pip_audit(pylock, osv_url, environ)
        return report, dict(zip(asked, answers, strict=True))


def pip_audit(pylock: bytes, osv_url: str, environ: Mapping[str, str]) -> bytes:
    """The JSON report of pip-audit about every package of a pylock.toml, in all its forks.

    Raises Unavailable (`audit-no-answer`): findings, wrong usage and a service that does not answer all end with exit
    code 1, so only the JSON tells them apart.
    """
    program = find_program("pip-audit", environ)
    with tempfile.TemporaryDirectory(prefix="sealwright-audit-") as scratch:
        (Path(scratch) / "pylock.toml").write_bytes(pylock)
        options = ("--strict", "--progress-spinner", "off", "--format", "json", "--aliases", "on", "--desc", "off")
        source = ("--vulnerability-service", "osv", "--osv-url", query_url(osv_url))
        cache = ("--cache-dir", Path(scratch) / "cache")
        argv = (program, "--locked", *source, *options, *cache, scratch)
        done = run(argv, env=_env(environ), timeout=300, check=False)
    if not done.stdout.lstrip().startswith("{"):
        last = done.tail.splitlines()[-1] if done.tail else "it said nothing"
        raise Unavailable(
            "audit-no-answer",
            f"pip-audit ended with exit code {done.returncode} and no report: {last}",
            hint=_HINT,
        )
    return done.stdout.encode()


def auditor() -> Tool:
    """The pip-audit that is used."""
    return Tool("pip-audit", importlib.metadata.version("pip-audit"))


def _answer(osv_url: str, package: Package) -> bytes:
    try:
        return _ask(osv_url, package)
    except Unavailable as error:
        raise Unavailable("audit-no-answer", f"{' '.join(package)}: {error.message}", hint=_HINT) from error


def _ask(osv_url: str, package: Package, timeout: float | None = None) -> bytes:
    name, version = package
    body = json.dumps({"package": {"name": name, "ecosystem": "PyPI"}, "version": version}).encode()
    headers = {"Content-Type": "application/json"}
    answer = request("POST", query_url(osv_url), headers=headers, body=body, limit=_LIMIT, timeout=timeout)
    return answer.expect(200).body


def _env(environ: Mapping[str, str]) -> dict[str, str]:
    env = base_env(environ)  # PIP_AUDIT_* would change what it does
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
    return {**env, "REQUESTS_CA_BUNDLE": bundle} if bundle else env
