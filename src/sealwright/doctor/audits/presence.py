"""Whether there is anything to judge at all."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Code, Defect
from sealwright.doctor.posture import FOLDER, Posture, is_workflow
from sealwright.doctor.workflow import Place
from sealwright.model import Level, State
from sealwright.workflow.render import WORKFLOW_FILE

_NO_WORKFLOW = Code(
    "no-workflow",
    Level.REQUIRE,
    "no workflow at all",
    "A release from somebody's machine needs a token that can be stolen, and shows nobody where it came from.",
    "Without a workflow there is nothing that this command could judge. `sealwright workflow` writes one;"
    " `sealwright rehearse` tries it before any tag exists.",
)
_NO_UPLOAD = Code(
    "no-publish-job",
    Level.REQUIRE,
    "no job that publishes",
    "What is not published by a workflow is published by hand, with a token that can be stolen.",
    "Workflows were read, and none of them uploads to PyPI or TestPyPI by a way that is recognised: the"
    " publish action, or a program such as twine, uv, flit, poetry, hatch, pdm or maturin, also where a script"
    " of the repository starts it. Audits of publish jobs were therefore skipped, which is no pass.",
)
_EXPECTED = Place(WORKFLOW_FILE, 1)


def _look(posture: Posture) -> Iterator[Defect]:
    if not any(map(is_workflow, posture.material.files)):
        found, fix = "nothing to look at", "`sealwright workflow` writes a release workflow"
        yield Defect(_NO_WORKFLOW, _EXPECTED, found, fix, state=State.UNAVAILABLE, about=FOLDER)
    elif not posture.uploads and posture.workflows:
        yield _without_uploads(posture)


def _without_uploads(posture: Posture) -> Defect:
    looked = f"none in {', '.join(workflow.file for workflow in posture.workflows)}"
    if posture.elsewhere:
        called = ", ".join(job.uses.text.value for _, job in posture.elsewhere if job.uses)
        found, fix = f"{looked}; {called} may publish", "publish in a workflow of this repository"
        return Defect(_NO_UPLOAD, _EXPECTED, found, fix, "a job that uploads", State.UNAVAILABLE, FOLDER)
    private = "; uploads to other indexes are not judged" if posture.private else ""
    fix = "`sealwright workflow` writes one"
    return Defect(_NO_UPLOAD, _EXPECTED, looked + private, fix, "a job that uploads", State.ABSENT, FOLDER)


def _skip(posture: Posture) -> str:
    return "no workflow could be read" if posture.faults and not posture.workflows else ""


AUDIT = Audit("presence", "is there a workflow that publishes?", (_NO_WORKFLOW, _NO_UPLOAD), _look, skip=_skip)
