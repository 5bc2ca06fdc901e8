import json
import threading

import pytest

from sealwright.pipeline.steps import Job, Keep, Ref, Stage
from sealwright.rehearsal.results import JobResult, JobState, needs_context
from sealwright.rehearsal.schedule import run_all


def job(name, *needed, always=False):
    return Job(name, "", (Stage(("plan",)), Keep(name)), after=needed, always=always)


def go(jobs, fails=(), done=(), stop_after=None, workers=2):
    ran = []

    def run(one, _needed):
        ran.append(one.id)
        return JobResult(one.id, JobState.FAILED if one.id in fails else JobState.OK)

    before = {name: JobResult(name, JobState.OK) for name in done}
    results = run_all(jobs, before, run, lambda *_: None, workers=workers, stop_after=stop_after)
    return ran, {name: result.state for name, result in results.items()}


CHAIN = (job("a"), job("b", "a"), job("c", "b"))


def test_jobs_run_in_the_order_of_their_needs():
    assert go(CHAIN) == (["a", "b", "c"], dict.fromkeys("abc", JobState.OK))


def test_a_failure_stops_dependants_and_nobody_else():
    jobs = (*CHAIN, job("d"))
    ran, states = go(jobs, fails=("a",))
    assert sorted(ran) == ["a", "d"]
    assert states == {"a": JobState.FAILED, "b": JobState.NOT_RUN, "c": JobState.NOT_RUN, "d": JobState.OK}


def test_a_job_that_always_runs_waits_for_the_others_and_runs_whatever_they_did():
    jobs = (*CHAIN, job("told", "a", "b", "c", always=True))
    ran, states = go(jobs, fails=("b",))
    assert ran == ["a", "b", "told"]
    assert states["told"] is JobState.OK


def test_a_job_is_told_how_those_ended_that_it_needs_and_of_no_others():
    told = {}

    def run(one, needed):
        told[one.id] = {id_: result["result"] for id_, result in json.loads(needs_context(needed)).items()}
        return JobResult(one.id, ends.get(one.id, JobState.OK))

    ends = {"b": JobState.FAILED, "d": JobState.SKIPPED, "e": JobState.UNJUDGED}
    jobs = (*CHAIN, job("d"), job("e"), job("told", "a", "b", "c", "d", "e", always=True))
    run_all(jobs, {}, run, lambda *_: None, workers=2)
    assert told["a"] == {}
    assert told["b"] == {"a": "success"}
    assert told["told"] == {"a": "success", "b": "failure", "c": "skipped", "d": "skipped", "e": "failure"}


def test_what_is_done_is_not_run_again():
    assert go(CHAIN, done=("a", "b"))[0] == ["c"]


def test_what_only_github_can_run_is_in_nobodys_way_and_is_not_called_ok():
    def run(one, _needed):
        return JobResult(one.id, JobState.SKIPPED if one.id == "a" else JobState.OK)

    results = run_all(CHAIN, {}, run, lambda *_: None, workers=1)
    assert {name: result.state for name, result in results.items()} == {
        "a": JobState.SKIPPED,
        "b": JobState.OK,
        "c": JobState.OK,
    }


def test_after_the_stop_nothing_is_started_and_nothing_is_called_not_run():
    assert go(CHAIN, stop_after="a") == (["a"], {"a": JobState.OK})


def test_independent_jobs_run_at_the_same_time():
    both = threading.Barrier(2, timeout=20)

    def run(one, _needed):
        both.wait()
        return JobResult(one.id, JobState.OK)

    results = run_all((job("a"), job("b")), {}, run, lambda *_: None, workers=2)
    assert set(results) == {"a", "b"}


def test_the_observer_hears_of_every_start_and_every_end():
    heard = []
    run_all(
        CHAIN,
        {},
        lambda one, _needed: JobResult(one.id, JobState.FAILED if one.id == "b" else JobState.OK),
        lambda name, result: heard.append((name, result.state if result else None)),
        workers=2,
    )
    assert heard == [
        ("a", None),
        ("a", JobState.OK),
        ("b", None),
        ("b", JobState.FAILED),
        ("c", JobState.NOT_RUN),
    ]


def test_a_job_whose_need_is_nowhere_is_never_run():
    lonely = Job("x", "", (Stage(("plan",), env={"V": Ref("nobody", "value")}),))
    assert go((lonely,)) == ([], {})


def test_a_defect_in_a_job_is_not_swallowed():
    def run(one, _needed):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_all(CHAIN, {}, run, lambda *_: None, workers=1)
