"""Two releases of a project, compared by their distributions, SBOMs and publishers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import BinaryIO

from sealwright.errors import Refused
from sealwright.verify.archive.faults import printable
from sealwright.verify.archive.names import Name, parse_name
from sealwright.verify.changes.files import compare_files
from sealwright.verify.changes.metadata import compare_build, compare_entry_points, compare_metadata
from sealwright.verify.changes.model import MOST, Change, Changes, Kind, Publisher, collected
from sealwright.verify.changes.reading import Distribution, read_distribution
from sealwright.verify.cyclonedx import Component, parse_sbom

MOST_PAIRS = 12
"""Distributions of a release that are looked into; some releases have a hundred wheels."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two releases of a project."""

    version: str
    names: tuple[str, ...]
    """Of all its distributions, also of those that are not looked into."""
    archives: Mapping[str, BinaryIO] = field(default_factory=dict)
    """Seekable streams by file name; without those that could not be had."""
    sboms: Mapping[str, bytes] = field(default_factory=dict)
    """CycloneDX documents, by the file name of the wheel that each is about."""
    publisher: Publisher | None = None
    """None where it is not known."""


def pairs(earlier: Iterable[str], later: Iterable[str]) -> dict[str, str]:
    """For the distributions of a release that are worth a look: what each is compared with, empty for nothing.

    That is the earlier one for the same platforms, else one for all platforms. Sdists and pure wheels come first.
    """
    before = {_kind_of(name): name.filename for name in _parsed(earlier)}
    pure = next((name.filename for name in _parsed(earlier) if name.is_wheel and name.pure), "")
    order = sorted(_parsed(later), key=lambda name: (name.is_wheel, not name.pure, name.filename))
    found = {name.filename: before.get(_kind_of(name), pure if name.is_wheel else "") for name in order}
    return dict(list(found.items())[:MOST_PAIRS])


def compare_releases(project: str, earlier: Side, later: Side) -> Changes:
    """Everything that changed, bounded, and what could not be looked at. Never raises for what the releases contain."""
    chosen = pairs(earlier.names, later.names)
    found: list[Change] = [*_distributions(earlier, later), *_publishers(earlier.publisher, later.publisher)]
    uncompared = [f"{name} was not looked into" for name in later.names if name not in chosen]
    aside = list(_without_publisher(earlier, later))
    for name, other in chosen.items():
        try:
            found += _compare(_read(earlier, other) if other else None, _read(later, name))
        except ValueError as error:
            uncompared.append(f"{name} was not compared: {error}")
        if name.endswith(".whl"):
            try:
                found += _packages(_sbom(earlier, other), _sbom(later, name))
            except ValueError as error:
                aside.append(f"what {name} brings along was not compared: {error}")
    listed, counts = collected(found)
    unseen = tuple(printable(text) for text in dict.fromkeys((*uncompared, *aside)))[:MOST]
    return Changes(project, earlier.version, later.version, listed, counts, unseen, not uncompared)


def _parsed(names: Iterable[str]) -> list[Name]:
    return [name for name in map(parse_name, sorted(names)) if name is not None]


def _kind_of(name: Name) -> str:
    """The file name without project and version."""
    return name.filename.removeprefix(name.stem)


def _read(side: Side, name: str) -> Distribution:
    """Raises ValueError."""
    if name not in side.archives:
        raise ValueError(f"{name} is not at hand")
    try:
        return read_distribution(side.archives[name], name)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _compare(earlier: Distribution | None, later: Distribution) -> Iterator[Change]:
    yield from compare_entry_points(earlier.entry_points if earlier else {}, later.entry_points)
    if earlier is None:  # that the distribution is new is said; of its files, only those are listed that are more
        yield from (change for change in compare_files(None, later) if change.kind is not Kind.FILE)
        return
    yield from compare_files(earlier, later)
    yield from compare_metadata(earlier.metadata, later.metadata)
    yield from compare_build(earlier.build, later.build)
    if earlier.size != later.size:
        yield Change.of(Kind.SIZE, _kind_of(later.name).lstrip("-."), f"{earlier.size} bytes", f"{later.size} bytes")


def _distributions(earlier: Side, later: Side) -> Iterator[Change]:
    """Whole distributions that come or go. One for a platform holds code that nobody can read."""
    before, after = ({_kind_of(name): name for name in _parsed(side.names)} for side in (earlier, later))
    for kind in sorted(before.keys() ^ after.keys()):
        one, other = before.get(kind), after.get(kind)
        look = other is not None and other.is_wheel and not other.pure
        told = (one.filename if one else "", other.filename if other else "")
        yield Change.of(Kind.DISTRIBUTION, kind.lstrip("-."), *told, look=look)


def _publishers(earlier: Publisher | None, later: Publisher | None) -> Iterator[Change]:
    if earlier is None or later is None:
        return
    for what in fields(Publisher):
        one, other = getattr(earlier, what.name), getattr(later, what.name)
        if one.lower() != other.lower():
            yield Change.of(Kind.PUBLISHER, what.name, one, other, look=True)


def _without_publisher(earlier: Side, later: Side) -> Iterator[str]:
    unknown = [side.version for side in (earlier, later) if side.publisher is None]
    if unknown:
        yield f"publishers were not compared: nothing that holds says who uploaded {' and '.join(unknown)}"


def _sbom(side: Side, wheel: str) -> dict[str, Component]:
    """The packages that an installation brings, by name. Raises ValueError."""
    data = side.sboms.get(wheel)
    if data is None or wheel not in side.archives:
        raise ValueError(f"there is no SBOM of {wheel or f'a wheel of {side.version}'} at hand")
    try:
        sbom = parse_sbom(data, wheel)
    except Refused as error:
        raise ValueError(error.message) from error
    if sbom.root is None or sbom.root.sha256 != _sha256(side.archives[wheel]):
        raise ValueError(f"the SBOM of {wheel} is about another file")
    return {component.name: component for component in sbom.packages}


def _sha256(stream: BinaryIO) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type] # it only reads


def _packages(earlier: Mapping[str, Component], later: Mapping[str, Component]) -> Iterator[Change]:
    for name in sorted(earlier.keys() | later.keys()):
        one, other = (side[name].version if name in side else "" for side in (earlier, later))
        if one != other:
            yield Change.of(Kind.PACKAGE, name, one, other, look=not one)
