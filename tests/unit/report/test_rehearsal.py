from dataclasses import replace
from pathlib import Path

import pytest

from sealwright.model import Finding, Record
from sealwright.rehearsal.layout import Subject
from sealwright.rehearsal.rehearse import Outcome
from sealwright.rehearsal.results import JobResult, JobState
from sealwright.report.rehearsal import as_json, closing, job_line, opening, verdict_line

SUBJECT = Subject("tiny", ".", "1.0", "v1.0", "abcdef0123" * 4, "o/tiny", 1, False, ("ubuntu-24.04/3.13",), ())
JOBS = ("plan", "build", "testpypi", "pypi")


def outcome(*results, records=None):
    return Outcome(SUBJECT, Path("out"), JOBS, {r.job: r for r in results}, records or {}, (), ("approvals",))


def ok(*jobs):
    return tuple(JobResult(job, JobState.OK, 1.0) for job in jobs)


def record(job, *findings):
    return Record(job, "0" * 64, (job,), (), (), findings)


FAILED = JobResult("pypi", JobState.FAILED, 0.5, {}, "error: invalid-publisher: no such publisher\n  fix: register it")
STOPPED_AT_PYPI = "FAILED  The release would have stopped at pypi, after the tag."
NOT_RUN = JobResult("pypi", JobState.NOT_RUN, message="needs testpypi")


def test_the_opening_says_what_is_rehearsed():
    assert opening(SUBJECT) == "tiny 1.0, tag v1.0 at abcdef0. Stand-ins on loopback, Rekor v1."


@pytest.mark.parametrize(
    ("results", "exit_code", "line"),
    [
        (ok(*JOBS), 0, "PASSED  4 jobs, from plan to the check after publishing."),
        (
            (*ok("plan", "testpypi", "pypi"), JobResult("build", JobState.SKIPPED)),
            0,
            "PASSED  3 jobs, from plan to the check after publishing. 1 could not run here.",
        ),
        (
            (*ok("plan", "build", "testpypi"), FAILED),
            1,
            f"{STOPPED_AT_PYPI} TestPyPI would have the files, PyPI would not.",
        ),
        (
            (*ok("plan"), JobResult("build", JobState.UNJUDGED)),
            3,
            "COULD NOT JUDGE  The release would have stopped at build, after the tag. No index would have the files.",
        ),
        (ok("plan"), 1, "UNFINISHED  Continue with --resume. No index would have the files."),
    ],
)
def test_the_verdict_is_one_sentence(results, exit_code, line):
    found = outcome(*results)
    assert (found.exit_code, verdict_line(found)) == (exit_code, line)


@pytest.mark.parametrize(
    ("code", "said"), [("rebuild-differs-code", True), ("rebuild-differs-unclassified", True), ("x", False)]
)
def test_a_second_build_with_other_code_is_in_the_last_line_whatever_the_policy(code, said):
    records = {"plan": record("plan", Finding.failed("rebuild", code, "tiny-1.0.tar.gz"))}
    assert ("tiny-1.0.tar.gz" in verdict_line(outcome(*ok(*JOBS), records=records))) == said


def test_a_failure_beside_something_unjudged_is_a_failure():
    found = outcome(*ok("plan"), JobResult("build", JobState.UNJUDGED), FAILED)
    assert found.exit_code == 1


@pytest.mark.parametrize(
    ("result", "findings", "line"),
    [
        (
            ok("build")[0],
            [Finding.passed("build", found="1 wheel, 1 sdist")],
            "  ok      build   1.0s  1 wheel, 1 sdist",
        ),
        (
            JobResult("build", JobState.SKIPPED, message="only GitHub runs .github/workflows/mine.yml"),
            [],
            "  skip    build         not run: only GitHub runs .github/workflows/mine.yml",
        ),
        (
            JobResult("build", JobState.FAILED, 2.0),
            [Finding.passed("version"), Finding.failed("build", "backend-failed")],
            "  FAIL    build   2.0s  backend-failed",
        ),
        (
            JobResult("build", JobState.UNJUDGED, 2.0),
            [Finding.unavailable("audit", "audit-unreachable")],
            "  unseen  build   2.0s  audit-unreachable",
        ),
        (
            JobResult("build", JobState.NOT_RUN, message="needs plan"),
            [],
            "  --      build         not run: needs plan",
        ),
        (None, [], "  --      build         not run: the rehearsal was stopped"),
    ],
)
def test_a_row_says_how_a_job_ended_without_colour(result, findings, line):
    records = {"build": record("build", *findings)} if findings else {}
    results = (result,) if result else ()
    assert job_line(outcome(*results, records=records), "build", 5) == line


def test_a_job_without_a_record_shows_the_line_that_says_what_went_wrong():
    assert job_line(outcome(FAILED), "pypi", 4).endswith("invalid-publisher: no such publisher")


def test_every_failure_is_explained_and_what_was_not_looked_at_is_listed():
    broken = record(
        "build",
        Finding.failed(
            "version", "version-mismatch", "x.whl", expected="1.0", found="1.1", hint="tag the right commit"
        ),
    )
    text = "\n".join(
        closing(
            outcome(*ok("plan"), JobResult("build", JobState.FAILED), records={"build": broken}), 9.81, Path("/home")
        )
    )
    assert "FAIL    version-mismatch x.whl  (build)" in text
    for line in ("expected  1.0", "found     1.1", "fix       tag the right commit", "Not rehearsed:", "  approvals"):
        assert line in text
    assert text.endswith("9.8s  dossier: out")


def test_a_dossier_below_the_reader_s_folder_is_shown_from_there():
    found = replace(outcome(*ok(*JOBS)), out=Path("/home/me/build/rehearsal"))
    assert [*closing(found, 1, Path("/home/me"))][-1] == "1.0s  dossier: build/rehearsal"


def test_what_an_earlier_job_said_already_is_not_said_again():
    absent = Finding.absent("build-environment", "build-lock-absent")
    records = {job: record(job, absent) for job in ("plan", "build")}
    assert "\n".join(closing(outcome(*ok(*JOBS), records=records), 1, Path("/home"))).count("build-lock-absent") == 1


def test_what_two_stages_of_a_failed_job_say_alike_is_said_once():
    missing = Finding.failed("closure", "closure-missing")
    found = outcome(
        *ok("plan"), JobResult("build", JobState.FAILED), records={"build": record("build", missing, missing)}
    )
    assert "\n".join(closing(found, 1, Path("/home"))).count("FAIL    closure-missing") == 1


def test_json_holds_all_jobs_also_those_that_did_not_run():
    document = as_json(outcome(*ok("plan", "build"), NOT_RUN), 1.0)
    assert [(job["job"], job["state"]) for job in document["jobs"]] == [
        ("plan", "ok"),
        ("build", "ok"),
        ("testpypi", "not-run"),
        ("pypi", "not-run"),
    ]
    assert document["passed"] is False
