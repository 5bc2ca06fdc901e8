"""What the jobs said of themselves: each record there, of this plan, and nothing in it that stops a release.

A record shows what a job answered, not that the answer is true: jobs that ran project code may write anything.
So records add failures to a verdict, and no check of the gate is ever satisfied by one alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sealwright.dossier import decode
from sealwright.dossier.store import PLAN, POLICY, record_path
from sealwright.errors import Refused
from sealwright.model import Finding, Plan, Record, State
from sealwright.model.digest import is_sha256, sha256_hex
from sealwright.verify.evidence import Case, Evidence, data_at
from sealwright.verify.statement import TEST_RESULT, parse
from sealwright.verify.taken_wheels import UNTRIED

CHECK = "records"
_PLAN_JOB = "plan"

ANSWERED_BY = {"tag": "plan", "version": "plan", "contents": "examine", "closure": "examine", "audit": "examine"}
"""Checks that the gate cannot make itself, and the job, which runs no project code, that makes them."""


def load(case: Case) -> tuple[dict[str, Record], tuple[Finding, ...]]:
    """The usable records by job, and why others are not.

    Codes: `record-digest-empty`, `record-digest-malformed`, `record-missing`, `record-changed`, `malformed`,
    `record-of-another-job`, `record-of-another-plan`, `record-stages`, `record-empty`.
    """
    read = {job: _read(case, job) for job in case.jobs}
    records = {job: record for job, record in read.items() if isinstance(record, Record)}
    problems = [finding for finding in read.values() if isinstance(finding, Finding)]
    plan = records[_PLAN_JOB].output(PLAN) if _PLAN_JOB in records else None
    usable = {}
    for job, record in records.items():
        problem = _unfit(record, job, plan.sha256 if plan else "", case.jobs[job])
        if problem is None:
            usable[job] = record
        else:
            problems.append(problem)
    return usable, tuple(problems)


def load_plan(case: Case, records: Mapping[str, Record]) -> tuple[Plan | None, tuple[Finding, ...]]:
    """The plan, if plan.json is the very file that the plan job recorded. Codes: `plan-missing`, `plan-changed`."""
    ref = records[_PLAN_JOB].output(PLAN) if _PLAN_JOB in records else None
    data = data_at(case.files, PLAN)
    if ref is None or data is None:
        return None, (Finding.absent(_PLAN_JOB, "plan-missing", PLAN, hint="the plan job's artifact is incomplete"),)
    if sha256_hex(data) != ref.sha256:
        return None, (
            Finding.failed(
                _PLAN_JOB,
                "plan-changed",
                PLAN,
                expected=f"sha256:{ref.sha256}",
                found=f"sha256:{sha256_hex(data)}",
                hint="a plan is never changed once written; the artifact was replaced",
            ),
        )
    try:
        return decode(Plan, data, PLAN), ()
    except Refused as error:
        return None, (Finding.failed(_PLAN_JOB, error.code, PLAN, found=error.message, hint=error.hint),)


def check_records(evidence: Evidence) -> Iterator[Finding]:
    """Every job that had to leave a record left one, of this plan, with answers in it."""
    yield from evidence.problems
    for job, record in evidence.records.items():
        yield Finding.passed(CHECK, job, f"{len(record.findings)} answers")


def check_plan(evidence: Evidence) -> Iterator[Finding]:
    """The plan is about the commit, tag and repository that were expected, for what it is judged as, and has all jobs.

    Codes: `plan-repository`, `plan-commit`, `plan-tag`, `plan-mode`, `plan-jobs`, `policy-changed`.
    """
    plan, expected = evidence.plan, evidence.case.expected
    if plan is None:
        return  # load_plan said why
    pairs = (
        ("plan-repository", expected.repository.lower(), plan.repository.lower()),
        ("plan-commit", expected.commit, plan.commit),
        ("plan-tag", expected.ref, plan.ref),
        ("plan-mode", evidence.case.mode.value, plan.mode.value),
        ("plan-jobs", " ".join(evidence.case.jobs), " ".join(job for job in plan.jobs if job in evidence.case.jobs)),
        ("policy-changed", evidence.case.policy_sha256, getattr(evidence.output(_PLAN_JOB, POLICY), "sha256", "")),
    )
    wrong = [
        Finding.failed(
            "plan", code, PLAN, expected=wanted, found=found, hint="this plan was made for something else; tag again"
        )
        for code, wanted, found in pairs
        if wanted != found
    ]
    yield from wrong or [Finding.passed("plan", PLAN, f"{plan.project.name} {plan.version} at {plan.commit[:12]}")]


def check_smoke(evidence: Evidence) -> Iterator[Finding]:
    """Every planned combination of runner and Python tried every distribution that it can install.

    Codes: `smoke-cell-missing`, `test-failed`; `smoke-untried-skipped` for a wheel that fits none of them. What a cell
    found wrong comes from its record.
    """
    if evidence.plan is None or not evidence.plan.cells:
        yield Finding.absent("smoke", "smoke-cell-missing", expected="at least one cell", hint="configure `cells`")
        return
    for cell in evidence.plan.cells:
        yield _judge_cell(evidence, cell.job)
    yield from _untried(evidence, tuple(cell.job for cell in evidence.plan.cells))


def check_answers(evidence: Evidence) -> Iterator[Finding]:
    """What only one job can answer was answered by that job; its answers themselves are carried over.

    Codes: `<check>-missing`. An answer by another job does not count.
    """
    for check, job in ANSWERED_BY.items():
        record = evidence.records.get(job)
        if record is None or not any(f.check == check for f in record.findings):
            hint = f"the job {job} recorded no answer of this check; nothing is known"
            yield Finding.absent(check, f"{check}-missing", job, expected=f"an answer by {job}", hint=hint)


def carry_over(evidence: Evidence, own: frozenset[str]) -> Iterator[Finding]:
    """What the jobs themselves answered, with the job named in the subject.

    Passes of a check that is the gate's `own` are left out: nobody else can satisfy it.
    """
    for job, record in evidence.records.items():
        for finding in record.findings:
            if finding.state is not State.PASS or finding.check not in own:
                subject = f"{job}: {finding.subject}" if finding.subject else job
                yield replace(finding, subject=subject)


def _read(case: Case, job: str) -> Record | Finding:
    path, digest = record_path(job), case.records.get(job, "")
    if not is_sha256(digest):
        code = "record-digest-malformed" if digest else "record-digest-empty"
        return Finding.failed(
            CHECK, code, job, expected="a SHA-256", found=repr(digest), hint="its output was lost; run that job again"
        )
    data = data_at(case.files, path)
    if data is None:
        return Finding.absent(CHECK, "record-missing", job, expected=path, hint="its artifact is missing or incomplete")
    if sha256_hex(data) != digest:
        return Finding.failed(
            CHECK,
            "record-changed",
            job,
            expected=f"sha256:{digest}",
            found=f"sha256:{sha256_hex(data)}",
            hint="the artifact was replaced after the job ended",
        )
    try:
        return decode(Record, data, path)
    except Refused as error:
        return Finding.failed(CHECK, error.code, job, found=error.message, hint=error.hint)


def _unfit(record: Record, job: str, plan: str, stages: tuple[str, ...]) -> Finding | None:
    pairs = (
        ("record-of-another-job", job, record.job),
        ("record-of-another-plan", plan or "a recorded plan", record.plan),
        ("record-stages", " ".join(stages), " ".join(record.stages)),
        ("record-empty", "at least one answer", "at least one answer" if record.findings else "none"),
    )
    for code, wanted, found in pairs:
        if wanted != found:
            return Finding.failed(CHECK, code, job, expected=wanted, found=found, hint=_RECORD_HINT)
    return None


_RECORD_HINT = "the record is not one that this job writes for this release; look at the log of the job"


def _judge_cell(evidence: Evidence, job: str) -> Finding:
    path = f"statements/{job}.json"
    ref, data = evidence.output(job, path), data_at(evidence.case.files, path)
    if ref is None or data is None:
        return Finding.absent(
            "smoke",
            "smoke-cell-missing",
            job,
            expected=path,
            hint="this combination was planned and has no signed result; look at the log of its job",
        )
    result = _test_result(data, path)
    if result not in ("PASSED", "WARNED"):
        return Finding.failed(
            "smoke", "test-failed", job, expected="PASSED", found=result, hint="its statement says that it failed"
        )
    return Finding.passed("smoke", job, f"{result.lower()}, says the job itself")


def _untried(evidence: Evidence, jobs: tuple[str, ...]) -> Iterator[Finding]:
    """Wheels that no cell says it tried: each of them must have tried whatever does not come from elsewhere."""
    tried = {name for job in jobs for name in _subjects(evidence, f"statements/{job}.json")}
    for wheel in evidence.wheels if evidence.case.wheels else ():
        if wheel.name not in tried:
            yield Finding.skipped(UNTRIED, "no cell has its platform and Python: nobody installed it", wheel.name)


def _subjects(evidence: Evidence, path: str) -> tuple[str, ...]:
    try:
        return tuple(parse(data_at(evidence.case.files, path) or b"", path).subjects)
    except Refused:
        return ()  # said of the cell


def _test_result(data: bytes, path: str) -> str:
    try:
        statement = parse(data, path)
    except Refused as error:
        return error.message
    if statement.predicate_type != TEST_RESULT:
        return f"a statement of type {statement.predicate_type}"
    return str(statement.predicate.get("result"))
