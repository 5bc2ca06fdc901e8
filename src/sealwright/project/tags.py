"""Which tag of a repository names a version of a project, in the ways that projects name their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.config import Settings

_WORDS = frozenset({"", "release", "releases", "rel", "version", "ver"})
_END = re.compile(r"[-_@/=.]*v?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags that name a version."""

    tags: tuple[str, ...]
    """In the order of their names."""
    commits: frozenset[str]
    """What they point at; one of them is what is looked for, more are not clear."""


def tags_for(
    tags: Mapping[str, str], version: str, project: str, *, settings: Settings | None = None, directory: str = "."
) -> Tagged:
    """The tags for `version` of `project`; none where nothing fits.

    `tags` is tag to commit. A tag of the configured pattern comes first, then one that names the project or its
    directory as monorepos have them, then one that is only the version. `settings` are those that were configured.
    """
    wanted = Version(version)
    if settings is not None:
        named = {tag: settings.version_in(tag) for tag in tags}
        found = [tag for tag, text in named.items() if text is not None and _version(text) == wanted]
        if found:
            return _tagged(tags, found)
    before = {tag: prefix for tag in tags for prefix in _before(tag, wanted)}
    names = {project, canonicalize_name(directory.replace("/", "-")), canonicalize_name(directory.rpartition("/")[2])}
    own = [tag for tag, prefix in before.items() if canonicalize_name(prefix.replace("/", "-")) in names - {"-", ""}]
    plain = [tag for tag, prefix in before.items() if prefix.lower() in _WORDS]
    return _tagged(tags, own or plain)


def _before(tag: str, wanted: Version) -> Iterator[str]:
    """What stands in front of the version in a tag, without what separates it; nothing where it has another version."""
    for digit in re.finditer(r"\d", tag):
        if _version(tag[digit.start() :]) == wanted:
            yield _END.sub("", tag[: digit.start()])
            return


def _version(text: str) -> Version | None:
    for written in (text, text.replace("_", ".")):
        try:
            return Version(written)
        except InvalidVersion:
            continue
    return None


def _tagged(tags: Mapping[str, str], found: list[str]) -> Tagged:
    return Tagged(tuple(sorted(found)), frozenset(tags[tag] for tag in found))
