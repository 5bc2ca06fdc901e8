"""Whether a release was published by somebody else than the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import Version

from sealwright.doctor.publishers import Publisher, publishers_in
from sealwright.errors import Refused
from sealwright.lifecycle.monitor.seen import VersionSeen
from sealwright.model import Finding

CHECK = "released-publisher"


def judge_publishers(versions: Iterable[VersionSeen]) -> Iterator[Finding]:
    """One failure for each version whose publishers are others than those of the version before. `publisher-changed`.

    Also what the settings of today allow is said: whoever may change those could change them along. Versions without
    provenance are left out here; that they have none is a finding of its own.
    """
    before: tuple[str, frozenset[Publisher]] | None = None
    number = 0
    for one in sorted(versions, key=lambda one: Version(one.version)):
        publishers = _of(one)
        if not publishers:
            continue
        number += 1
        if before is not None and before[1] != publishers:
            yield Finding.failed(
                CHECK,
                "publisher-changed",
                one.version,
                expected=f"{_named(before[1])}, as for {before[0]}",
                found=_named(publishers),
                hint=f"if that was you, go on with `--since {one.version}`; if not, security/incident-response.md",
            )
        before = one.version, publishers
    if number:
        yield Finding.passed(CHECK, "", f"the last one is {_named(before[1])}" if before else "")


def _of(one: VersionSeen) -> frozenset[Publisher]:
    answers = [answer for answer in one.provenance.values() if isinstance(answer, bytes)]
    try:
        return frozenset(publisher for answer in answers for publisher in publishers_in(answer))
    except Refused:  # malformed, which the check of the provenance itself says
        return frozenset()


def _named(publishers: Iterable[Publisher]) -> str:
    return " and ".join(sorted(map(str, publishers)))
