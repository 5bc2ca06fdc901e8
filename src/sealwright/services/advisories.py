"""Asks for known vulnerabilities: OSV itself, pip-audit as a program, and the index whose files they are about."""

from __future__ import annotations

import importlib.metadata
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.model import Mode, Tool
from sealwright.services.concurrently import Questions
from sealwright.services.environments import base_env
from sealwright.services.http import Connections, request
from sealwright.services.index import project_files
from sealwright.services.package_index import PackageIndex, SimpleApi
from sealwright.services.processes import run
from sealwright.services.programs import find_program
from sealwright.verify.advisories import CONTROL, ECOSYSTEM, LARGEST, Package
from sealwright.verify.audit import Asked, judge_control
from sealwright.verify.listing import IndexFile, Listing

_AT_ONCE = 6
"""Connections to one service."""
_HINT = "check the network; a rehearsal goes on without it, a release waits for it"
_NO_INDEX = Unavailable(
    "audit-index-unanswered",
    "pip is configured to use no index, so nobody says which files are PyPI's",
    hint="ask with an index: unset PIP_NO_INDEX, or no-index in pip.conf",
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an audit waits, in seconds."""

    first: float
    """For the first answer of the advisory service."""
    whole: float
    """For all others together."""

    @classmethod
    def of(cls, mode: Mode) -> Patience:
        """A laptop without a network learns it at once; a release waits for a slow service rather than start over."""
        return {Mode.REHEARSAL: cls(2.5, 60.0), Mode.RELEASE: cls(20.0, 300.0)}[mode]


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked."""

    osv_url: str
    index: PackageIndex
    environ: Mapping[str, str]
    patience: Patience


def query_url(osv_url: str) -> str:
    """Where OSV takes a question about one version of a package."""
    return f"{osv_url}/v1/query"


def ask(sources: Sources, packages: Iterable[Package]) -> Asked:
    """Everything that is known about some packages, each asked about once, all at the same time.

    Raises Unavailable if the advisory service cannot be reached (`audit-unreachable`) or would not know
    (`judge_control`): then nobody else is asked.
    """
    wanted, end = sorted(set(packages)), time.monotonic() + sources.patience.whole
    deaf = judge_control(reach(sources.osv_url, seconds=sources.patience.first))
    if deaf is not None:
        raise Unavailable(deaf.code, f"{query_url(sources.osv_url)}: {deaf.found}", hint=deaf.hint)
    connections = Connections(_AT_ONCE)
    answers = Questions(lambda package: _ask(sources.osv_url, package, connections), wanted, _AT_ONCE)
    pages = _Pages(sources.index, {name for name, _ in wanted})
    report = _report(sources, wanted)
    found = {package: _told(answer) for package, answer in answers.answers(_left(end)).items()}
    return Asked(frozenset(wanted), report, found, pages.listing(_left(end)))


def _left(end: float) -> float:
    return max(1.0, end - time.monotonic())


def reach(osv_url: str, *, seconds: float) -> bytes:
    """The service's answer about `CONTROL`, within `seconds` in all. Raises Unavailable (`audit-unreachable`)."""
    question = Questions(lambda package: _ask(osv_url, package, timeout=seconds), [CONTROL])
    answer = question.answers(seconds)[CONTROL]
    if isinstance(answer, Unavailable):
        where = query_url(osv_url)
        message = answer.message if where in answer.message else f"{where}: {answer.message}"
        raise Unavailable("audit-unreachable", message, hint=_HINT) from answer
    return answer


def auditor() -> Tool:
    """The pip-audit that is used."""
    try:
        return Tool("pip-audit", importlib.metadata.version("pip-audit"))
    except importlib.metadata.PackageNotFoundError:
        return Tool("pip-audit", "unknown")  # found on PATH, outside this environment


def pip_audit(packages: Iterable[Package], osv_url: str, environ: Mapping[str, str], *, seconds: float) -> bytes:
    """The JSON report of pip-audit about exactly these packages.

    Raises Unavailable (`audit-no-answer`): findings, wrong usage and a service that does not answer all end with exit
    code 1, so only the JSON tells them apart.
    """
    program = find_program("pip-audit", environ)
    with tempfile.TemporaryDirectory(prefix="sealwright-audit-") as scratch:
        # A lock may have several versions of one package, a requirements file may not.
        (Path(scratch) / "pylock.toml").write_text(_lock(packages), "utf-8")
        options = ("--strict", "--progress-spinner", "off", "--format", "json", "--aliases", "on", "--desc", "off")
        source = ("--vulnerability-service", "osv", "--osv-url", query_url(osv_url))
        cache = ("--cache-dir", Path(scratch) / "cache")
        argv = (program, "--locked", *source, *options, *cache, scratch)
        done = run(argv, env=_env(environ), timeout=seconds, check=False)
    if not done.stdout.lstrip().startswith("{"):
        last = done.tail.splitlines()[-1] if done.tail else "it said nothing"
        raise Unavailable(
            "audit-no-answer",
            f"pip-audit ended with exit code {done.returncode} and no report: {last}",
            hint=_HINT,
        )
    return done.stdout.encode()


class _Pages:
    """The index's pages of some projects, being asked for."""

    def __init__(self, index: PackageIndex, names: Iterable[str]) -> None:
        self._names = tuple(sorted(names))
        self._api = index.authority
        self._questions: Questions[str, tuple[IndexFile, ...]] | None = None
        if self._api is not None:
            self._questions = Questions(_page_of(self._api, index.certificate), self._names, _AT_ONCE)

    def listing(self, seconds: float) -> Listing:
        """What has been answered within `seconds` from now."""
        if self._api is None or self._questions is None:
            return Listing("", dict.fromkeys(self._names, _NO_INDEX))
        host, answered = self._api.host, self._questions.answers(seconds)
        return Listing(host, {name: _unanswered(page, host) for name, page in answered.items()})


def _page_of(api: SimpleApi, certificate: str) -> Callable[[str], tuple[IndexFile, ...]]:
    connections = Connections(_AT_ONCE, certificate)
    return lambda name: project_files(api.url, name, headers=api.headers, connections=connections)


def _unanswered(page: tuple[IndexFile, ...] | Unavailable, host: str) -> tuple[IndexFile, ...] | Unavailable:
    if not isinstance(page, Unavailable):
        return page
    message = page.message if host in page.message else f"{host}: {page.message}"
    return Unavailable("audit-index-unanswered", message, hint="try again; the index has to answer as JSON (PEP 691)")


def _told(answer: bytes | Unavailable) -> bytes | Unavailable:
    if not isinstance(answer, Unavailable):
        return answer
    return Unavailable("audit-no-answer", answer.message, hint=_HINT)


def _report(sources: Sources, packages: Iterable[Package]) -> bytes | Unavailable:
    try:
        return pip_audit(packages, sources.osv_url, sources.environ, seconds=sources.patience.whole)
    except Unavailable as error:
        return Unavailable("audit-no-answer", error.message, hint=error.hint or _HINT)


def _ask(osv_url: str, package: Package, connections: Connections | None = None, timeout: float | None = None) -> bytes:
    name, version = package
    body = json.dumps({"package": {"name": name, "ecosystem": ECOSYSTEM}, "version": version}).encode()
    answer = request(
        "POST",
        query_url(osv_url),
        headers={"Content-Type": "application/json"},
        body=body,
        limit=LARGEST,
        timeout=timeout,
        changes_nothing=timeout is None,
        connections=connections,
    )
    return answer.expect(200).body


def _lock(packages: Iterable[Package]) -> str:
    # Names and versions are in normal form: letters, digits and a few signs, none of which TOML minds.
    entries = [f'[[packages]]\nname = "{name}"\nversion = "{version}"\n' for name, version in packages]
    return "\n".join(['lock-version = "1.0"\ncreated-by = "sealwright"\n', *entries])


def _env(environ: Mapping[str, str]) -> dict[str, str]:
    env = base_env(environ)  # PIP_AUDIT_* would change what it does
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
    return {**env, "REQUESTS_CA_BUNDLE": bundle} if bundle else env
