"""What else than the push of a tag can start a publication."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Code, Defect, advice, blocking
from sealwright.doctor.posture import Posture
from sealwright.doctor.programs import PYPI
from sealwright.doctor.reach import Start, starts
from sealwright.doctor.workflow import Place

_DISPATCH = blocking(
    "dispatch-publishes",
    "a publication that somebody starts by hand",
    "Whoever can write to any branch starts it there, with a workflow file of their own making, as at nx and"
    " elementary-data.",
    "Found where workflow_dispatch or repository_dispatch reaches a job that uploads to PyPI. Remove the"
    " trigger, or keep the job to tags: `if: github.event_name == 'push' && github.ref_type == 'tag'`. To"
    " release again, release a new version.",
)
_BRANCH = blocking(
    "branch-publishes",
    "a publication that a push to a branch starts",
    "Every merge is then a release, and the commit that is published has no tag that a ruleset could protect.",
    "Found where a push to a branch reaches a job that uploads to PyPI. Start on tags: `on: push: tags:"
    " ['v*']`, or add `if: github.ref_type == 'tag'` to the job. Uploads to TestPyPI may follow branches.",
)
_SCHEDULE = blocking(
    "schedule-publishes",
    "a publication that the clock starts",
    "Nobody decides on it, so nobody notices when it publishes something else.",
    "Found where a schedule reaches a job that uploads to PyPI. Nightly builds belong on TestPyPI or on an"
    " index of their own.",
)
_UNTRUSTED = blocking(
    "untrusted-trigger-publishes",
    "a publication that people without write access can start",
    "Events of pull requests, issues and other runs carry the input of strangers into a run with secrets and"
    " identity: nx and Ultralytics were entered through one.",
    "Found where pull_request, pull_request_target, workflow_run, or an event of issues and comments reaches"
    " a job that uploads. Let the push of a tag be the only way.",
)
_RELEASE = advice(
    "release-event-trigger",
    "a publication that a GitHub release starts",
    "The release is public before the index has anything, cannot take back what then fails, and where"
    " releases are immutable takes no further file.",
    "Found where `on: release` reaches a job that uploads to PyPI. Start with the push of the tag, make a"
    " draft release in the workflow, and publish that draft once, at the end.",
)

_CODES: dict[str, Code] = {
    "branch": _BRANCH,
    "release": _RELEASE,
    "schedule": _SCHEDULE,
    "workflow_dispatch": _DISPATCH,
    "repository_dispatch": _DISPATCH,
}
_HARMLESS = ("tag",)


def _look(posture: Posture) -> Iterator[Defect]:
    told: set[tuple[Code, Place]] = set()
    for upload in posture.uploads:
        for start in starts(posture, upload):
            code = _code(start)
            if code is None or (code, start.trigger.place) in told:
                continue
            if upload.index == PYPI or code is _UNTRUSTED:
                told.add((code, start.trigger.place))
                found = f"{_said(start)} reaches job {upload.job.id} ({upload.place})"
                yield Defect(
                    code, start.trigger.place, found, _fix(code, start, upload.job.id), "the push of a tag alone"
                )


def _code(start: Start) -> Code | None:
    return None if start.on in _HARMLESS else _CODES.get(start.on, _UNTRUSTED)


def _said(start: Start) -> str:
    return "a push to a branch" if start.on == "branch" else f"`{start.on}`"


def _fix(code: Code, start: Start, job: str) -> str:
    if code is _RELEASE:
        return "`on: push: tags: ['v*']`, and publish a draft release at the end"
    if start.on == "branch":
        return f"`on: push: tags: ['v*']` alone, or `if: github.ref_type == 'tag'` on job {job}"
    return f"remove `{start.on}`, or add `if: github.event_name == 'push' && github.ref_type == 'tag'` to job {job}"


AUDIT = Audit(
    "triggers",
    "can nothing but the push of a tag publish?",
    (_DISPATCH, _BRANCH, _SCHEDULE, _UNTRUSTED, _RELEASE),
    _look,
)
