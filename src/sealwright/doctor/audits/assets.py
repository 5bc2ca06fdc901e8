"""Files that come to a GitHub release after it is public."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import actions
from sealwright.doctor.codes import Audit, Defect, advice, unless_workflows
from sealwright.doctor.posture import Posture
from sealwright.doctor.reach import Start, starts_of
from sealwright.doctor.workflow import Job, Place

_AFTER = advice(
    "assets-after-publication",
    "files added to a release that is published already",
    "Where releases are immutable the upload fails, and elsewhere there is a time in which the release has no"
    " signature or provenance to check.",
    "Found where a job that `on: release` starts uploads assets. Make a draft in the workflow that the tag"
    " starts, add every file, publish it once.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for workflow in posture.workflows:
        start = next((start for start in starts_of(workflow) if _published(start)), None)
        if start is None:
            continue
        for job in workflow.jobs:
            for place, found in _uploads(posture, job):
                fix = (
                    "start on the tag, `gh release create --draft` with all files, `gh release edit --draft=false` last"
                )
                yield Defect(
                    _AFTER, place, f"{found}, after `{_said(start)}`", fix, "a draft, published once at the end"
                )


def _published(start: Start) -> bool:
    # `created` is a draft's event too, but for a draft GitHub starts no run.
    return start.on == "release"


def _said(start: Start) -> str:
    types = ", ".join(start.trigger.types)
    return f"release: {types}" if types else "release"


def _uploads(posture: Posture, job: Job) -> Iterator[tuple[Place, str]]:
    for step in posture.steps(job):
        if actions.releases(step):
            yield step.place, step.action
    for ran in posture.ran(job):
        if ran.command.starts("gh", "release", "upload"):
            yield ran.place, "`gh release upload`"


AUDIT = Audit(
    "assets", "is every file of a release there before the release is public?", (_AFTER,), _look, skip=unless_workflows
)
