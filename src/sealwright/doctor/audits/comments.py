"""What stands behind a pinned commit, for people and bots to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.known import TAG_OBJECTS, pin_of, versions_of
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Place, Uses

_WRONG = blocking(
    "version-comment-wrong",
    "a comment that names another version than the commit is",
    "People and bots read the comment, the runner runs the commit: a commit from anywhere hides behind a good version.",
    "Found where the commit is known to be another version, or the version is known to be another commit."
    " Which version a commit is, is known here for the actions that releases of Python packages usually use.",
)
_OBJECT = blocking(
    "tag-object-pinned",
    "the id of an annotated tag instead of a commit",
    "gh-action-pypi-publish then asks for a container image that does not exist, and the upload fails after"
    " the tag was pushed.",
    "`gh api repos/OWNER/NAME/git/ref/tags/TAG` shows the tag object's id; `gh api"
    " repos/OWNER/NAME/commits/TAG --jq .sha` shows the commit's, which is the one to pin.",
)
_MISSING = advice(
    "version-comment-missing",
    "a pinned commit without its version behind it",
    "Nobody sees how old it is, and bots that renew pins go by the comment.",
    "Write the exact version behind the commit: `uses: owner/name@COMMIT # v1.2.3`.",
)
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)*)(?![\w.]*\w)")


def _look(posture: Posture) -> Iterator[Defect]:
    seen: set[Place] = set()
    for _, job in posture.release_jobs:
        called = [job.uses] if job.uses else []
        for uses in (*called, *(step.uses for step in posture.steps(job) if step.uses)):
            if uses.name and uses.pinned and Place.of(uses.text) not in seen:
                seen.add(Place.of(uses.text))
                yield from _of(uses)


def _of(uses: Uses) -> Iterator[Defect]:
    place, known = Place.of(uses.text), pin_of(uses.name)
    fix = (
        f"uses: {known}"
        if known
        else f"`gh api repos/{'/'.join(uses.name.split('/')[:2])}/commits/TAG --jq .sha`, then pin that"
    )
    if uses.ref in TAG_OBJECTS:
        yield Defect(_OBJECT, place, f"the tag object of {TAG_OBJECTS[uses.ref]}", fix, "the commit that the tag names")
        return
    said = _VERSION.search(uses.text.comment)
    if said is None:
        yield Defect(_MISSING, place, str(uses), f"append ` # {versions_of(uses.name).get(uses.ref, 'vX.Y.Z')}`")
        return
    versions = versions_of(uses.name)
    is_, should = versions.get(uses.ref), _commit_of(said[1], versions)
    if is_ is not None and not _fits(said[1], is_):
        yield Defect(_WRONG, place, f"# {uses.text.comment}", f"write `# {is_}`, or pin {said[0]}", f"# {is_}")
    elif is_ is None and should is not None:
        yield Defect(_WRONG, place, f"{uses.ref} # {said[0]}", fix, f"{should}, which {said[0]} is")


def _fits(said: str, version: str) -> bool:
    """Whether a version in a comment, which may be shortened, is this one."""
    parts = version.removeprefix("v").split(".")
    return parts[: said.count(".") + 1] == said.split(".")


def _commit_of(said: str, versions: dict[str, str]) -> str | None:
    """The known commit of a version that is written out; a shortened one, such as `v4`, moves."""
    return next((commit for commit, version in versions.items() if version.removeprefix("v") == said), None)


AUDIT = Audit("comments", "do version comments tell the truth?", (_WRONG, _OBJECT, _MISSING), _look)
