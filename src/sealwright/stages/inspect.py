"""Looks into the distributions: every member against the tagged commit, and the description as an index shows it."""

from __future__ import annotations

import importlib.metadata
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack

from sealwright.dossier.store import STATEMENTS
from sealwright.errors import Refused, SealwrightError
from sealwright.model import Finding, Plan, State, Tool
from sealwright.services.git import Repository
from sealwright.services.twine import Rendering, check_descriptions
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.archive import Commit, Expected, judge
from sealwright.verify.statement import TEST_RESULT, make

STATEMENT = f"{STATEMENTS}/inspect.json"
_PYPROJECT = "pyproject.toml"


def run(context: Context) -> Result:
    """Adds statements/inspect.json.

    Checks: `archive`, `names`, `record`, `metadata`, `entry-points`, `contents` and `description`.
    """
    commit = _commit(context)
    findings = (*_archives(context, commit), *_descriptions(context))
    predicate = _predicate(context.plan, commit, findings)
    context.dossier.add(STATEMENT, make(context.distributions(), TEST_RESULT, predicate))
    return Result(findings, _tools(), summary=_summary(findings))


def _commit(context: Context) -> Commit:
    repository = Repository(context.source, context.environ)
    found = repository.commit_of(context.plan.commit)
    if found != context.plan.commit:
        raise Refused("commit-mismatch", f"the plan names {context.plan.commit}, git says {found}")

    def read_object(object_id: str) -> bytes:
        return repository.blobs([object_id])[object_id]

    return Commit(repository.tree(found), read_object, context.plan.project.directory)


def _archives(context: Context, commit: Commit) -> tuple[Finding, ...]:
    plan = context.plan
    with ExitStack() as stack:
        streams = {
            ref.name: stack.enter_context(context.dossier.file(ref).open("rb")) for ref in context.distributions()
        }
        return judge(streams, commit, Expected(plan.project.name, plan.version))


def _descriptions(context: Context) -> tuple[Finding, ...]:
    files = [context.dossier.file(ref) for ref in context.distributions()]
    try:
        return tuple(_description(answer) for answer in check_descriptions(files, context.environ))
    except SealwrightError as error:
        # Not under `description`, which only reports: nobody has looked whether the description can be shown at all.
        return (finding_of(error, "metadata"),)


def _description(answer: Rendering) -> Finding:
    if not answer.rendered:
        return Finding.failed(
            "metadata",
            "description-unrenderable",
            answer.filename,
            expected="a description that an index can show",
            found=answer.messages,
            hint="correct the markup of the README; `twine check --strict` shows the same",
        )
    if answer.missing:
        return Finding.absent(
            "description",
            "description-missing",
            answer.filename,
            expected="a description",
            hint="set `readme` in [project] of pyproject.toml",
        )
    if answer.messages:
        hint = "name a readme with a usual suffix, or set its content-type"
        return Finding.failed("description", "description-type", answer.filename, found=answer.messages, hint=hint)
    return Finding.passed("description", answer.filename, "renders")


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
