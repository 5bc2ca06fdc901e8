"""Which SOURCE_DATE_EPOCH published archives were built with, as far as their own times tell.

https://reproducible-builds.org/docs/source-date-epoch/
"""

from __future__ import annotations

import calendar
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from sealwright.verify.difference.reading import read_contents

_FIXED: Mapping[str, frozenset[int]] = {
    "hatchling": frozenset({1_580_601_600}),  # 2020-02-02
    "flit-core": frozenset({1_451_606_400}),  # 2016-01-01
    "pdm-backend": frozenset({1_451_606_400}),
    "poetry-core": frozenset({1_451_606_400}),
    "uv-build": frozenset({315_532_800}),  # 1980-01-01, the first day of a zip
}
"""What a backend writes where the variable is not set, in Unix seconds; 0 is never taken for a time."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """The SOURCE_DATE_EPOCH to build with."""

    seconds: int | None
    """Unix seconds; None where the variable must not be set."""
    reason: str
    """How that is known, in a few words."""


def recovered(files: Mapping[str, BinaryIO], backend: str, committed: int) -> Epoch:
    """The SOURCE_DATE_EPOCH of these distributions by file name; the commit's time where theirs tell nothing.

    An sdist counts more than a wheel, whose times have steps of two seconds. `backend` is a normalised name,
    `committed` a time in Unix seconds. Never raises for what is in the files.
    """
    fixed = _FIXED.get(backend, frozenset[int]())
    shown = ""
    for name in sorted(files, key=lambda name: name.endswith(".whl")):
        times = _times(files[name], name)
        if times is None:
            continue
        only = next(iter(times.members)) if len(times.members) == 1 else None
        if not times.members or fixed & {*times.members, times.stamp}:
            shown = shown or name
        elif _usable(only):
            return Epoch(int(only or 0), f"all times in {name}")
    if shown:
        return Epoch(None, f"{shown} has the fixed times that {backend or 'its backend'} writes without it")
    return Epoch(committed, "the commit's time, since the files hold different times or none")


def own_time(sdist: BinaryIO, name: str) -> int | None:
    """The one time in an sdist, in Unix seconds; 0 where it holds none, None where it holds several."""
    times = _times(sdist, name)
    if times is None or len(times.members) > 1:
        return None
    only = next(iter(times.members), 0)
    return int(only) if only == 0 or _usable(only) else None


@dataclass(frozen=True, slots=True)
class _Times:
    members: frozenset[int | float]
    """Every time of a member but 0, in Unix seconds."""
    stamp: int = 0
    """Of the gzip stream, where there is one."""


def _times(stream: BinaryIO, name: str) -> _Times | None:
    """None where the archive cannot be read."""
    contents = read_contents(stream, name)  # which also sees that it is no bomb
    if contents.doubts or not contents.archive.complete:
        return None
    stream.seek(0)
    try:
        if name.endswith(".whl"):
            with zipfile.ZipFile(stream) as wheel:
                return _Times(frozenset(calendar.timegm((*info.date_time, 0, 0, 0)) for info in wheel.infolist()))
        (stamp,) = struct.unpack("<I", stream.read(8)[4:])  # RFC 1952
        stream.seek(0)
        with tarfile.open(fileobj=stream, mode="r:gz") as sdist:
            return _Times(frozenset(_plain(member.mtime) for member in sdist.getmembers()) - {0}, stamp)
    except (zipfile.BadZipFile, tarfile.TarError, struct.error, ValueError, OverflowError, OSError, EOFError):
        return None


def _usable(seconds: float | None) -> bool:
    """Whether it is a whole second that every header can hold."""
    return isinstance(seconds, int) and 0 < seconds < 1 << 32


def _plain(seconds: float) -> int | float:
    return int(seconds) if float(seconds).is_integer() else seconds
