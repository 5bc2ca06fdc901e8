"""Caches: content that some other run, perhaps of a fork's pull request, left behind."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.actions import cache_of, caches_by_default
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job

_IDENTITY = blocking(
    "cache-with-identity",
    "a cache restored in a job with an identity",
    "Whoever poisons the cache runs code with the right to publish; TanStack's packages then even had valid"
    " provenance.",
    "Found where a job with `id-token: write` uses actions/cache, `cache:` of a setup action, or"
    " `enable-cache: true`. Remove it: a publish job has nothing to install.",
)
_BUILD = blocking(
    "cache-in-build",
    "a cache restored in a job whose files are published",
    "A cache is shared with other runs of the repository: Ultralytics published what a pull request had put into one.",
    "Found in jobs that a publish job waits for and that build, or keep files for it. Build what is released"
    " without any cache; tests may keep theirs.",
)
_DEFAULT = advice(
    "cache-by-default",
    "an action that caches unless told not to",
    "What it does depends on its version and on the event, which nobody sees who reads the workflow.",
    "Say it: `enable-cache: false` for setup-uv, `cache: false` for setup-go.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        if job.identity or posture.makes_files(job):
            yield from _in(posture, job)


def _in(posture: Posture, job: Job) -> Iterator[Defect]:
    for step in posture.steps(job):
        cache = cache_of(step)
        if cache is not None:
            code = _IDENTITY if job.identity else _BUILD
            yield Defect(code, step.place, f"{cache} in job {job.id}", "remove the cache from this step")
        elif caches_by_default(step):
            name = "enable-cache" if step.action == "astral-sh/setup-uv" else "cache"
            yield Defect(_DEFAULT, step.place, f"{step.action} in job {job.id}", f"add `{name}: false` under `with:`")


AUDIT = Audit("caches", "is any cache restored on the way to a release?", (_IDENTITY, _BUILD, _DEFAULT), _look)
