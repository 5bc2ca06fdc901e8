"""Git refs and tags as slsa-verifier reads them: the semantic versions of Go, with a `v` in front.

https://pkg.go.dev/golang.org/x/mod/semver: `v1` and `v1.2` are versions too, of a whole series.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from sealwright.verify.artifact.refusal import NotVerified, Reason

_NUMBER = r"(?:0|[1-9][0-9]*)"
_WORDS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"v(?P<major>{_NUMBER})(?:\.(?P<minor>{_NUMBER})(?:\.(?P<patch>{_NUMBER})(?:-(?P<pre>{_WORDS}))?(?:\+(?P<build>{_WORDS}))?)?)?"
)
_PARTS_OF_REF = 3
_PARTS_OF_VERSION = 3


@dataclass(frozen=True, slots=True)
class Version:
    """A tag that is a version; `minor` and `patch` are None where it leaves them out."""

    major: str
    minor: str | None
    patch: str | None
    pre: str
    build: str

    @classmethod
    def of(cls, tag: str) -> Self:
        """Raises NotVerified (ErrorInvalidSemver)."""
        found = _VERSION.fullmatch(tag) if tag.isascii() else None
        if found is None or any(_has_leading_zero(word) for word in (found["pre"] or "").split(".")):
            raise NotVerified(Reason.SEMVER, f"{tag!r} is not a version such as v1.2.3")
        return cls(found["major"], found["minor"], found["patch"], found["pre"] or "", found["build"] or "")


def name_in(ref: str, kind: str) -> str:
    """The branch or tag that `ref` names; `kind` is `heads` or `tags`. Raises NotVerified (ErrorInvalidRef)."""
    parts = ref.split("/", _PARTS_OF_REF - 1)
    if len(parts) != _PARTS_OF_REF or parts[:2] != ["refs", kind] or not parts[2]:
        raise NotVerified(Reason.REF, f"{ref!r} is not refs/{kind}/...")
    return parts[2]


def require_release_tag(ref: str) -> None:
    """A builder is called at `refs/tags/vX.Y.Z`: a branch, or a tag that may move, could be anything.

    Raises NotVerified (ErrorInvalidRef).
    """
    tag = name_in(ref, "tags")
    try:
        version = Version.of(tag)
    except NotVerified as error:
        raise NotVerified(Reason.REF, f"{tag!r} is not of the form vX.Y.Z") from error
    if version.patch is None or version.pre or version.build:
        raise NotVerified(Reason.REF, f"{tag!r} is not of the form vX.Y.Z")


def require_within(tag: str, wanted: str) -> None:
    """`tag` is the version `wanted`, or one of the series that it names: v14.2.1 is in v14 and in v14.2.

    Raises NotVerified (ErrorInvalidSemver, ErrorMismatchVersionedTag).
    """
    series, found = Version.of(wanted), Version.of(tag)
    pairs = [("major", series.major, found.major)]
    if series.minor is not None:
        pairs.append(("minor", series.minor, found.minor or "0"))
    if series.patch is not None:
        # What is written behind `+` orders nothing (https://semver.org/#spec-item-10).
        pairs.append(("patch", _last(series), _last(found)))
    for part, ours, theirs in pairs:
        if ours != theirs:
            raise NotVerified(Reason.MISMATCH_VERSIONED_TAG, f"{part} of {tag}: wanted {ours}, found {theirs}")


def _last(version: Version) -> str:
    return (version.patch or "0") + (f"-{version.pre}" if version.pre else "")


def _has_leading_zero(word: str) -> bool:
    return len(word) > 1 and word.isdigit() and word[0] == "0"
