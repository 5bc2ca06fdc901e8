"""Versions in their normal form (https://packaging.python.org/en/latest/specifications/version-specifiers/)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from sealwright.config import Settings

FIRST_VERSION = "0.1.0"


def normal_version(version: str) -> str | None:
    """`version` in normal form, or None where it is no version at all."""
    try:
        return str(Version(version))
    except InvalidVersion:
        return None


def named_in(filename: str) -> tuple[str, Version] | None:
    """The project, normalised, and the version in a distribution's name; None where the name follows no standard."""
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[:2]
        return parse_sdist_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None


def version_of(filename: str) -> Version | None:
    """The version in a distribution's name; None where the name follows no standard."""
    named = named_in(filename)
    return named[1] if named else None


def version_in_tag(tag: str) -> Version | None:
    """The version that a tag of any habit names: `v1.2`, `1.2`, `package-v1.2`, `release/1.2`; None where none does."""
    begins = [0, *(found.end() for found in re.finditer(r"[-_/@]", tag)), *(m.start() for m in re.finditer(r"\d", tag))]
    texts = (tag[begin:] for begin in begins)
    return next((Version(text) for text in texts if normal_version(text) is not None), None)


def next_patch(latest: str | None) -> str:
    """The version after `latest`, for a rehearsal of a project whose version is decided by a tag to come.

    A pre-release is followed by its final release. Without a release it is the first one. Raises ValueError where
    `latest` is no version.
    """
    if latest is None:
        return FIRST_VERSION
    version = Version(latest)
    prefix = f"{version.epoch}!" if version.epoch else ""
    if version.is_prerelease:
        return prefix + ".".join(map(str, version.release))
    release = (*version.release, 0, 0)[: max(3, len(version.release))]
    return prefix + ".".join(map(str, (*release[:-1], release[-1] + 1)))


def latest_tag(tags: Iterable[str], settings: Settings) -> tuple[str, str] | None:
    """(tag, version in normal form) of the highest version among tags that fit the pattern; None if none does."""
    found = [
        (Version(version), tag)
        for tag in tags
        if (named := settings.version_in(tag)) is not None and (version := normal_version(named)) is not None
    ]
    if not found:
        return None
    highest, tag = max(found)
    return tag, str(highest)
