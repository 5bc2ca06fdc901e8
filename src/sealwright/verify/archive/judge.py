"""All distributions of a release against its commit: reads each once, then asks every concern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from sealwright.model import Finding
from sealwright.verify.archive import contents
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.entry_points import declared, judge_entry_points
from sealwright.verify.archive.faults import CHECKS, Fault, findings
from sealwright.verify.archive.generated import Generated
from sealwright.verify.archive.limits import DEFAULT, Limits
from sealwright.verify.archive.members import Archive, Keep, Kind, Member
from sealwright.verify.archive.metadata import CoreMetadata, judge_same, judge_static, parse
from sealwright.verify.archive.names import Name, judge_metadata_name, judge_name, judge_wheel_file, parse_name
from sealwright.verify.archive.record import judge_record
from sealwright.verify.archive.sdist import read_sdist
from sealwright.verify.archive.wheel import read_wheel

_WHEEL_ONLY = ("record", "entry-points")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the distributions must be of."""

    project: str
    """Normalised."""
    version: str
    """In normal form."""


@dataclass
class _Distribution:
    name: Name
    archive: Archive
    metadata: CoreMetadata | None = None
    faults: list[Fault] = field(default_factory=list)


def judge(
    distributions: Mapping[str, BinaryIO], commit: Commit, expected: Expected, limits: Limits = DEFAULT
) -> tuple[Finding, ...]:
    """Findings of the checks `archive`, `names`, `record`, `metadata`, `entry-points` and `contents`.

    `distributions` are seekable streams by file name. A distribution that passes a check gets a finding that says so;
    one that cannot be read to its end passes none.
    """
    generated = Generated(commit, expected.version)
    found: list[Finding] = []
    read: list[_Distribution] = []
    for filename, stream in sorted(distributions.items()):
        name = parse_name(filename)
        if name is None:
            code = "filename-malformed" if filename.endswith((".whl", ".tar.gz")) else "unexpected-file"
            found += findings([Fault(code, found=filename)], filename)
        else:
            read.append(_read(name, stream, generated, limits))
    for one in read:
        one.faults += _judge_alone(one, generated, expected)
    _judge_together(read, generated)
    for one in read:
        found += findings(one.faults, one.name.filename)
        found += _passed(one, generated)
    return tuple(found)


def _read(name: Name, stream: BinaryIO, generated: Generated, limits: Limits) -> _Distribution:
    algorithm = generated.commit.algorithm
    if name.is_wheel:
        archive = read_wheel(stream, name, limits, algorithm, Keep(generated.wanted_in_wheel, limits))
    else:
        archive = read_sdist(stream, name.stem, limits, algorithm, Keep(generated.wanted_in_sdist, limits))
    return _Distribution(name, archive, faults=list(archive.faults))


def _judge_alone(one: _Distribution, generated: Generated, expected: Expected) -> Iterator[Fault]:
    yield from judge_name(one.name, expected.project, expected.version)
    if not one.archive.complete:
        return
    yield from _judge_metadata(one, generated.commit)
    files = one.archive.files
    if one.name.is_wheel:
        dist_info = f"{one.name.stem}.dist-info"
        yield from judge_wheel_file(files, one.name)
        yield from judge_record(files, dist_info)
        yield from judge_entry_points(_data(files, f"{dist_info}/entry_points.txt"), generated.commit)
        yield from contents.judge_wheel(one.archive, one.name, generated)
    else:
        yield from contents.judge_sdist(one.archive, one.name, generated)


def _judge_metadata(one: _Distribution, commit: Commit) -> Iterator[Fault]:
    path = f"{one.name.stem}.dist-info/METADATA" if one.name.is_wheel else f"{one.name.stem}/PKG-INFO"
    data = _data(one.archive.files, path)
    if data is None:
        yield Fault("metadata-missing", path)
        return
    try:
        one.metadata = parse(data)
    except ValueError as error:
        yield Fault("metadata-malformed", path, str(error))
        return
    yield from judge_metadata_name(one.metadata, one.name)
    yield from judge_static(one.metadata, commit)


def _judge_together(read: list[_Distribution], generated: Generated) -> None:
    sdists = [one for one in read if not one.name.is_wheel]
    for sdist in sdists[1:]:
        sdist.faults.append(Fault("several-sdists", found=sdist.name.filename))
    if not sdists:
        return
    sdist = sdists[0]
    for wheel in read:
        if not wheel.name.is_wheel:
            continue
        if wheel.metadata and sdist.metadata:
            wheel.faults += judge_same(wheel.metadata, sdist.metadata)
        if wheel.archive.complete and sdist.archive.complete:
            wheel.faults += contents.judge_subset(wheel.archive, wheel.name, sdist.archive, generated)


def _passed(one: _Distribution, generated: Generated) -> Iterator[Finding]:
    if not one.archive.complete:
        return
    failed = {fault.check for fault in one.faults}
    for check in CHECKS:
        if check in failed or (check in _WHEEL_ONLY and not one.name.is_wheel):
            continue
        if check == "entry-points" and declared(generated.commit) is None:
            yield Finding.skipped(check, "declared by code, which was not run", one.name.filename)
        else:
            yield Finding.passed(check, one.name.filename, _seen(check, one))


def _seen(check: str, one: _Distribution) -> str:
    members = sum(member.kind is not Kind.DIRECTORY for member in one.archive.members)
    return {
        "contents": f"{members} members as in the commit",
        "archive": f"{members} members",
        "names": f"{one.name.project} {one.name.version}",
    }.get(check, "")


def _data(files: Mapping[str, Member], path: str) -> bytes | None:
    member = files.get(path)
    return member.data if member else None
