"""The chain from commit to index: six links, each resting on checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealwright.endpoints import GITHUB_URL
from sealwright.model import Finding, State, Verdict
from sealwright.report.html.answers import Answer, joined
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
    "Workflow run": ("signer", "agreement", "runner", "environment", "approval", "workflow", "protection", "records"),
    "Build": (
        *("build", "build-environment", "build-tools", "sdist-form", "rebuild-ran", REBUILD, "archive", "names"),
        *("record", "metadata", "declared", "dependencies", "entry-points", "contents", "explained", "description"),
        *("closure", "smoke", "smoke-import"),
    ),
    "Evidence": (
        *("provenance", "provenance-github", "generator", "signatures", "statements", "sbom", "sbom-agreement", "vex"),
        *("audit", "audit-ignores", "audit-yanked", "audit-scope"),
    ),
    _GATE: (),
    "Index": ("probe", "testpypi", "testpypi-check", "pypi", "install"),
}
_INDEX = "index"


def links(verdict: Verdict, claims: Claims | None, mode: str) -> tuple[Link, ...]:
    """The six links, in order. Facts are those of a certificate that holds; without one nothing is known."""
    by_link: dict[str, list[Finding]] = {name: [] for name in _CHECKS}
    for finding in dict.fromkeys(verdict.findings):
        by_link[_link_of(finding.check)].append(finding)
    facts = _facts(verdict, claims, mode)
    return tuple(
        Link(name, joined(found, verdict), facts.get(name, ()), tuple(dict.fromkeys(f.check for f in found)))
        for name, found in by_link.items()
    )


def _link_of(check: str) -> str:
    if check == _INDEX or check.startswith(f"{_INDEX}-"):
        return "Index"
    return next((name for name, checks in _CHECKS.items() if check in checks), _GATE)


def _facts(verdict: Verdict, claims: Claims | None, mode: str) -> dict[str, tuple[str, ...]]:
    count = len(verdict.subjects)
    facts = {
        "Evidence": (f"{_passed(verdict, 'signatures')} signatures hold", ", ".join(_makers(verdict))),
        "Build": (f"{count} distribution{'s' * (count != 1)}", _rebuilt(verdict)),
        _GATE: ("the project's own word", f"as a {mode}"),
        "Index": tuple(_on_index(verdict)),
    }
    if claims is None:
        return facts
    repository = claims.repository.removeprefix(f"{GITHUB_URL}/")
    tag = claims.ref.removeprefix("refs/tags/")
    workflow = claims.build_config_uri.partition("@")[0].rpartition("/")[2]
    return {
        **facts,
        "Commit": (repository, f"{claims.commit[:12]}, {tag}"),
        "Workflow run": (f"{workflow}, {claims.trigger}", claims.runner),
    }


def _passed(verdict: Verdict, check: str) -> int:
    return sum(finding.state is State.PASS for finding in verdict.of(check))


def _makers(verdict: Verdict) -> Iterator[str]:
    if _passed(verdict, "provenance"):
        yield "generator"
    if _passed(verdict, "provenance-github"):
        yield "GitHub"


def _rebuilt(verdict: Verdict) -> str:
    found = verdict.of(REBUILD)
    if not found:
        return ""
    return "built twice, the same" if all(f.state is State.PASS for f in found) else "built twice, not the same"


def _on_index(verdict: Verdict) -> Iterator[str]:
    served = [f for f in verdict.findings if f.check in ("index-files", _INDEX)]
    if served:
        yield served[-1].found or served[-1].code
    if _passed(verdict, "index-provenance"):
        yield f"{_passed(verdict, 'index-provenance')} attested there"
