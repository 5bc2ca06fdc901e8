"""Files that GitHub would refuse, or read differently than their authors think."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.posture import Posture

_UNREADABLE = blocking(
    "workflow-unreadable",
    "a workflow or action that cannot be read",
    "GitHub starts no run of a file that it cannot read, so the tag is pushed and nothing happens.",
    "Found where the file is not YAML, a key stands twice, `on` or `jobs` is missing, or the document is too"
    " large or too entangled to be looked at. Nothing else was looked at in that file. `actionlint` names"
    " further mistakes of syntax.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for fault in posture.faults:
        yield Defect(_UNREADABLE, fault.place, fault.problem, "correct the file at that line, then run `actionlint`")


def _skip(posture: Posture) -> str:
    return "" if posture.workflows or posture.faults else "there is no workflow"


AUDIT = Audit("readable", "can every workflow and local action be read?", (_UNREADABLE,), _look, skip=_skip)
