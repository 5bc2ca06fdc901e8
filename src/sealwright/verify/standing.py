"""How far a release has come: which of its files are where, and whether it can still be completed.

PyPI takes new files for a version for fourteen days after the first one; other bytes under a known name never.
https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sealwright.errors import Unavailable
from sealwright.model import FileRef, Finding, State
from sealwright.verify.listing import IndexFile

OPEN_FOR = timedelta(days=14)
"""How long a release on an index takes new files, from its first one."""
TESTPYPI, PYPI, GITHUB, WINDOW = "testpypi", "pypi", "github", "window"
"""The checks."""
UNFINISHED = ("asset-missing", "asset-incomplete")
"""What is wrong with a release that was not filled to its end."""
_STOP = "do not continue: find out who published it, yank the version, and release a new one"


class Progress(StrEnum):
    """How far it has come, all places together."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    DIFFERENT = "different"
    """Somewhere there are other bytes than the planned ones. Nothing can be continued."""
    CLOSED = "closed"
    """Half published, and too late for the rest."""
    UNKNOWN = "unknown"
    """Some place did not answer, and what the others say does not decide."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A release on GitHub."""

    draft: bool
    page: str
    """Address for people; empty in a rehearsal, whose GitHub nobody can visit."""
    problems: tuple[Finding, ...]
    """What distinguishes its files from the planned ones."""
    files: int
    """How many it should hold."""


def judge_index(place: str, planned: Sequence[FileRef], served: Sequence[IndexFile] | Unavailable) -> Iterator[Finding]:
    """One pass if an index has exactly the planned files, else one finding for each that it has not, or has too much.

    Codes: `index-absent`, `index-different`, `index-extra`, and that of what kept it from answering.
    """
    if isinstance(served, Unavailable):
        yield Finding.unavailable(place, served.code, found=served.message, hint=served.hint)
        return
    there = {file.filename: file for file in served}
    wrong = [
        *(found for ref in planned if (found := _judge_file(place, ref, there.get(ref.name)))),
        *(_extra(place, there[name]) for name in sorted(there.keys() - {ref.name for ref in planned})),
    ]
    yield from wrong
    if not wrong:
        yield Finding.passed(place, found=f"{len(planned)} of {len(planned)} files, identical")


def judge_page(shown: Shown | Unavailable | None, tag: str) -> Iterator[Finding]:
    """Whether the release on GitHub is published and holds the planned files.

    Codes: `release-absent`, `release-draft`, and those of its `problems`.
    """
    match shown:
        case Unavailable():
            yield Finding.unavailable(GITHUB, shown.code, tag, found=shown.message, hint=shown.hint)
        case None:
            yield Finding.absent(GITHUB, "release-absent", tag, expected="a published release")
        case Shown(draft=True):
            missing = sum(problem.code in UNFINISHED for problem in shown.problems)
            yield from (problem for problem in shown.problems if problem.code not in UNFINISHED)
            held = f"a draft with {shown.files - missing} of {shown.files} files{_at(shown)}"
            yield Finding(GITHUB, "release-draft", State.ABSENT, tag, "a published release", held)
        case Shown():
            yield from shown.problems
            if not shown.problems:
                yield Finding.passed(GITHUB, tag, f"published, {shown.files} files identical{_at(shown)}")


def judge_window(
    planned: Sequence[FileRef], served: Sequence[IndexFile] | Unavailable, now: datetime
) -> Iterator[Finding]:
    """Whether PyPI still takes what is missing; nothing is said where it has nothing yet, or everything.

    Codes: `window-closed`, `window-unknown`.
    """
    there = () if isinstance(served, Unavailable) else served
    if not there or {ref.name for ref in planned} <= {file.filename for file in there}:
        return
    closes = closing_time(there)
    if closes is None:
        hint = "see on the project's page at PyPI when its first file came; after 14 days no other one is taken"
        yield Finding.unavailable(WINDOW, "window-unknown", found="the index does not say when", hint=hint)
        return
    until = f"{closes:%Y-%m-%d %H:%M} UTC"
    if now < closes:
        yield Finding.passed(WINDOW, found=f"{_left(closes - now)} left: PyPI takes what is missing until {until}")
        return
    hint = "yank what is there, and release a new version"
    expected = "all files within 14 days of the first"
    yield Finding.failed(WINDOW, "window-closed", expected=expected, found=f"closed since {until}", hint=hint)


def closing_time(served: Iterable[IndexFile]) -> datetime | None:
    """When an index stops taking files for a release; None where it does not say when the first one came."""
    times = [datetime.fromisoformat(file.uploaded).astimezone(UTC) for file in served if file.uploaded]
    return min(times) + OPEN_FOR if times else None


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What keeps the release from being complete.

    TestPyPI is only a step on the way: once PyPI has everything, what is not there does not matter, but other bytes do.
    """
    published = any(f.check == PYPI and f.state is State.PASS for f in findings)
    passed_over = (State.PASS, State.SKIPPED)
    return tuple(
        finding
        for finding in findings
        if finding.state not in passed_over
        and not (finding.check == TESTPYPI and published and finding.state is not State.FAIL)
        and not (finding.check == WINDOW and finding.state is State.UNAVAILABLE)
    )


def progress_of(findings: Sequence[Finding]) -> Progress:
    """How far it has come."""
    stopping = blocking(findings)
    by_state = {state: {f.code for f in stopping if f.state is state} for state in State}
    match by_state:
        case _ if by_state[State.FAIL] - {*UNFINISHED, "window-closed"}:
            return Progress.DIFFERENT
        case _ if "window-closed" in by_state[State.FAIL]:
            return Progress.CLOSED
        case _ if by_state[State.UNAVAILABLE]:
            return Progress.UNKNOWN
        case _ if stopping:
            return Progress.INCOMPLETE
    return Progress.COMPLETE


EXIT_CODES: Mapping[Progress, int] = {
    Progress.COMPLETE: 0,
    Progress.INCOMPLETE: 1,
    Progress.DIFFERENT: 1,
    Progress.CLOSED: 1,
    Progress.UNKNOWN: 3,
}


def _judge_file(place: str, ref: FileRef, file: IndexFile | None) -> Finding | None:
    if file is None:
        return Finding.absent(place, "index-absent", ref.name, expected=f"sha256:{ref.sha256}")
    if file.sha256 == ref.sha256:
        return None
    expected, found = f"sha256:{ref.sha256}", f"sha256:{file.sha256}"
    return Finding.failed(place, "index-different", ref.name, expected=expected, found=found, hint=_STOP)


def _extra(place: str, file: IndexFile) -> Finding:
    return Finding.failed(
        place,
        "index-extra",
        file.filename,
        expected="only the files of this release",
        found=f"sha256:{file.sha256}",
        hint=_STOP,
    )


def _at(shown: Shown) -> str:
    return f": {shown.page}" if shown.page else ""


def _left(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    days, hours = divmod(hours, 24)
    return f"{days} days and {hours} hours" if days else f"{hours} hours"
