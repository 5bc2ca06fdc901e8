"""Which job runs when: as soon as everything it needs has succeeded, several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from sealwright.pipeline.steps import AnyJob, Job, needs
from sealwright.rehearsal.results import JobResult, JobState

RunJob = Callable[[AnyJob, Mapping[str, JobResult]], JobResult]
"""Called with a job and with how those ended that it needs."""
Observer = Callable[[str, JobResult | None], None]
"""Called with a job's id when it starts (None) and when it has ended."""
_IN_NOBODYS_WAY = (JobState.OK, JobState.SKIPPED)


def run_all(
    jobs: Iterable[AnyJob],
    done: Mapping[str, JobResult],
    run: RunJob,
    observe: Observer,
    *,
    workers: int,
    stop_after: str | None = None,
) -> dict[str, JobResult]:
    """Results of all jobs, those in `done` taken over.

    A job that fails stops its dependants; the others go on. After `stop_after` no further job is started: what is
    left has no result, so that it can be resumed.
    """
    results = dict(done)
    waiting = [job for job in jobs if job.id not in results]
    running: dict[Future[JobResult], AnyJob] = {}
    with ThreadPoolExecutor(workers) as pool:
        while waiting or running:
            stopping = stop_after is not None and stop_after in results
            for job in [] if stopping else [job for job in waiting if _settled(job, results)]:
                waiting.remove(job)
                if _may_run(job, results):
                    observe(job.id, None)
                    running[pool.submit(run, job, {need: results[need] for need in needs(job)})] = job
                else:
                    results[job.id] = _not_run(job, results)
                    observe(job.id, results[job.id])
            if not running:
                if stopping or not any(_settled(job, results) for job in waiting):
                    break
                continue
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                results[job.id] = future.result()
                observe(job.id, results[job.id])
    return results


def blocked(jobs: Iterable[AnyJob], results: Mapping[str, JobResult]) -> dict[str, JobResult]:
    """A result for each job that has none and can no longer run, because something that it needs did not succeed."""
    found: dict[str, JobResult] = {}
    for job in jobs:
        known = {**results, **found}
        if job.id not in known and _settled(job, known) and not _may_run(job, known):
            found[job.id] = _not_run(job, known)
    return found


def _settled(job: AnyJob, results: Mapping[str, JobResult]) -> bool:
    return all(need in results for need in needs(job))


def _may_run(job: AnyJob, results: Mapping[str, JobResult]) -> bool:
    always = isinstance(job, Job) and job.always
    return always or all(results[need].state in _IN_NOBODYS_WAY for need in needs(job))


def _not_run(job: AnyJob, results: Mapping[str, JobResult]) -> JobResult:
    blockers = [need for need in needs(job) if results[need].state not in _IN_NOBODYS_WAY]
    return JobResult(job.id, JobState.NOT_RUN, message=f"needs {blockers[-1]}")
