"""What must hold for the table whatever a project chooses. The rendered file has tests of its own."""

from __future__ import annotations

import pytest

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import (
    WHEELS,
    AnyJob,
    Call,
    CheckSums,
    Ctx,
    Fetch,
    Job,
    Keep,
    ProjectCall,
    Ref,
    Secret,
    Stage,
    Tools,
    Use,
    needs,
    outputs,
    refs,
)

CELLS = (Cell("ubuntu-24.04", "3.11"), Cell("windows-2025", "3.14"))


@pytest.fixture(
    params=[
        Options(CELLS),
        Options(CELLS, notify="notify"),
        Options(CELLS[:1], testpypi=None, generator=False),
        Options(CELLS[:1], testpypi=None, notify="notify"),
        Options(CELLS, extra_gate=".github/workflows/acceptance.yml", egress="block", build_runner="linux-16-cores"),
        Options(CELLS, wheels=".github/workflows/wheels.yml"),
    ]
)
def jobs(request: pytest.FixtureRequest) -> tuple[AnyJob, ...]:
    return table(request.param)


def own(jobs: tuple[AnyJob, ...]) -> list[Job]:
    return [job for job in jobs if isinstance(job, Job)]


def test_every_value_comes_from_an_earlier_job_that_puts_it_out(jobs: tuple[AnyJob, ...]) -> None:
    given: dict[str, tuple[str, ...]] = {}
    for job in jobs:
        assert all(ref.name in given[ref.job] for ref in refs(job)), job.id
        assert set(needs(job)) <= given.keys(), job.id
        assert job.id not in given
        given[job.id] = outputs(job)


def test_no_job_with_an_identity_or_a_write_runs_project_code(jobs: tuple[AnyJob, ...]) -> None:
    running = [job for job in own(jobs) if job.runs_project_code]
    assert {"build", "rebuild", "confirm"} <= {job.id for job in running}
    for job in running:
        assert not job.identity
        assert all(grant.level == "read" for grant in job.grants)


def test_every_grant_says_what_for(jobs: tuple[AnyJob, ...]) -> None:
    assert all(grant.why for job in jobs for grant in job.grants)
    assert all(job.why for job in jobs)


def test_every_job_with_an_identity_but_the_probe_has_an_environment(jobs: tuple[AnyJob, ...]) -> None:
    assert [job.id for job in own(jobs) if job.identity and not job.environment] == ["probe"]


def test_an_identity_comes_late(jobs: tuple[AnyJob, ...]) -> None:
    before = {job.id for job in jobs if job.id.startswith(("plan", "build", "rebuild", "examine", "smoke"))}
    for job in jobs:
        if job.identity:
            assert before <= _all_needs(job, jobs), job.id


def test_everything_published_has_passed_the_gate(jobs: tuple[AnyJob, ...]) -> None:
    for job in own(jobs):
        if job.id in ("testpypi", "pypi", "draft", "announce", "seal"):
            assert "gate" in _all_needs(job, jobs)


def test_publish_jobs_fetch_compare_publish(jobs: tuple[AnyJob, ...]) -> None:
    for job in own(jobs):
        if job.id in ("testpypi", "pypi"):
            assert [type(step) for step in job.steps] == [Fetch, CheckSums, Use]


def test_a_job_has_at_most_one_stage_and_keeps_what_it_made_last(jobs: tuple[AnyJob, ...]) -> None:
    for job in own(jobs):
        kinds = [type(step) for step in job.steps]
        assert kinds.count(Stage) <= 1
        assert kinds.count(Tools) == kinds.count(Stage)
        if Keep in kinds:
            assert kinds[kinds.index(Keep) :] == [Keep] * kinds.count(Keep)


def test_a_stage_is_given_the_digest_of_every_record_it_may_read(jobs: tuple[AnyJob, ...]) -> None:
    recorded = {job.id for job in own(jobs) if any(isinstance(step, Stage) for step in job.steps)}
    for job in own(jobs):
        fetched = {step.artifact.job for step in job.steps if isinstance(step, Fetch)} & recorded
        for step in job.steps:
            if isinstance(step, Stage):
                assert set(step.records) == fetched, job.id


def test_tokens_and_secrets_go_where_they_are_used(jobs: tuple[AnyJob, ...]) -> None:
    values = {
        job.id: set(step.env.values())
        for job in own(jobs)
        for step in job.steps
        if isinstance(step, Stage) and step.env
    }
    assert {id_ for id_, used in values.items() if Ctx.TOKEN in used} <= {"plan", "draft", "announce"}
    assert {id_ for id_, used in values.items() if any(isinstance(v, Secret) for v in used)} <= {
        "notify",
        "notify-approval",
    }


def test_nothing_waits_for_a_job_that_always_runs(jobs: tuple[AnyJob, ...]) -> None:
    always = {job.id for job in own(jobs) if job.always}
    assert always.isdisjoint({other for job in jobs for other in needs(job)})
    assert always <= {"notify"}


def test_nothing_waits_for_a_job_that_only_tells(jobs: tuple[AnyJob, ...]) -> None:
    telling = {job.id for job in jobs if job.id.startswith("notify")}
    assert telling.isdisjoint({other for job in jobs for other in needs(job)})
    assert len(telling) in (0, 2)


def test_who_approves_is_told_when_the_upload_waits_and_not_before(jobs: tuple[AnyJob, ...]) -> None:
    by_id = {job.id: job for job in jobs}
    if "notify-approval" in by_id:
        told, pypi = by_id["notify-approval"], by_id["pypi"]
        assert set(needs(told)) == {*pypi.after, "plan"}  # type: ignore[union-attr]


def test_digests_are_signed_only_after_a_job_without_project_code_has_looked_at_those_very_files(
    jobs: tuple[AnyJob, ...],
) -> None:
    """A build that puts out other sums than it records would have files attested that nobody looked into."""
    sums = Ref("build", "sums")
    (stage,) = (step for job in own(jobs) if job.id == "examine" for step in job.steps if isinstance(step, Stage))
    assert stage.env["SUMS"] == sums
    users = [job for job in jobs if sums in refs(job) and job.id != "examine"]
    assert users
    assert all("examine" in _all_needs(job, jobs) for job in users)


def test_other_peoples_workflows_are_the_generator_alone(jobs: tuple[AnyJob, ...]) -> None:
    assert [job.id for job in jobs if isinstance(job, Call)] in ([], ["provenance"])


def test_the_workflow_that_builds_wheels_gets_nothing_and_hands_one_artifact_to_the_build() -> None:
    made = table(Options(CELLS, wheels=".github/workflows/wheels.yml"))
    (call,) = [job for job in made if isinstance(job, ProjectCall)]
    assert (call.id, call.inputs, call.identity) == ("wheels", {}, False)
    assert {(grant.scope, grant.level) for grant in call.grants} == {("contents", "read")}
    assert outputs(call) == ("artifact",)
    assert needs(call) == ("plan",)
    users = [job.id for job in made if Ref("wheels", "artifact") in refs(job)]
    assert users == ["build"], "whatever comes later has the wheels by the digests that build puts out"
    build = next(job for job in made if job.id == "build")
    assert isinstance(build, Job)
    steps = [step for step in build.steps if isinstance(step, Fetch | Stage)]
    assert [getattr(step, "into", "stage") for step in steps].index(WHEELS) < len(steps) - 1


def _all_needs(job: AnyJob, jobs: tuple[AnyJob, ...]) -> set[str]:
    by_id = {other.id: other for other in jobs}
    found: set[str] = set()
    waiting = list(needs(job))
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += needs(by_id[id_])
    return found
