"""A rebuild of a published release, for people and for machines."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sealwright.model import State
from sealwright.report import answer
from sealwright.report.answer import Answer
from sealwright.stages.normal_sdist import RULES
from sealwright.verify.difference import Difference, remedy

if TYPE_CHECKING:  # it imports `build`, which not everybody has; whoever has an outcome has it
    from sealwright.rebuilding.rebuild import Compared, Outcome


def answer_of(outcome: Outcome) -> Answer:
    """The answer: it passes only if every published file was made again, byte for byte."""
    blocking = tuple(finding for finding in outcome.findings if finding.state is not State.PASS)
    return Answer("rebuild", tuple(outcome.release.files), outcome.findings, blocking)


def opening(outcome: Outcome) -> Iterator[str]:
    """What was rebuilt, from what, and with what, in one line each."""
    release, backend = outcome.release, outcome.backend
    yield f"{release.name} {release.version}, from {release.origin}"
    yield f"  commit   {outcome.tag.commit}, {outcome.tag.name}"
    yield f"  backend  {backend.text or 'not recorded'}"
    yield from (f"           {gap}" for gap in backend.gaps)
    yield f"  others   {_resolved(outcome)}"
    yield f"  time     {_time(outcome)}"
    if outcome.told:
        yield f"  sdist    normalised by {RULES}, as the published one is"
    yield f"  tools    {', '.join(f'{tool.name} {tool.version}' for tool in outcome.tools)}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The same for programs."""
    release = outcome.release
    return answer.as_json(
        answer_of(outcome),
        release={"name": release.name, "version": release.version, "from": release.origin},
        source=dataclasses.asdict(outcome.tag),
        backend=dataclasses.asdict(outcome.backend),
        resolved_as_of=release.uploaded or None,
        source_date_epoch=dataclasses.asdict(outcome.epoch),
        sdist_normalised={"rules": RULES, "told": outcome.told} if outcome.told else None,
        tools=[dataclasses.asdict(tool) for tool in outcome.tools],
        files=[_file(file, outcome.backend.name) for file in outcome.files],
        not_rebuilt=list(release.others),
    )


def _file(file: Compared, backend: str) -> dict[str, Any]:
    second = file.second
    return {
        "name": file.first.name,
        "published": {"sha256": file.first.sha256, "size": file.first.size},
        "rebuilt": {"sha256": second.sha256, "size": second.size} if second else None,
        "identical": second is not None and second.sha256 == file.first.sha256,
        "differences": [_difference(found, backend, file.first.name) for found in file.differences],
    }


def _difference(found: Difference, backend: str, name: str) -> dict[str, Any]:
    return {
        "class": found.kind,
        "members": list(found.members),
        "count": found.count,
        "first": dataclasses.asdict(found.first),
        "remedy": remedy(found, backend, wheel=name.endswith(".whl")),
    }


def _resolved(outcome: Outcome) -> str:
    if outcome.release.uploaded:
        return f"build requirements as of the upload, {outcome.release.uploaded}"
    return "build requirements as of now: nobody says when it was uploaded, so plugins may be newer than they were"


def _time(outcome: Outcome) -> str:
    epoch = outcome.epoch
    if epoch.seconds is None:
        return f"SOURCE_DATE_EPOCH unset: {epoch.reason}"
    shown = dt.datetime.fromtimestamp(epoch.seconds, dt.UTC)
    return f"SOURCE_DATE_EPOCH {epoch.seconds} ({shown:%Y-%m-%d %H:%M:%S} UTC): {epoch.reason}"
