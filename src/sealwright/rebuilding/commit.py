"""The commit that a release was built from: the one named, else that of the tag that fits its version."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.config import Settings
from sealwright.errors import UsageError
from sealwright.project import normal_version

_SEPARATORS = ("-", "_", "/", "@", ".", "")
_WORDS = (
    *("", "v", "v.", "v-", "r", "rel-", "rel_", "version-", "version/"),
    *("release-", "release_", "release/", "releases/"),
)
"""In front of a version, in any case."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the repository that is spelt like one of the version."""

    name: str
    commit: str


def tag_of(tags: Mapping[str, str], name: str, version: str, settings: Settings) -> Tag:
    """The tag of `version` (in normal form) of the project `name` (normalised) among tags and their commits.

    The project's own `tag-pattern` decides where it has one. Otherwise every usual spelling counts, and all that are
    found must be of one commit. Raises UsageError (`tag-unknown`, `tag-ambiguous`) that lists candidates.
    """
    if "tag_pattern" in settings.model_fields_set:
        own = [tag for tag in tags if normal_version(settings.version_in(tag) or "") == version]
        if own:
            return Tag(own[0], tags[own[0]])
    found = [tag for tag in tags if version in _versions(tag, name)]
    commits = {tags[tag] for tag in found}
    if len(commits) > 1:
        listed = ", ".join(f"{tag} at {tags[tag][:12]}" for tag in found[:_SHOWN])
        raise UsageError(
            "tag-ambiguous",
            f"several tags fit {name} {version}, and not all are of one commit: {listed}",
            hint="say which with --commit",
        )
    if not found:
        raise _unknown(tags, name, version)
    best = min(found, key=lambda tag: (tag != settings.tag_for(version), len(tag), tag))
    return Tag(best, tags[best])


def _versions(tag: str, name: str) -> frozenset[str]:
    """Every version, in normal form, that a tag may mean."""
    found = set()
    for prefix in _prefixes(name):
        if tag.lower().startswith(prefix):
            rest = tag[len(prefix) :]
            found |= {normal_version(rest), normal_version(rest.replace("_", "."))}
    return frozenset(version for version in found if version is not None)


def _prefixes(name: str) -> Iterator[str]:
    yield from _WORDS
    for spelling in dict.fromkeys((name, name.replace("-", "_"), name.replace("-", "."), name.replace("-", ""))):
        for separator in _SEPARATORS:
            yield from (f"{spelling}{separator}{word}" for word in _WORDS)


def _unknown(tags: Mapping[str, str], name: str, version: str) -> UsageError:
    near = [tag for tag in tags if version in tag]
    near += difflib.get_close_matches(f"v{version}", tags, n=_SHOWN, cutoff=0.4)
    listed = ", ".join(dict.fromkeys(near[:_SHOWN]))
    said = f"; the nearest of {len(tags)} tags are {listed}" if listed else f"; none of {len(tags)} tags is near"
    return UsageError(
        "tag-unknown",
        f"no tag here is one of {name} {version}{said}",
        hint="`git fetch --tags`, or say which commit with --commit",
    )
