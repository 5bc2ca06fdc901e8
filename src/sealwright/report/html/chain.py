"""The chain from commit to index: six links, each resting on checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.endpoints import GITHUB_URL
from sealwright.model import Finding, State, Verdict
from sealwright.report.findings import WORDS
from sealwright.report.html.answers import Answer, answer_of, deciding
from sealwright.verify.claims import Claims
from sealwright.verify.difference.findings import CHECK as REBUILD


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain."""

    name: str
    answer: Answer
    facts: tuple[str, ...]
    """What is known about it, two short lines at most."""
    checks: tuple[str, ...]
    """Those it rests on that answered."""


_GATE = "Gate verdict"
# What is in no list counts for the gate's verdict, so that a new check is never without a link.
_CHECKS = {
    "Commit": ("release", "source", "plan", "tag", "version", "branch", "changelog", "configuration", "visibility"),
    "Workflow run": ("signer", "agreement", "environment", "approval", "workflow", "protection", "records"),
    "Build": (
        *("runner", "build", "build-environment", "build-tools", "sdist-form", "rebuild-ran", REBUILD),
        *("archive", "names", "record", "metadata", "declared", "dependencies", "entry-points", "contents"),
        *("changes", "wheels", "smoke-untried", "explained", "description", "closure", "smoke", "smoke-import"),
    ),
    "Evidence": (
        *("files", "signatures", "statements", "provenance", "provenance-github", "generator", "vouched"),
        *("sbom", "sbom-agreement", "vex", "audit", "audit-ignores", "audit-yanked", "audit-scope"),
    ),
    _GATE: (),
    "Index": (
        *("probe", "draft", "publisher", "install", "announce"),
        *("withdrawn", "github-release", "release-page", "contributors", "install-untried"),
    ),
}
_INDEX = "index"


def links(verdict: Verdict, claims: Claims | None, mode: str) -> tuple[Link, ...]:
    """The six links, in order. Facts are those of a certificate that holds; without one nothing is known."""
    by_link: dict[str, list[Finding]] = {name: [] for name in _CHECKS}
    for finding in dict.fromkeys(verdict.findings):
        by_link[_link_of(finding.check)].append(finding)
    facts = _facts(verdict, claims, mode)
    return tuple(_link(name, found, facts.get(name, ()), verdict) for name, found in by_link.items())


def _link(name: str, found: list[Finding], facts: tuple[str, ...], verdict: Verdict) -> Link:
    worst = deciding(found, verdict)
    checks = tuple(dict.fromkeys(finding.check for finding in found))
    if worst is None:
        asked = "no check that counts asked" if checks else "no check asked about it"
        return Link(name, Answer(WORDS[State.UNAVAILABLE]), (asked,), checks)
    if worst.state is not State.PASS:
        facts = (worst.code, *facts[:1])
    return Link(name, answer_of(worst, stops=worst in verdict.blocking), tuple(filter(None, facts)), checks)


def _link_of(check: str) -> str:
    if check == _INDEX or check.startswith(f"{_INDEX}-"):
        return "Index"
    return next((name for name, checks in _CHECKS.items() if check in checks), _GATE)


def _facts(verdict: Verdict, claims: Claims | None, mode: str) -> dict[str, tuple[str, ...]]:
    count = len(verdict.subjects)
    facts = {
        "Evidence": (f"{_passed(verdict, 'signatures')} signatures hold", ", ".join(_makers(verdict))),
        "Build": (f"{count} distribution{'s' * (count != 1)}", _built(verdict)),
        _GATE: (_controlled(verdict), f"as a {mode}"),
        "Index": tuple(_on_index(verdict)),
    }
    if claims is None:
        return facts
    repository = claims.repository.removeprefix(f"{GITHUB_URL}/")
    tag = claims.ref.removeprefix("refs/tags/")
    workflow = claims.build_config_uri.partition("@")[0].rpartition("/")[2]
    return {
        **facts,
        "Commit": (repository, claims.commit[:12]),
        "Workflow run": (workflow, f"by {claims.trigger} of {tag}"),
    }


def _passed(verdict: Verdict, check: str) -> int:
    return sum(finding.state is State.PASS for finding in verdict.of(check))


def _makers(verdict: Verdict) -> Iterator[str]:
    if _passed(verdict, "provenance"):
        yield "generator"
    if _passed(verdict, "provenance-github"):
        yield "GitHub"


def _built(verdict: Verdict) -> str:
    twice = {finding.state for finding in verdict.of(REBUILD)}
    if twice:
        return "rebuilt, identical" if twice == {State.PASS} else "rebuilt, different"
    return "GitHub-hosted" if _passed(verdict, "runner") else ""


def _controlled(verdict: Verdict) -> str:
    tried = verdict.of("controls")
    caught = _passed(verdict, "controls")
    return f"{caught}/{len(tried)} sabotages caught" if tried else "the project's word"


def _on_index(verdict: Verdict) -> Iterator[str]:
    attested = _passed(verdict, "index-provenance")  # by PyPI alone, unlike what is asked of TestPyPI too
    if attested:
        compared = _passed(verdict, "index-files")
        yield from (f"{compared} files as planned",) if compared else ()
        yield f"{attested} attested there"
    else:
        yield from (finding.found for finding in verdict.of(_INDEX)[:1])
