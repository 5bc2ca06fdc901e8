"""All distributions of a release against its commit: reads each once, then asks every concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from packaging.requirements import Requirement

from sealwright.model import Finding
from sealwright.project.declared import Unknown
from sealwright.verify.archive import contents
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.comparison import Comparison
from sealwright.verify.archive.declarations import compare_declarations
from sealwright.verify.archive.dependencies import compare_dependencies, requirements_of
from sealwright.verify.archive.entry_points import judge_entry_points
from sealwright.verify.archive.explained import Accepted, Judged, explanations
from sealwright.verify.archive.faults import Fault, findings
from sealwright.verify.archive.generated import Generated
from sealwright.verify.archive.limits import DEFAULT, Limits
from sealwright.verify.archive.members import Archive, Keep, Member
from sealwright.verify.archive.metadata import CoreMetadata, judge_form, judge_same, parse, with_requires_txt
from sealwright.verify.archive.names import Name, judge_metadata_name, judge_name, judge_wheel_file, parse_name
from sealwright.verify.archive.outcome import Outcome, passed
from sealwright.verify.archive.record import judge_record
from sealwright.verify.archive.sdist import read_sdist
from sealwright.verify.archive.wheel import read_wheel


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
    requirements: tuple[Requirement, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    """By check."""

    @property
    def files(self) -> Mapping[str, Member]:
        return self.archive.files

    def take(self, judged: Iterable[Judged]) -> None:
        for one in judged:
            if isinstance(one, Fault):
                self.faults.append(one)
            else:
                self.accepted.append(one)


def judge(
    distributions: Mapping[str, BinaryIO], commit: Commit, expected: Expected, limits: Limits = DEFAULT
) -> tuple[Finding, ...]:
    """Findings of all checks in `CHECKS`.

    `distributions` are seekable streams by file name. A distribution that passes a check gets a finding that says so;
    one that cannot be read to its end passes none.
    """
    generated = Generated(commit, expected.project, expected.version)
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
        _judge_alone(one, generated, expected)
    compared = _judge_together(read, generated)
    for one in read:
        found += findings(one.faults, one.name.filename)
        found += passed(_outcome(one, generated, compared=compared))
        found += explanations(one.accepted, one.name.filename)
    return tuple(found)


def _outcome(one: _Distribution, generated: Generated, *, compared: bool) -> Outcome:
    declared = generated.commit.declared.entry_points
    path = _entry_points_path(one, generated)
    return Outcome(
        one.name,
        one.archive,
        frozenset(fault.check for fault in one.faults),
        len(one.accepted),
        one.comparisons,
        _data(one.files, path) if path else None,
        declared.why if isinstance(declared, Unknown) else "",
        has_entry_points=one.name.is_wheel or path is not None,
        compared=compared,
    )


def _read(name: Name, stream: BinaryIO, generated: Generated, limits: Limits) -> _Distribution:
    algorithm = generated.commit.algorithm
    if name.is_wheel:
        archive = read_wheel(stream, name, limits, algorithm, Keep(generated.wanted_in_wheel, limits))
    else:
        archive = read_sdist(stream, name.stem, limits, algorithm, Keep(generated.wanted_in_sdist, limits))
    return _Distribution(name, archive, faults=list(archive.faults))


def _judge_alone(one: _Distribution, generated: Generated, expected: Expected) -> None:
    one.take(judge_name(one.name, expected.project, expected.version))
    if not one.archive.complete:
        return
    one.take(_judge_metadata(one, generated))
    around = contents.surroundings(one.archive, one.name, one.requirements)
    path = _entry_points_path(one, generated)
    if one.name.is_wheel:
        one.take(judge_wheel_file(one.files, one.name))
        one.take(judge_record(one.files, f"{one.name.stem}.dist-info"))
        one.take(contents.judge_wheel(one.archive, one.name, generated, around))
    else:
        one.take(contents.judge_sdist(one.archive, one.name, generated, around))
    if path is not None:
        one.take(judge_entry_points(_data(one.files, path), generated.commit.declared.entry_points, path))


def _judge_metadata(one: _Distribution, generated: Generated) -> Iterator[Fault]:
    path = f"{one.name.stem}.dist-info/METADATA" if one.name.is_wheel else f"{one.name.stem}/PKG-INFO"
    data = _data(one.files, path)
    if data is None:
        yield Fault("metadata-missing", path)
        return
    try:
        one.metadata = parse(data)
    except ValueError as error:
        yield Fault("metadata-malformed", path, str(error))
        return
    yield from judge_form(one.metadata, path)
    yield from judge_metadata_name(one.metadata, one.name)
    one.comparisons["declared"] = compare_declarations(one.metadata, generated.commit)
    yield from one.comparisons["declared"].faults
    try:
        requires = _in_egg_info(one, "requires.txt", generated)
        one.metadata = with_requires_txt(one.metadata, _data(one.files, requires) if requires else None)
        one.requirements = requirements_of(one.metadata)
        one.comparisons["dependencies"] = compare_dependencies(one.metadata, generated.commit.declared)
        yield from one.comparisons["dependencies"].faults
    except ValueError as error:
        yield Fault("dependencies-malformed", path, str(error))


def _judge_together(read: list[_Distribution], generated: Generated) -> bool:
    """Whether wheels could be compared with an sdist."""
    sdists = [one for one in read if not one.name.is_wheel]
    for sdist in sdists[1:]:
        sdist.faults.append(Fault("several-sdists", found=sdist.name.filename))
    if not sdists:
        return False
    sdist = sdists[0]
    for wheel in read:
        if not wheel.name.is_wheel:
            continue
        if wheel.metadata and sdist.metadata:
            wheel.take(judge_same(wheel.metadata, sdist.metadata, generated.loose_fields))
        if wheel.archive.complete and sdist.archive.complete:
            wheel.take(contents.judge_subset(wheel.archive, wheel.name, sdist.archive, generated))
    return True


def _entry_points_path(one: _Distribution, generated: Generated) -> str | None:
    """Where a distribution has, or would have, its entry points; None for an sdist that says nothing of them."""
    if one.name.is_wheel:
        return f"{one.name.stem}.dist-info/entry_points.txt"
    return _in_egg_info(one, "entry_points.txt", generated)


def _in_egg_info(one: _Distribution, file: str, generated: Generated) -> str | None:
    """A file that setuptools leaves in an sdist; not one of an egg-info that lies there as test data."""
    paths = [path for path in one.files if path.endswith(f".egg-info/{file}")]
    own = [path for path in paths if generated.is_egg_info(path.removeprefix(f"{one.name.stem}/").rpartition("/")[0])]
    return own[0] if len(own) == 1 and not one.name.is_wheel else None


def _data(files: Mapping[str, Member], path: str) -> bytes | None:
    member = files.get(path)
    return member.data if member else None
