"""Where the files of a release are: TestPyPI, PyPI, GitHub; and what became of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sealwright.endpoints import Endpoints, IndexSite
from sealwright.errors import SealwrightError, Unavailable
from sealwright.lifecycle.held import Held
from sealwright.model import Finding, Mode
from sealwright.model.github import WorkflowRun
from sealwright.services.github import GitHub
from sealwright.services.github_runs import GitHubRuns
from sealwright.services.index import IndexClient, of_release
from sealwright.stages.release_assets import Contents, provenance_name
from sealwright.verify import standing
from sealwright.verify.listing import IndexFile
from sealwright.verify.standing import Progress, Shown

_WORKFLOW = "release.yml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a release has come."""

    held: Held
    findings: tuple[Finding, ...]
    run: WorkflowRun | Unavailable | None
    """None where GitHub knows of none, or nobody asked, as in a rehearsal."""

    @property
    def progress(self) -> Progress:
        """All places together."""
        return standing.progress_of(self.findings)

    def passed(self, place: str) -> bool:
        """Whether a place has exactly what was planned for it."""
        return {f.state.value for f in self.findings if f.check == place} == {"pass"}


def look(held: Held, endpoints: Endpoints, token: str, now: datetime) -> Standing:
    """Ask every place. A place that does not answer is a finding; an empty `token` sees what everybody sees."""
    plan, planned = held.plan, held.distributions
    pypi = _served(held, endpoints.pypi)
    findings = [*held.signed]
    if "testpypi" in plan.jobs:
        findings += standing.judge_index(standing.TESTPYPI, planned, _served(held, endpoints.testpypi))
    else:
        findings.append(Finding.skipped(standing.TESTPYPI, "the project does without it"))
    findings += standing.judge_index(standing.PYPI, planned, pypi)
    findings += standing.judge_window(planned, pypi, now)
    github = GitHub(endpoints.github_api_url, plan.repository, token)
    findings += standing.judge_page(_answer(lambda: _shown(held, github)), plan.tag)
    return Standing(held, tuple(findings), _run(held, endpoints, token))


def _served(held: Held, site: IndexSite) -> tuple[IndexFile, ...] | Unavailable:
    return _answer(lambda: of_release(IndexClient(site).files(held.plan.project.name), held.plan.version))


def _shown(held: Held, github: GitHub) -> Shown | None:
    release = github.find_release(held.plan.tag)
    if release is None:
        return None
    later = {provenance_name(ref.name) for ref in held.distributions}
    found = tuple(Contents(github, release, standing.GITHUB).compare(held.wanted))
    extra = {f.subject for f in found if f.code == "asset-extra"}
    problems = [f for f in found if f.code != "asset-extra" or f.subject not in later]
    if not release.draft:  # announce adds these before it publishes; what they hold is judged by their signatures
        problems += _absent(later - extra)
    page = "" if held.plan.mode is Mode.REHEARSAL else release.page
    return Shown(release.draft, page, tuple(problems), len(held.wanted))


def _absent(names: Iterable[str]) -> list[Finding]:
    expected = "what PyPI answered about the file"
    return [Finding.failed(standing.GITHUB, "asset-missing", n, expected=expected, found="none") for n in sorted(names)]


def _run(held: Held, endpoints: Endpoints, token: str) -> WorkflowRun | Unavailable | None:
    plan = held.plan
    if plan.mode is Mode.REHEARSAL:
        return None
    runs = GitHubRuns(endpoints.github_api_url, plan.repository, token)
    return _answer(lambda: runs.of_tag(plan.tag, plan.commit, _WORKFLOW))


def _answer(ask: Callable[[], T]) -> T | Unavailable:
    try:
        return ask()
    except Unavailable as error:
        return error
    except SealwrightError as error:  # a refusal, such as of a token: the place itself has not been seen
        return Unavailable(error.code, error.message, hint=error.hint)
