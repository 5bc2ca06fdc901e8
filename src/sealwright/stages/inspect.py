"""Looks into the distributions: every member against the tagged commit, and the description as an index shows it."""

from __future__ import annotations

import importlib.metadata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sealwright.dossier.store import STATEMENTS
from sealwright.errors import Refused, SealwrightError
from sealwright.model import Finding, Plan, State, Tool
from sealwright.services.git import Repository
from sealwright.stages.base import Context, Result, finding_of
from sealwright.stages.inspecting import commit_at, judge_descriptions, judge_files
from sealwright.verify.archive import Commit, Expected
from sealwright.verify.statement import TEST_RESULT, make

STATEMENT = f"{STATEMENTS}/inspect.json"
_PYPROJECT = "pyproject.toml"


def run(context: Context) -> Result:
    """Adds statements/inspect.json.

    Checks: those of `verify.archive`, and `description`.
    """
    commit = _commit(context)
    findings = tuple(_judge(context, commit))
    predicate = _predicate(context.plan, commit, findings)
    context.dossier.add(STATEMENT, make(context.distributions(), TEST_RESULT, predicate))
    return Result(findings, _tools(), summary=_summary(findings))


def _commit(context: Context) -> Commit:
    repository = Repository(context.source, context.environ)
    found = repository.commit_of(context.plan.commit)
    if found != context.plan.commit:
        raise Refused("commit-mismatch", f"the plan names {context.plan.commit}, git says {found}")
    return commit_at(repository, found, context.plan.project.directory)


def _judge(context: Context, commit: Commit) -> Iterator[Finding]:
    plan = context.plan
    files = [context.dossier.file(ref) for ref in context.distributions()]
    found = judge_files(files, commit, Expected(plan.project.name, plan.version))
    yield from found
    try:
        yield from judge_descriptions(files, found, context.environ)
    except SealwrightError as error:
        # Not under `description`, which only reports: nobody has looked whether the description can be shown at all.
        yield finding_of(error, "metadata")


def _predicate(plan: Plan, commit: Commit, findings: Iterable[Finding]) -> dict[str, object]:
    """What was checked, by check (https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md)."""
    states: defaultdict[str, set[State]] = defaultdict(set)
    for finding in findings:
        states[finding.check].add(finding.state)
    # A project without a README is nothing to stop a release for.
    failed = sorted(check for check, seen in states.items() if State.FAIL in seen and check != "description")
    passed = sorted(check for check, seen in states.items() if seen == {State.PASS})
    warned = sorted(states.keys() - {*failed, *passed})
    configuration: list[dict[str, object]] = [
        {"name": plan.tag, "uri": f"git+{plan.repository}@{plan.ref}", "digest": {"gitCommit": plan.commit}}
    ]
    pyproject = commit.blob(_PYPROJECT)
    if pyproject:
        configuration.append({"name": _PYPROJECT, "digest": {"gitBlob": pyproject}})
    return {
        "result": "FAILED" if failed else "WARNED" if warned else "PASSED",
        "configuration": configuration,
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }


def _tools() -> tuple[Tool, ...]:
    try:
        return (Tool("twine", importlib.metadata.version("twine")),)
    except importlib.metadata.PackageNotFoundError:
        return ()  # found on PATH, outside the job's environment; its finding says whether it answered


def _summary(findings: Iterable[Finding]) -> str:
    lines = [f"- {f.subject}: {f.found}" for f in findings if f.check == "contents" and f.state is State.PASS]
    return "\n".join(("### Contents", "", *lines)) if lines else ""
