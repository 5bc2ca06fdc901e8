"""Whether a wheel asks for exactly what the committed pyproject.toml says, however the backend spells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.markers import Limb, same

_What = tuple[str, frozenset[str], frozenset[tuple[str, str]], str | None]
"""Project, extras, versions, address."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One dependency as the project declares it."""

    requirement: Requirement
    extra: str = ""
    """The extra that it belongs to."""

    @property
    def limb(self) -> Limb:
        """When it is asked for."""
        return self.requirement.marker, self.extra

    @property
    def line(self) -> str:
        """As METADATA has it."""
        if not self.extra:
            return str(self.requirement)
        marker = f"({self.requirement.marker}) and " if self.requirement.marker else ""
        return f"{str(self.requirement).partition(';')[0].strip()} ; {marker}extra == '{self.extra}'"

    def __str__(self) -> str:
        return f"{self.requirement}" + (f" (extra {self.extra})" if self.extra else "")


@lru_cache(maxsize=4096)  # METADATA and PKG-INFO have the same ones
def requirement(line: str) -> Requirement:
    """One requirement. Raises ValueError, whatever is wrong with it."""
    try:
        found = Requirement(line)
        canonical(found.specifier)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{line[:80]!r} is no requirement") from error
    return found


def parse_requires(data: bytes) -> tuple[Wanted, ...]:
    """The dependencies in a requires.txt of setuptools, whose sections are `[extra]`, `[:marker]` or `[extra:marker]`.

    Raises ValueError.
    """
    found, extra, marker = [], "", ""
    for line in filter(None, map(str.strip, data.decode().split("\n"))):
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
        else:
            found.append(Wanted(requirement(f"{line} ; {marker}" if marker else line), extra))
    return tuple(found)


def judge_requirements(wanted: Iterable[Wanted], found: Iterable[Requirement]) -> Iterator[Fault]:
    """Dependencies that were added or left out.

    What asks for the same file under several conditions may be split up or joined, as Poetry does for extras.
    """
    ours: defaultdict[_What, list[Wanted]] = defaultdict(list)
    theirs: defaultdict[_What, list[Requirement]] = defaultdict(list)
    for want in wanted:
        ours[_what(want.requirement)].append(want)
    for have in found:
        theirs[_what(have)].append(have)
    for what in (*ours, *(what for what in theirs if what not in ours)):
        wants, haves = ours.get(what, []), theirs.get(what, [])
        if not (wants and haves and same([want.limb for want in wants], [(have.marker, "") for have in haves])):
            yield from (Fault("dependency-missing", expected=str(want)) for want in wants)
            yield from (Fault("dependency-added", found=str(have)) for have in haves)


def canonical(specifiers: SpecifierSet) -> frozenset[tuple[str, str]]:
    """A specifier set in one spelling: `~=2.1` and `>=2.1,==2.*` are both `>=2.1,<3`."""
    return frozenset(pair for specifier in specifiers for pair in _pairs(specifier))


def _what(requirement: Requirement) -> _What:
    extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
    return canonicalize_name(requirement.name), extras, canonical(requirement.specifier), requirement.url


def _pairs(specifier: Specifier) -> Iterator[tuple[str, str]]:
    operator, text = specifier.operator, specifier.version
    try:
        release = Version(text.removesuffix(".*")).release
    except InvalidVersion:  # `===` takes anything
        yield operator, text
        return
    if operator == "~=":
        yield ">=", canonicalize_version(text)
        yield "<", _after(release[:-1])
    elif operator == "==" and text.endswith(".*"):
        yield ">=", canonicalize_version(text.removesuffix(".*"))
        yield "<", _after(release)
    else:
        yield operator, text if text.endswith(".*") else canonicalize_version(text)


def _after(release: tuple[int, ...]) -> str:
    return canonicalize_version(".".join(map(str, (*release[:-1], release[-1] + 1))))
