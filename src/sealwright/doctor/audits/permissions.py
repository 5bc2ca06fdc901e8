"""More permissions than a job needs."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions, programs
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture, Ran
from sealwright.doctor.workflow import Job, Step, Workflow

_ALL = blocking(
    "permissions-write-all",
    "every permission at once",
    "Any action or dependency in the job can then push code, publish releases and ask for an identity.",
    "Write `permissions: {}` at the top of the workflow and give each job what it needs, with the reason in a comment.",
)
_DEFAULT = advice(
    "permissions-default",
    "jobs with whatever permissions the repository gives by default",
    "The default is a setting outside the repository, and in older ones it is the right to write everything.",
    "Write `permissions: {}` at the top of the workflow; a job that checks out needs `contents: read`.",
)
_FOR_ALL = blocking(
    "identity-for-all",
    "an identity for every job of a workflow",
    "Jobs that build and test run code of many others, all of which could then publish.",
    "Found where `id-token: write` stands at the top of a workflow and reaches jobs that neither publish nor"
    " sign. Move it into the jobs that do.",
)
_UNNEEDED = blocking(
    "identity-unneeded",
    "an identity in a job that neither publishes nor signs",
    "PyPI takes the identity of any job in the workflow unless the publisher is bound to an environment.",
    "Found where a job has `id-token: write` and everything in it is known to work without. Remove it there.",
)
_WRITE = advice(
    "contents-write-unneeded",
    "`contents: write` in a job that writes nothing",
    "With it a job can push commits and tags, and replace what a release holds.",
    "Found where everything in a job of the release is known to work without. Write `contents: read`, or"
    " nothing if the job checks nothing out.",
)
_WRITERS = ("git", "gh", "hub", "semantic-release", "bump-my-version", "bumpversion", "cz", "towncrier", "goreleaser")
_WRITING_STAGES = frozenset(("draft", "announce"))
_ASKING = ("ACTIONS_ID_TOKEN_REQUEST", "oidc", "OIDC")


def _look(posture: Posture) -> Iterator[Defect]:
    for workflow in posture.releasing:
        yield from _top(posture, workflow)
    for workflow, job in posture.release_jobs:
        if job.own_permissions and job.permissions is not None and job.permissions.all == "write-all":
            yield Defect(_ALL, job.permissions.place, f"write-all in job {job.id}", "list what the job needs")
        elif job.own_permissions and job.identity and not _may_need_identity(posture, job):
            assert job.permissions is not None
            place = job.permissions.place_of("id-token")
            yield Defect(_UNNEEDED, place, f"in job {job.id} of {workflow.file}", "remove this line")
        if job.may("contents") and not _is_all(job) and not _may_write(posture, job):
            assert job.permissions is not None
            yield Defect(_WRITE, job.permissions.place_of("contents"), f"in job {job.id}", "`contents: read`")


def _top(posture: Posture, workflow: Workflow) -> Iterator[Defect]:
    top = workflow.permissions
    bare = [job for job in workflow.jobs if job.permissions is None]
    if top is not None and top.all == "write-all":
        yield Defect(_ALL, top.place, "write-all for the whole workflow", "`permissions: {}`, and each job its own")
    elif top is not None and top.level("id-token") > 1:
        others = [job.id for job in workflow.jobs if not job.own_permissions and not _publishes_or_signs(posture, job)]
        if others:
            fix = "move it into the jobs that publish or sign"
            yield Defect(_FOR_ALL, top.place_of("id-token"), f"reaches {', '.join(others)}", fix)
    if bare and not workflow.called:
        found = f"{', '.join(job.id for job in bare)}"
        yield Defect(_DEFAULT, bare[0].place, f"in {found}", "`permissions: {}` at the top, and each job its own")


def _is_all(job: Job) -> bool:
    return job.permissions is not None and bool(job.permissions.all)


def _publishes_or_signs(posture: Posture, job: Job) -> bool:
    return job.place in posture.upload_places or posture.signs(job) or job.uses is not None


def _may_need_identity(posture: Posture, job: Job) -> bool:
    """Whether anything in a job uses its identity, or could for all that is known here."""
    if _publishes_or_signs(posture, job):
        return True
    return any(
        _unknown(step) or (step.run and any(word in step.run.value for word in _ASKING)) for step in posture.steps(job)
    )


def _may_write(posture: Posture, job: Job) -> bool:
    """Whether anything in a job writes to the repository, or could for all that is known here."""
    if job.uses is not None or any(_unknown(step) for step in posture.steps(job)):
        return True
    return any(_writes(ran) for ran in posture.ran(job))


def _writes(ran: Ran) -> bool:
    command = ran.command
    if command.starts("sealwright", "stage"):
        return bool(_WRITING_STAGES & set(command.words))
    # A script of the repository may do anything; `curl` may call the API.
    scripted = programs.runs_project(command) and not programs.builds(command) and not programs.tests(command)
    return command.words[0] in (*_WRITERS, "curl") or scripted


def _unknown(step: Step) -> bool:
    return (
        step.uses is not None and not actions.harmless(step) and not actions.publishes(step) and not actions.signs(step)
    )


AUDIT = Audit(
    "permissions",
    "does every job have what it needs and no more?",
    (_ALL, _DEFAULT, _FOR_ALL, _UNNEEDED, _WRITE),
    _look,
)
