"""What a comparison of two releases says, and what it says where one of them cannot be read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.evidence import sbom_of
from tests.support.pypi import write_sdist
from tests.support.wheels import write_wheel

from sealwright.model import FileRef
from sealwright.verify.changes import Changes, Publisher, Side, compare_releases
from sealwright.verify.changes.model import MOST, Kind, stated_publisher

OURS = Publisher("owner/tiny", "release.yml", "pypi")
WHEELS = {version: f"tiny-{version}-py3-none-any.whl" for version in ("1.0", "1.1")}
Members = Mapping[str, str | bytes]


def side(folder: Path, version: str, members: Members | None = None, **given: object) -> Side:
    headers = str(given.get("headers", ""))
    requires = tuple(str(item) for item in given.get("requires", ()))  # type: ignore[attr-defined]
    wheel = write_wheel(folder / version, version=version, members=members, headers=headers, requires=requires)
    sdist = write_sdist(folder / version, version=version)
    archives = {path.name: io.BytesIO(path.read_bytes()) for path in (wheel, sdist)}
    ref = FileRef.of(f"dist/{wheel.name}", wheel.read_bytes())
    return Side(version, tuple(archives), archives, {wheel.name: sbom_of(ref)}, OURS)


def compared(folder: Path, members: Members | None = None, **given: object) -> Changes:
    return compare_releases("tiny", side(folder, "1.0"), side(folder, "1.1", members, **given))


def told(changes: Changes) -> set[tuple[Kind, bool]]:
    return {(change.kind, change.look) for change in changes.changes if change.kind is not Kind.SIZE}


def test_versions_alone_are_no_change(tmp_path: Path) -> None:
    changes = compared(tmp_path)
    assert told(changes) == set()
    assert changes.complete


@pytest.mark.parametrize(
    ("members", "given", "kind", "look"),
    [
        ({"more.py": "1"}, {}, Kind.FILE, False),
        ({"fast.so": b"\x7fELF"}, {}, Kind.NATIVE_CODE, True),
        ({"data.txt": b"\x7fELF\x02"}, {}, Kind.NATIVE_CODE, True),
        ({"data.bin": b"MZ\x90"}, {}, Kind.NATIVE_CODE, True),
        ({"data.bin": b"\xcf\xfa\xed\xfe"}, {}, Kind.NATIVE_CODE, True),
        ({"fast.pyd": b"no head at all"}, {}, Kind.NATIVE_CODE, True),
        ({"tiny.pth": "import os"}, {}, Kind.AT_START, True),
        ({"sitecustomize.py": ""}, {}, Kind.AT_START, True),
        ({"{info}/entry_points.txt": "[console_scripts]\nls = tiny:main\n"}, {}, Kind.ENTRY_POINT, True),
        ({"{info}/entry_points.txt": "[pytest11]\nx = tiny\n"}, {}, Kind.ENTRY_POINT, True),
        ({}, {"requires": ["evil"]}, Kind.DEPENDENCY, True),
        ({}, {"headers": "Requires-Python: >=3.13\n"}, Kind.REQUIRES_PYTHON, False),
        ({}, {"headers": "License-Expression: MIT\n"}, Kind.LICENCE, False),
    ],
)
def test_each_kind_of_change_is_named(
    tmp_path: Path, members: Members, given: dict[str, object], kind: Kind, *, look: bool
) -> None:
    assert (kind, look) in told(compared(tmp_path, members, **given))


@pytest.mark.parametrize(
    ("publisher", "subject"),
    [
        (Publisher("evil/tiny", "release.yml", "pypi"), "repository"),
        (Publisher("owner/tiny", "other.yml", "pypi"), "workflow"),
        (Publisher("owner/tiny", "release.yml", ""), "environment"),
    ],
)
def test_another_publisher_comes_first(tmp_path: Path, publisher: Publisher, subject: str) -> None:
    later = side(tmp_path, "1.1", {"fast.so": b"\x7fELF"})
    later = Side(later.version, later.names, later.archives, later.sboms, publisher)
    first = compare_releases("tiny", side(tmp_path, "1.0"), later).changes[0]
    assert (first.kind, first.subject, first.look) == (Kind.PUBLISHER, subject, True)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 1000], ids=["empty", "cut off", "no archive"])
@pytest.mark.parametrize("which", ["1.0", "1.1"])
def test_what_cannot_be_read_is_said_and_the_comparison_is_not_complete(
    tmp_path: Path, which: str, data: bytes
) -> None:
    sides = {version: side(tmp_path, version) for version in WHEELS}
    broken = sides[which]
    archives = {**broken.archives, WHEELS[which]: io.BytesIO(data)}
    sides[which] = Side(which, broken.names, archives, broken.sboms, OURS)
    changes = compare_releases("tiny", sides["1.0"], sides["1.1"])
    assert not changes.complete
    assert any(WHEELS[which] in text for text in changes.unseen)


def test_a_file_that_did_not_come_is_said(tmp_path: Path) -> None:
    earlier = Side("1.0", tuple(WHEELS[version] for version in ("1.0",)), {}, {}, OURS)
    changes = compare_releases("tiny", earlier, side(tmp_path, "1.1"))
    assert not changes.complete


def test_an_sbom_of_another_wheel_is_not_believed(tmp_path: Path) -> None:
    later = side(tmp_path, "1.1")
    sboms = {WHEELS["1.1"]: sbom_of(FileRef.of("dist/other", b"other"))}
    later = Side("1.1", later.names, later.archives, sboms, OURS)
    changes = compare_releases("tiny", side(tmp_path, "1.0"), later)
    assert any("about another file" in text for text in changes.unseen)


def test_many_changes_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    changes = compared(tmp_path, {f"data/{number}.txt": "1" for number in range(MOST + 50)})
    assert changes.counts[Kind.FILE] == MOST + 50
    assert sum(change.kind is Kind.FILE for change in changes.changes) == MOST


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"{}", b'{"attestation_bundles": []}', b'{"attestation_bundles": [1]}', b"[" * 9999]
)
def test_an_answer_that_names_nobody_names_nobody(answer: bytes) -> None:
    assert stated_publisher(answer) is None
