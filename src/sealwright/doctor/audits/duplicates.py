"""One project, published by more than one workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.reach import starts

_TWICE = blocking(
    "published-twice",
    "one release starts two workflows that publish it",
    "They race: where both build, the second upload has other bytes, and the index refuses it with the"
    " version half published.",
    "Found where two workflows upload the same project to PyPI on the push of a tag or on the GitHub release"
    " that follows it. Usually one is left over from before trusted publishing: delete it.",
)
_SEVERAL = advice(
    "several-publishers",
    "more than one workflow publishes this project",
    "Each needs a publisher on PyPI, and the weakest of them decides how well the project is guarded.",
    "Found where two workflows upload the same project to PyPI on different events. Keep one, and remove the"
    " other's publisher on PyPI.",
)
_PROJECT_URL = re.compile(r"pypi\.org/(?:p|project)/([^/\s?#]+)")
_ASIDE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|fixtures?|vendor|benchmarks?)/")
_RELEASING = frozenset(("tag", "release"))


def _look(posture: Posture) -> Iterator[Defect]:
    first: dict[str, Upload] = {}
    for upload in posture.to_pypi:
        project = _project(posture, upload)
        other = first.setdefault(project, upload)
        if other.workflow.path == upload.workflow.path or _is_called(posture, other, upload):
            continue
        code = _TWICE if _meet(posture, other, upload) else _SEVERAL
        found = f"{upload.workflow.file} here, {other.workflow.file} at line {other.place.line}"
        yield Defect(code, upload.place, found, "delete one of them, and its publisher on PyPI")


def _project(posture: Posture, upload: Upload) -> str:
    """What tells the projects of a repository apart; the same for all where there is one project only."""
    url = _PROJECT_URL.search(upload.job.environment.url if upload.job.environment else "")
    if url:
        return url[1].lower()
    roots = [
        path
        for path in posture.material.files
        if path.endswith(("pyproject.toml", "setup.py")) and not _ASIDE.search(path)
    ]
    several = len({path.rpartition("/")[0] for path in roots}) > 1
    return upload.workflow.path if several else ""


def _is_called(posture: Posture, one: Upload, other: Upload) -> bool:
    called = {caller.path for upload in (one, other) for caller, _ in posture.callers(upload.workflow)}
    return bool(called & {one.workflow.path, other.workflow.path})


def _meet(posture: Posture, *uploads: Upload) -> bool:
    """Whether one release starts all of them: a tag and the GitHub release made of it are one."""
    return all(any(start.on in _RELEASING for start in starts(posture, upload)) for upload in uploads)


AUDIT = Audit("duplicates", "is there one workflow that publishes, and no other?", (_TWICE, _SEVERAL), _look)
