"""How a repository has tagged and branched its releases so far."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_NUMBER = re.compile(r"(?<![0-9.])[0-9]")
_PLAIN = ("", "v", "V")
_NAMED = re.compile(r"(?P<name>.+?)[-/@_=]+v?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TagHabit:
    """The tags that a repository gave a project's releases."""

    prefix: str
    """What stands in front of the version, `v` for `v1.2`."""
    latest: str
    """The tag of the highest version."""
    count: int

    @property
    def pattern(self) -> str:
        """The prefix with `*` for the version."""
        return f"{self.prefix}*"


def tag_habit(tags: Iterable[str], project: str, *, shared: bool) -> TagHabit | None:
    """The prefix that the releases of `project` (a normalised name) are tagged with; None without such a tag.

    `shared` says that the project is one of several of its repository: then tags that name it come first. Elsewhere
    the highest version decides between `v1.2`, `1.2` and `project-1.2`, because habits change; other prefixes, such
    as those of documentation or nightly builds, count only where there is nothing else.
    """
    found: dict[str, list[tuple[Version, str]]] = defaultdict(list)
    for tag in tags:
        parts = _parts(tag)
        if parts:
            found[parts[0]].append((parts[1], tag))
    # A lone number beside real versions is a moving tag, such as v1, or a date.
    dotted = {prefix for prefix, versions in found.items() if any(len(v.release) > 1 for v, _ in versions)}
    candidates = [prefix for prefix in found if prefix in dotted or not dotted]
    if not candidates:
        return None
    best = min(candidates, key=lambda prefix: (_rank(prefix, project, shared=shared), _descending(found[prefix])))
    return TagHabit(best, max(found[best])[1], len(found[best]))


def release_branches(branches: Iterable[str], default: str | None, current: str | None) -> tuple[str, ...]:
    """The branches that releases come from, where they are not those that are looked for anyway; else nothing.

    `default` is what the remote calls its default branch, `current` what is checked out here; None where unknown.
    """
    usual = {"main", "master"}
    if default is None:
        default = None if usual & set(branches) else current
    return () if default is None or default in usual else (default,)


def _parts(tag: str) -> tuple[str, Version] | None:
    """(prefix, version): the version is the longest end of the tag that is one."""
    for start in _NUMBER.finditer(tag):
        try:
            return tag[: start.start()], Version(tag[start.start() :])
        except InvalidVersion:
            continue
    return None


def _rank(prefix: str, project: str, *, shared: bool) -> int:
    match = _NAMED.fullmatch(prefix)
    names = match is not None and canonicalize_name(match["name"].rpartition("/")[2]) == project
    if names:
        return 0
    return (1 if shared else 0) if prefix in _PLAIN else 2


def _descending(versions: list[tuple[Version, str]]) -> tuple[int, ...]:
    """A key that puts the highest version first, and of equal ones the prefix with more tags."""
    release = (*max(versions)[0].release, 0, 0, 0, 0)[:4]
    return (*(-part for part in release), -len(versions))
