"""What only the repository's settings on GitHub can hold against whoever pushes a tag."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from sealwright.doctor.actions import is_generator
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.material import Unseen
from sealwright.doctor.posture import Posture, Upload
from sealwright.doctor.programs import PYPI
from sealwright.model import State
from sealwright.model.github import Environment, Ruleset

_MISSING = blocking(
    "environment-missing",
    "an environment that does not exist",
    "GitHub creates a missing environment when the job starts, without any protection.",
    "Create it under Settings > Environments before the tag, with a required reviewer and with rules for tags alone.",
)
_OPEN = blocking(
    "environment-unrestricted",
    "an environment that branches may deploy to",
    "Whoever can push a branch can put a workflow file on it that publishes from this environment.",
    "Under Settings > Environments choose `Selected branches and tags` and add the pattern of the release tags alone.",
)
_REVIEWERS = advice(
    "environment-without-reviewers",
    "nobody has to approve the upload to PyPI",
    "A stolen account publishes within minutes, before anybody looks: the approval is the last moment to notice.",
    "Require a reviewer under Settings > Environments, and keep reviewers from approving their own runs where"
    " there are two of them.",
)
_TAGS = advice(
    "tag-ruleset-missing",
    "no rules for release tags",
    "Everybody who may write can push or move a tag, and the tag chooses the workflow, its policy and its locks.",
    "Add a ruleset for tags under Settings > Rules: restrict creations, updates and deletions, with the"
    " maintainers as the only bypass.",
)
_MUTABLE = advice(
    "releases-mutable",
    "files of published releases can be replaced",
    "What was checked yesterday need not be what is downloaded today.",
    "Switch on immutable releases under Settings > General > Releases; then make drafts and publish each once.",
)
_PINNING = advice(
    "action-pins-not-required",
    "Actions takes actions that are not pinned",
    "Nothing stops the next change from calling an action by a tag again.",
    "Switch on `Require actions to be pinned to a full-length commit SHA` under Settings > Actions > General."
    " Not asked for where slsa-github-generator is called, which this setting would block.",
)
_UNSEEN = advice(
    "settings-unseen",
    "settings on GitHub that were not looked at",
    "What was not looked at may be missing, and only these settings hold against whoever pushes a tag.",
    "Found without `--online`, without a token in GH_TOKEN or GITHUB_TOKEN, and where the token may not read"
    " them: `GH_TOKEN=$(gh auth token) sealwright doctor --online`.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    settings = posture.material.settings
    unseen: dict[Unseen, list[str]] = {}
    for what, value in (
        ("environments", settings.environments),
        ("rules for tags", settings.rulesets),
        ("immutable releases", settings.immutable_releases),
        ("required pins", settings.pins_required),
    ):
        if isinstance(value, Unseen):
            unseen.setdefault(value, []).append(what)
    for why, names in unseen.items():
        place, about = posture.uploads[0].place, "settings on GitHub"
        yield Defect(_UNSEEN, place, f"{', '.join(names)}: {why.reason}", why.hint, "", State.UNAVAILABLE, about)
    if not isinstance(settings.environments, Unseen):
        yield from _environments(posture, settings.environments)
    yield from _repository(posture)


def _environments(posture: Posture, existing: tuple[Environment, ...]) -> Iterator[Defect]:
    by_name = {environment.name.lower(): environment for environment in existing}
    told: set[str] = set()
    for upload in posture.uploads:
        environment = upload.job.environment
        if environment is None or environment.name in told:
            continue
        told.add(environment.name)
        if environment.known:
            yield from _guarded(upload, environment.name, by_name.get(environment.name.lower()))
        else:
            found, fix = f"the environment of job {upload.job.id} is computed", "write its name out"
            yield Defect(_UNSEEN, environment.place, found, fix, state=State.UNAVAILABLE)


def _guarded(upload: Upload, name: str, found: Environment | None) -> Iterator[Defect]:
    assert upload.job.environment is not None
    place, page = upload.job.environment.place, "Settings > Environments"
    if found is None:
        fix = f"create {name!r} under {page} first: GitHub would create it unprotected"
        yield Defect(_MISSING, place, f"there is no environment {name!r}", fix)
        return
    if upload.index == PYPI and (not found.restricted or found.branches):
        what = "branches and tags" if found.restricted else "every branch and tag"
        fix = f"allow the release tags alone, under {page} > {name}"
        yield Defect(_OPEN, place, f"{what} may deploy to {name!r}", fix, "tags alone")
    if upload.index == PYPI and not found.reviewers:
        yield Defect(_REVIEWERS, place, f"{name!r} has no reviewer", f"require one under {page} > {name}")


def _repository(posture: Posture) -> Iterator[Defect]:
    settings, place = posture.material.settings, posture.uploads[0].workflow.place
    tags = _release_tags(posture)
    if isinstance(settings.rulesets, tuple) and not any(_protects(ruleset, tags) for ruleset in settings.rulesets):
        fix = "add a ruleset for tags: restrict creations, updates and deletions"
        found = ", ".join(ruleset.name for ruleset in settings.rulesets) or "no ruleset for tags"
        yield Defect(_TAGS, place, found, fix, "one that is active and restricts tags", about="rules for tags")
    if settings.immutable_releases is False:
        fix = "switch on immutable releases under Settings > General > Releases"
        yield Defect(_MUTABLE, place, "immutable releases are off", fix, about="releases")
    if settings.pins_required is False and not _calls_generator(posture):
        fix = "require full-length commits under Settings > Actions > General"
        yield Defect(_PINNING, place, "unpinned actions are allowed", fix, about="policy of Actions")


def _protects(ruleset: Ruleset, tags: tuple[str, ...]) -> bool:
    """Whether a ruleset keeps others from making one of these release tags, or at least from moving one."""
    held = any(pattern == "~ALL" or fnmatchcase(tag, pattern) for pattern in ruleset.patterns for tag in tags)
    return ruleset.active and held and bool({"creation", "update"} & ruleset.rules)


def _release_tags(posture: Posture) -> tuple[str, ...]:
    """A tag for each pattern that a publishing workflow starts on, as a ref."""
    triggers = (trigger for workflow in posture.releasing for trigger in workflow.triggers)
    patterns = [pattern for trigger in triggers for pattern in trigger.tags or ()]
    return tuple(f"refs/tags/{pattern.replace('**', '*').replace('*', '1.0.0')}" for pattern in patterns or ["v*"])


def _calls_generator(posture: Posture) -> bool:
    return any(job.uses is not None and is_generator(job.uses) for _, job in posture.release_jobs)


AUDIT = Audit(
    "settings",
    "do the repository's settings hold against whoever pushes a tag?",
    (_MISSING, _OPEN, _REVIEWERS, _TAGS, _MUTABLE, _PINNING, _UNSEEN),
    _look,
)
