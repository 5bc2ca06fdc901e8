"""Differences between two builds of one file, as findings."""

from __future__ import annotations

from collections.abc import Iterable

from sealwright.model import FileRef, Finding
from sealwright.verify.difference.kinds import Difference, Kind
from sealwright.verify.difference.remedies import remedy

CHECK = "rebuild"
GRAVE = tuple(f"{CHECK}-differs-{kind}" for kind in (Kind.UNCLASSIFIED, Kind.CODE))
"""Codes of differences that are shown first wherever a verdict is shown, also where they do not stop a release."""
_OTHER_NAMES = "the two builds disagree about names; look for a version or a tag that is read from the environment"


def judge_pair(
    first: FileRef, second: FileRef, found: Iterable[Difference] | None, backend: str
) -> tuple[Finding, ...]:
    """The findings about one file that was built twice.

    `found` is how the two differ, None where they are too large to be held; `backend` decides on the hints.
    Codes: one `rebuild-differs-<class>` for each class of difference.
    """
    if first.sha256 == second.sha256:
        return (Finding.passed(CHECK, first.name, "byte-identical"),)
    if found is None:
        return (_too_large(first, second),)
    return tuple(_finding(first.name, difference, backend) for difference in found)


def missing(ref: FileRef) -> Finding:
    """The finding about a file that was built only once. Code: `rebuild-file-missing`."""
    expected = f"sha256:{ref.sha256} ({ref.size} bytes)"
    return Finding.failed(
        CHECK, "rebuild-file-missing", ref.name, expected=expected, found="not built again", hint=_OTHER_NAMES
    )


def extra(ref: FileRef) -> Finding:
    """The finding about a file that only the second build made. Code: `rebuild-file-extra`."""
    found = f"sha256:{ref.sha256} ({ref.size} bytes), made by the second build alone"
    return Finding.failed(
        CHECK, "rebuild-file-extra", ref.name, expected="no such file", found=found, hint=_OTHER_NAMES
    )


def _too_large(first: FileRef, second: FileRef) -> Finding:
    return Finding.failed(
        CHECK,
        f"{CHECK}-differs-{Kind.UNCLASSIFIED}",
        first.name,
        expected=f"sha256:{first.sha256} ({first.size} bytes)",
        found=f"sha256:{second.sha256} ({second.size} bytes); too large to be compared here",
        hint=f"unpack {first.path} and {second.path} and compare them; treat it as other code until then",
    )


def _finding(name: str, difference: Difference, backend: str) -> Finding:
    first = difference.first
    place = f"{first.member}: " if first.member else ""
    others = f"\nalso in {difference.others}" if difference.others else ""
    return Finding.failed(
        CHECK,
        f"{CHECK}-differs-{difference.kind}",
        name,
        expected=f"{place}{first.expected}",
        found=f"{place}{first.found}{others}",
        hint=remedy(difference, backend, wheel=name.endswith(".whl")),
    )
