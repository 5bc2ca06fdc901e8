"""What a project that is about to adopt the pipeline is like, and which defaults would be wrong for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.config.editing import Setting
from sealwright.config.settings import Settings
from sealwright.project import (
    Changelog,
    VersionKind,
    find_changelog,
    github_repository,
    latest_tag,
    normal_version,
)
from sealwright.project.habits import TagHabit, release_branches, tag_habit
from sealwright.project.tables import table
from sealwright.workflow.wheels import looked_for
from sealwright.workflow.work_tree import WorkTree

_CHANGELOG = re.compile(
    r"(?i)(?:docs?|documentation)/(?:[^/]+/)*(?:changelog|changes|history|news)(?:\.(?:md|rst|txt))?"
)


@dataclass(frozen=True, slots=True)
class Detected:
    """Everything that was found out without asking."""

    name: str
    backend: str
    version: str
    """The version as it is written, else what decides on it."""
    repository: str | None
    """`owner/name` on GitHub; None where no remote says so."""
    habit: TagHabit | None
    branch: str
    """The branches that releases come from, in words."""
    changelog: str | None
    """Its path in the repository."""
    pythons: tuple[str, ...]
    """`runner/python` of the smoke jobs."""
    settings: Mapping[str, Setting]
    """Keys of [tool.sealwright] whose defaults would be wrong, and that are not set."""
    notes: tuple[str, ...]
    """What a person should look at."""


def detect(tree: WorkTree) -> Detected:
    """Look at a work tree, its tags and its branches. Raises UsageError like reading a project and its settings."""
    info, written = tree.info, table(tree.info.document, "tool", "sealwright")
    habit = tag_habit(tree.repository.tags(), info.name, shared=tree.directory != ".")
    branches = release_branches(
        tree.repository.branches(), tree.repository.default_branch(), tree.repository.current_branch()
    )
    found: dict[str, Setting] = {}
    if habit and habit.pattern != Settings().tag_pattern:
        found["tag-pattern"] = habit.pattern
    if branches:
        found["branches"] = branches
    changelog, elsewhere = _changelog(tree, habit)
    if changelog and elsewhere:
        found["changelog"] = _from_project(changelog, tree.directory) or changelog
    wheels, compiles = looked_for(tree)
    if wheels:
        found["wheels"] = wheels
    wrong = {key: value for key, value in found.items() if key not in written}
    settings = tree.settings.model_copy(update=as_settings(wrong))
    return Detected(
        name=info.name,
        backend=info.backend,
        version=info.version.version or f"decided by {_decider(info.version.kind, info.version.where)}",
        repository=tree.settings.repository or github_repository(tree.repository.remote_url()),
        habit=habit,
        branch=", ".join(settings.branches),
        changelog=settings.changelog or changelog,
        pythons=tuple(f"{cell.runner}/{cell.python}" for cell in tree.options(settings).cells),
        settings=wrong,
        notes=(*_notes(tree, habit, settings), *compiles),
    )


def as_settings(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Keys of a TOML table as names of `Settings`."""
    return {key.replace("-", "_"): value for key, value in settings.items()}


def _decider(kind: VersionKind, where: str) -> str:
    return f"the tag ({where})" if kind is VersionKind.TAG else where


def _changelog(tree: WorkTree, habit: TagHabit | None) -> tuple[str | None, bool]:
    """(path, whether nobody looks there by default). One of the latter counts if it knows the latest release."""
    usual = find_changelog(tree.paths, tree.directory)
    if usual or habit is None:
        return usual, False
    latest = latest_tag([habit.latest], Settings(tag_pattern=habit.pattern))
    for path in tree.paths:
        inside = _from_project(path, tree.directory)
        if latest and inside and _CHANGELOG.fullmatch(inside):
            text = (tree.read(inside) or b"").decode("utf-8", "replace")
            if Changelog(path, text).entry(latest[1]):
                return path, True
    return None, False


def _from_project(path: str, directory: str) -> str | None:
    """A path of the repository from the project's folder; None where it is not in it."""
    if directory == ".":
        return path
    return path.removeprefix(f"{directory}/") if path.startswith(f"{directory}/") else None


def _notes(tree: WorkTree, habit: TagHabit | None, settings: Settings) -> Iterator[str]:
    info = tree.info
    if habit is None:
        yield f"no tag of a release yet: the first one is expected to look like {settings.tag_for('1.2.3')}"
    else:
        yield from _odd_tag(tree, habit, settings)
    if not info.requires_python:
        yield "no requires-python is written: every Python that runners offer counts as supported"
    if info.version.kind is VersionKind.UNKNOWN:
        yield "only the project's own build can tell the version: the tag decides, and the build job confirms it"


def _odd_tag(tree: WorkTree, habit: TagHabit, settings: Settings) -> Iterator[str]:
    version = habit.latest.removeprefix(habit.prefix)
    normal = normal_version(version)
    if normal != version:
        yield f"the tag {habit.latest} is not in normal form: {habit.prefix}{normal} is what a release would want"
    on = tree.repository.branches_containing(tree.repository.tags()[habit.latest])
    if on and not set(on) & set(settings.branches):
        yield f"the tag {habit.latest} is on {', '.join(on)} only: add to `branches` what releases come from"
