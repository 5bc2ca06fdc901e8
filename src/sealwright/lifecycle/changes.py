"""What a release changes in a commit before its tag: the version where it is written and locked, and the changelog."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import PurePosixPath

from sealwright.config import Settings
from sealwright.errors import UsageError
from sealwright.project import Changelog, ProjectInfo, find_changelog
from sealwright.project.fragments import Towncrier, rendered, towncrier_of, with_entry
from sealwright.project.rewriting import with_version
from sealwright.project.unreleased import Moving, with_release
from sealwright.project.uv_lock import UV_LOCK, with_own_version
from sealwright.stages.planning import Committed

Edits = Mapping[str, bytes | None]
"""Path from the root of the repository to its new content; None for a file that goes."""


def edits_for(here: Committed, info: ProjectInfo, settings: Settings, moving: Moving) -> Edits:
    """Everything to be committed for this version of the project; empty where the commit says it all already.

    Raises UsageError (`version-not-writable`, `lock-not-writable`, `changelog-empty`, `changelog-unreleased-missing`,
    `changelog-missing`, `changelog-not-utf-8`, `towncrier-unsupported`).
    """
    versions = {**with_version(here.read, moving.version), **_lock(here, info, moving.version)}
    wanted: dict[str, bytes | None] = {**versions, **_changelog(here, settings, moving)}
    # A link is followed: what changes is the file that it leads to.
    places = {path: here.path(path) for path in wanted}
    return {here.repository.resolved(here.commit, places[path]) or places[path]: wanted[path] for path in wanted}


def _lock(here: Committed, info: ProjectInfo, version: str) -> dict[str, bytes]:
    """uv.lock of the project, or of the workspace that it belongs to; nothing where a tag decides on the version."""
    if info.version.version is None:
        return {}
    project = PurePosixPath(here.directory)
    for folder in (project, *project.parents):
        lock = here.repository.read(here.commit, str(folder / UV_LOCK))
        if lock is not None:
            changed = with_own_version(lock, info.name, posixpath.relpath(project, folder), version)
            return {} if changed == lock else {posixpath.relpath(folder / UV_LOCK, project): changed}
    return {}


def _changelog(here: Committed, settings: Settings, moving: Moving) -> dict[str, bytes | None]:
    """From the project's folder."""
    towncrier = towncrier_of(here.read)
    if towncrier is not None:
        return _from_fragments(here, towncrier, moving)
    path = settings.changelog or _found(here)
    if path is None:
        return {}
    text = _text(here, path)
    if text is None:
        hint = "correct `changelog` in [tool.sealwright], or add the file, and commit"
        raise UsageError("changelog-missing", f"{here.path(path)} is not in the commit", hint=hint)
    if Changelog(path, text).entry(moving.version):
        return {}
    return {path: with_release(text, moving, here.path(path)).encode()}


def _found(here: Committed) -> str | None:
    path = find_changelog(here.paths, here.directory)
    return None if path is None else posixpath.relpath(path, here.directory)


def _from_fragments(here: Committed, towncrier: Towncrier, moving: Moving) -> dict[str, bytes | None]:
    folder = here.path(towncrier.directory)
    names = [name for path in here.paths for parent, name in [posixpath.split(path)] if parent == folder]
    waiting = {name: f"{towncrier.directory}/{name}" for name in names if towncrier.parsed(name) is not None}
    news = _text(here, towncrier.filename)
    if not waiting and news is not None and Changelog(towncrier.filename, news).entry(moving.version):
        return {}
    entry = rendered(towncrier, {name: _text(here, path) or "" for name, path in waiting.items()}, moving)
    return {towncrier.filename: with_entry(news, towncrier, entry).encode(), **dict.fromkeys(waiting.values())}


def _text(here: Committed, path: str) -> str | None:
    data = here.read(path)
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError as error:
        hint = "store it as UTF-8, and commit"
        raise UsageError(
            "changelog-not-utf-8", f"{here.path(path)} is not text in UTF-8: {error}", hint=hint
        ) from error
