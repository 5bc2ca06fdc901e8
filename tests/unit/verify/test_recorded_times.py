"""What published archives tell about the SOURCE_DATE_EPOCH that they were built with."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from tests.support.differences import EPOCH, SDIST, WHEEL, sdist, wheel

from sealwright.verify.recorded_times import own_time, recovered

COMMITTED = 1_800_000_000


def at(*moment: int) -> bytes:
    """A wheel with one time."""
    return wheel(entry=lambda info: setattr(info, "date_time", (*moment, 0, 0, 0)[:6]))


def seconds(*moment: int) -> int:
    return int(dt.datetime(*moment, tzinfo=dt.UTC).timestamp())  # type: ignore[misc,arg-type]


def mixed(info: object) -> None:
    info.mtime = EPOCH + len(info.name)  # type: ignore[attr-defined]


def epoch(backend: str, **files: bytes) -> int | None:
    names = {"wheel": WHEEL, "sdist": SDIST}
    return recovered({names[kind]: io.BytesIO(data) for kind, data in files.items()}, backend, COMMITTED).seconds


ZEROS = sdist(entry=lambda info: setattr(info, "mtime", 0), stamp=0)
CASES: dict[str, tuple[int | None, int | None]] = {
    "an sdist with one time": (epoch("hatchling", sdist=sdist()), EPOCH),
    "an odd second, which a wheel cannot hold": (
        epoch("flit-core", sdist=sdist(entry=lambda info: setattr(info, "mtime", EPOCH + 1)), wheel=at(2023, 11, 14)),
        EPOCH + 1,
    ),
    "a wheel with one time, an sdist with many": (
        epoch("setuptools", sdist=sdist(entry=mixed), wheel=at(2024, 5, 1)),
        seconds(2024, 5, 1),
    ),
    "a wheel alone": (epoch("setuptools", wheel=at(2024, 5, 1)), seconds(2024, 5, 1)),
    "hatchling's own time": (epoch("hatchling", wheel=at(2020, 2, 2)), None),
    "the same of another backend is a time": (epoch("setuptools", wheel=at(2020, 2, 2)), seconds(2020, 2, 2)),
    "poetry's zeros": (epoch("poetry-core", sdist=ZEROS, wheel=at(2016, 1, 1)), None),
    "older poetry, whose sdist is always at zero": (
        epoch("poetry-core", sdist=ZEROS, wheel=at(2024, 5, 1)),
        seconds(2024, 5, 1),
    ),
    "flit's own time in the gzip header": (
        epoch("flit-core", sdist=sdist(entry=mixed, stamp=seconds(2016, 1, 1))),
        None,
    ),
    "uv_build's zeros": (epoch("uv-build", sdist=ZEROS, wheel=at(1980, 1, 1)), None),
    "times of files": (epoch("setuptools", sdist=sdist(entry=mixed)), COMMITTED),
    "fractions": (
        epoch("setuptools", sdist=sdist(entry=lambda info: setattr(info, "mtime", EPOCH + 0.5))),
        COMMITTED,
    ),
    "a time beyond all headers": (
        epoch("setuptools", sdist=sdist(entry=lambda info: setattr(info, "mtime", 1 << 40))),
        COMMITTED,
    ),
    "no archive": (epoch("setuptools", sdist=b"no", wheel=b"no"), COMMITTED),
    "nothing": (epoch("setuptools"), COMMITTED),
}


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=CASES.keys())
def test_the_epoch_is_recovered(found: int | None, expected: int | None) -> None:
    assert found == expected


def test_how_it_is_known_is_said() -> None:
    found = recovered({WHEEL: io.BytesIO(at(2020, 2, 2))}, "hatchling", COMMITTED)
    assert found.reason == f"{WHEEL} has the fixed times that hatchling writes without it"


@pytest.mark.parametrize(("data", "expected"), [(sdist(), EPOCH), (ZEROS, 0), (sdist(entry=mixed), None), (b"", None)])
def test_the_one_time_of_an_sdist(data: bytes, expected: int | None) -> None:
    assert own_time(io.BytesIO(data), SDIST) == expected
