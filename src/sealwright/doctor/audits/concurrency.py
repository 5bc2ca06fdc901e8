"""Releases that wait for, or cancel, one another."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Code, Defect, advice, blocking
from sealwright.doctor.events import exists
from sealwright.doctor.expressions import embedded, references
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Concurrency, Place, Workflow

_GLOBAL = advice(
    "concurrency-global",
    "one concurrency group for all releases",
    "GitHub keeps one run waiting in a group: a third tag cancels the release of the second without a word.",
    "Let the group depend on the tag: `group: release-${{ github.ref }}`.",
)
_UNKNOWN = blocking(
    "concurrency-property-unknown",
    "a concurrency group with a property that does not exist",
    "What does not exist is empty, so every release is in one group although it looks otherwise; seen in"
    " well-known workflows as `github.event.push.ref`.",
    "The event of a push is flat: it has `github.event.ref`, and `github.ref` says the same for every event.",
)
_CANCELS = blocking(
    "concurrency-cancels",
    "a release that the next one cancels",
    "A run that is cancelled between two uploads leaves a version half published.",
    "Found where runs in progress are cancelled in a group that does not depend on the tag. Say"
    " `cancel-in-progress: false`, and let the group depend on `github.ref`.",
)
_ITSELF = advice(
    "concurrency-cancel-in-progress",
    "a release that a second push of its tag cancels",
    "A tag that is moved while its release runs stops it half-way.",
    "Found where the group depends on the ref and runs in progress are cancelled all the same. Say"
    " `cancel-in-progress: ${{ github.ref_type != 'tag' }}`, or `false`.",
)

# What differs from one release to the next, where it exists.
_BY_RELEASE = frozenset(
    f"github.{name}"
    for name in ("ref", "ref_name", "sha", "run_id", "run_number", "event.ref", "event.after", "event.head_commit.id")
)
_BY_RELEASE_BEGINNINGS = ("inputs.", "github.event.inputs.", "github.event.release.", "needs.", "matrix.")


def _look(posture: Posture) -> Iterator[Defect]:
    for workflow in posture.releasing:
        if workflow.concurrency is not None:
            yield from _judge(workflow.concurrency, workflow)
    for upload in posture.uploads:
        if upload.job.concurrency is not None:
            yield from _judge(upload.job.concurrency, upload.workflow)


def _judge(concurrency: Concurrency, workflow: Workflow) -> Iterator[Defect]:
    group = concurrency.group.value if concurrency.group else ""
    read = [name for expression in embedded(group) for name in references(expression)]
    apart = any(name in _BY_RELEASE or name.startswith(_BY_RELEASE_BEGINNINGS) for name in read)
    cancels = concurrency.cancel is not None and concurrency.cancel.value.lower() == "true"
    events = frozenset(trigger.event for trigger in workflow.triggers)
    unknown = [name for name in read if not exists(name, events)]
    if unknown and not apart:
        place = Place.of(concurrency.group) if concurrency.group else concurrency.place
        yield Defect(_UNKNOWN, place, unknown[0], "`group: release-${{ github.ref }}`", "github.ref")
    code: Code | None = None
    if cancels:
        code = _ITSELF if apart else _CANCELS
    elif not apart and not unknown:
        code = _GLOBAL
    if code is not None:
        fix = "`group: release-${{ github.ref }}` and `cancel-in-progress: false`"
        yield Defect(code, concurrency.place, f"group {group!r}" + (", cancelled in progress" if cancels else ""), fix)


AUDIT = Audit(
    "concurrency",
    "can one release hold up or cancel another?",
    (_GLOBAL, _UNKNOWN, _CANCELS, _ITSELF),
    _look,
)
