"""What was locked, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sealwright.doctor import programs
from sealwright.doctor.codes import Audit, Defect, advice
from sealwright.doctor.material import Unseen
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Place
from sealwright.model import State

LOCK_DAYS = 180
TRUST_ROOT_DAYS = 730

_LOCK = advice(
    "lock-old",
    "a hash-locked list that nobody has renewed for long",
    "It keeps versions whose weaknesses have become known since.",
    f"Found where a list with hashes that a release job installs was last committed more than {LOCK_DAYS} days ago."
    " `uv pip compile --upgrade --generate-hashes` renews it; let new versions wait for a week.",
)
_TRUST = advice(
    "trust-root-old",
    "the Sigstore trust root that is built in is old",
    "Signatures by keys that Sigstore has taken into use since then would not verify offline.",
    f"Found where the newest key in it came into use more than {TRUST_ROOT_DAYS} days ago. A newer version of the"
    " package `sigstore` brings a newer one; `--trust-config` names another.",
)
_UNSEEN = advice(
    "age-unseen",
    "an age that could not be found out",
    "How old something is that nobody looked at is not known, and is not taken for new.",
    "Found where git cannot say when a list was last committed, as in a shallow clone, or where it is not"
    " committed yet.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for path in sorted(_lists(posture)):
        committed = posture.material.changed.get(path)
        if committed is None:
            yield Defect(
                _UNSEEN,
                Place(path, 1),
                "not committed here",
                "commit it, or fetch the history",
                state=State.UNAVAILABLE,
            )
        elif (days := _days(posture, committed)) > LOCK_DAYS:
            fix = f"`uv pip compile --upgrade --generate-hashes`, and commit {path}"
            yield Defect(_LOCK, Place(path, 1), f"last committed {days} days ago", fix, f"at most {LOCK_DAYS} days")
    yield from _trust_root(posture)


def _trust_root(posture: Posture) -> Iterator[Defect]:
    root, place, about = posture.material.trust_root, posture.uploads[0].place, "Sigstore trust root"
    if isinstance(root, Unseen):
        yield Defect(_UNSEEN, place, root.reason, root.hint, state=State.UNAVAILABLE, about=about)
    elif (days := _days(posture, root)) > TRUST_ROOT_DAYS:
        fix = "upgrade the package `sigstore`"
        yield Defect(_TRUST, place, f"its newest key is {days} days old", fix, about=about)


def _lists(posture: Posture) -> set[str]:
    """Lists with hashes that release jobs install."""
    files = posture.material.files
    named = {
        path
        for _, job in posture.release_jobs
        for ran in posture.ran(job)
        for path in programs.requirement_files(ran.command, files)
    }
    return {path for path in named if "--hash=" in files[path]}


def _days(posture: Posture, since: date) -> int:
    return (posture.material.today - since).days


AUDIT = Audit("ages", "are locks and the trust root recent?", (_LOCK, _TRUST, _UNSEEN), _look)
