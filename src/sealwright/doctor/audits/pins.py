"""Code of others that can change without a commit here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.doctor.actions import is_generator
from sealwright.doctor.codes import Audit, Defect, blocking
from sealwright.doctor.known import pin_of
from sealwright.doctor.nodes import Text
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job, Place, Uses

_ACTION = blocking(
    "unpinned-action",
    "an action that is not pinned to a full commit",
    "A tag or branch can be moved to other code at any time, as those of tj-actions/changed-files and"
    " trivy-action were.",
    "Found in every job that a release goes through. A full commit of forty hexadecimal digits cannot be"
    " moved; a bot renews it, by the version in the comment behind it. The one exception is"
    " slsa-github-generator, which refuses to be called by a commit.",
)
_IMAGE = blocking(
    "unpinned-image",
    "a container image that is not pinned to a digest",
    "A tag of an image can be pushed again with other content, just as a tag of an action can.",
    "Found for `docker://` steps and for `container:` of jobs that a release goes through. Write"
    " `name@sha256:...`; `docker buildx imagetools inspect NAME` prints the digest.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    seen: set[Place] = set()
    for _, job in posture.release_jobs:
        for defect in (*_actions(posture, job), *_images(posture, job)):
            if defect.place not in seen:
                seen.add(defect.place)
                yield defect


def _actions(posture: Posture, job: Job) -> Iterator[Defect]:
    called = [job.uses] if job.uses else []
    for uses in (*called, *(step.uses for step in posture.steps(job) if step.uses)):
        if uses.name and not uses.pinned and not is_generator(uses):
            yield Defect(_ACTION, Place.of(uses.text), f"{uses} ({_kind(uses)})", _fix(uses), "a full commit")


def _kind(uses: Uses) -> str:
    if not uses.ref:
        return "nothing"
    if re.fullmatch(r"[0-9a-f]{7,39}", uses.ref):
        return "a short commit"
    return "a tag" if re.fullmatch(r"v?\d+(?:\.\d+)*", uses.ref) else "a branch or tag"


def _fix(uses: Uses) -> str:
    known = pin_of(uses.name)
    if known and uses.ref[:1] == "v" and f"# {uses.ref.partition('.')[0]}." not in known:
        return f"uses: {known}; `pinact run` stays with {uses.ref}"
    return (
        f"uses: {known}"
        if known
        else f"`pinact run`, or the commit that `gh api repos/{_repository(uses)}/commits/{uses.ref} --jq .sha` prints"
    )


def _repository(uses: Uses) -> str:
    return "/".join(uses.name.split("/")[:2])


def _images(posture: Posture, job: Job) -> Iterator[Defect]:
    named = [(text, text.value) for text in (job.image,) if text is not None]
    named += [(step.uses.text, step.uses.image) for step in posture.steps(job) if step.uses and step.uses.image]
    for text, image in named:
        if "@sha256:" not in image and "${{" not in image:
            yield _unpinned(text, image)


def _unpinned(text: Text, image: str) -> Defect:
    fix = f"append the digest that `docker buildx imagetools inspect {image}` prints: {image}@sha256:..."
    return Defect(_IMAGE, Place.of(text), image, fix, "a digest")


AUDIT = Audit("pins", "is all code of others pinned to a commit or digest?", (_ACTION, _IMAGE), _look)
