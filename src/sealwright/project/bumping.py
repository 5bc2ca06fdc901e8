"""The version that comes next, as Semantic Versioning has it, written as PEP 440 has it.

https://semver.org/ and https://packaging.python.org/en/latest/specifications/version-specifiers/. Calendar versions
(https://calver.org/) are counted up by `patch` alone: which day a release is of is not ours to say.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from packaging.version import InvalidVersion, Version

from sealwright.errors import UsageError
from sealwright.project.versions import FIRST_VERSION, composed, raised

Phase = Literal["a", "b", "rc"]
PHASES: tuple[Phase, ...] = ("a", "b", "rc")
"""Kinds of pre-releases, in the order in which a version goes through them."""
_PARTS = 3
_YEARS = range(1980, 2200)


class Bump(StrEnum):
    """What a release changes for those who use the project."""

    MAJOR = "major"
    """Something that worked before may not any more."""
    MINOR = "minor"
    """Something can be done that could not be before."""
    PATCH = "patch"
    """Something is corrected."""


def next_version(current: Version | None, wanted: str | None, phase: Phase | None, today: dt.date) -> Version:
    """The version to release after `current`, which is what is written or tagged so far; None before the first one.

    `wanted` is a bump, a version, or None for the one that is written. `phase` asks for a pre-release.
    Raises UsageError (`version-malformed`, `version-local`, `pre-with-version`, `bump-needed`, `bump-calver`,
    `bump-not-semver`, `pre-backwards`).
    """
    if wanted is not None and wanted not in set(Bump):
        return _given(wanted, phase)
    bump = Bump(wanted) if wanted is not None else None
    if current is None:
        return _first(bump, phase)
    if bump is None and phase is None:
        return _as_written(current)
    release = _release(current, bump, today)
    return composed(current.epoch, release, _phase(current, release, phase) if phase else "")


def is_calendar(version: Version) -> bool:
    """Whether a version begins with a year."""
    return version.release[0] in _YEARS and len(version.release) > 1


def unfinished(version: Version) -> bool:
    """Whether the final release of this version is still to come."""
    return version.pre is not None or (version.dev is not None and version.post is None)


def _given(text: str, phase: Phase | None) -> Version:
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise UsageError(
            "version-malformed",
            f"{text!r} is neither major, minor or patch, nor a version",
            hint="write it like 1.2.0 or 1.2.0rc1",
        ) from error
    if version.local:
        raise UsageError(
            "version-local",
            f"{text} has a local part, which no index takes",
            hint=f"release {version.public}; what stands behind `+` is for builds that stay at home",
        )
    if phase:
        raise UsageError(
            "pre-with-version",
            f"--pre {phase} beside {text}: a version says itself whether it is a pre-release",
            hint=f"write {version.base_version}{phase}1, or leave out --pre",
        )
    return version


def _first(bump: Bump | None, phase: Phase | None) -> Version:
    if bump is None:
        raise _needed("nothing is released yet, and no version is written")
    first = Version("1.0.0" if bump is Bump.MAJOR else FIRST_VERSION)
    return composed(0, first.release, f"{phase}1" if phase else "")


def _as_written(current: Version) -> Version:
    if current.dev is not None or current.local:
        raise _needed(f"{current} stands for what is being worked on")
    return current


def _release(current: Version, bump: Bump | None, today: dt.date) -> tuple[int, ...]:
    """The release segment to come: that of an unfinished version where the bump asks for no more than it."""
    if unfinished(current) and (bump is None or _covers(current, bump)):
        return current.release
    if bump is None:
        raise _needed(f"{current} is final, and --pre says nothing of what changes")
    if is_calendar(current) and bump is not Bump.PATCH:
        raise UsageError(
            "bump-calver",
            f"{current} is a calendar version, which {bump} says nothing about",
            hint=f"give the version, such as `sealwright prepare {_of_today(current, today)}`; `patch` counts up",
        )
    if len(current.release) > _PARTS:
        raise UsageError(
            "bump-not-semver",
            f"{current} has {len(current.release)} numbers, and Semantic Versioning three",
            hint="give the version itself in place of a bump",
        )
    return raised(current.release, list(Bump).index(bump))


def _covers(current: Version, bump: Bump) -> bool:
    """Whether the final release of an unfinished version would be as large a step as `bump`: 1.3.0rc1 is a minor."""
    below = {Bump.MAJOR: 1, Bump.MINOR: 2, Bump.PATCH: _PARTS}[bump]
    return not any(current.release[below:_PARTS])


def _phase(current: Version, release: tuple[int, ...], phase: Phase) -> str:
    if release != current.release or current.pre is None:
        return f"{phase}1"
    before, number = current.pre
    if PHASES.index(phase) < list(PHASES).index(before):
        raise UsageError(
            "pre-backwards",
            f"{phase} comes before {before}, and {current} is there already",
            hint=f"--pre {before} for one more of them, or leave out --pre for the final release",
        )
    if phase != before:
        return f"{phase}1"
    return f"{phase}{number if current.dev is not None else number + 1}"


def _of_today(current: Version, today: dt.date) -> str:
    """The first version of this month in the form of `current`; its successor where this month has one already."""
    zeros = (0,) * (len(current.release) - 2)
    first = composed(current.epoch, (today.year, today.month, *zeros))
    return str(first if first > current else composed(current.epoch, raised(current.release[:_PARTS], _PARTS - 1)))


def _needed(why: str) -> UsageError:
    return UsageError(
        "bump-needed", why, hint="say major, minor or patch, or give the version: `sealwright prepare minor`"
    )
