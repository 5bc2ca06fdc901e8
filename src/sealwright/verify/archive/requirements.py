"""Whether a wheel asks for exactly what the committed pyproject.toml says, however the backend spells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.markers import same


@dataclass(frozen=True, slots=True)
class Wanted:
    """One dependency as the project declares it."""

    requirement: Requirement
    extra: str = ""
    """The extra that it belongs to."""

    def met_by(self, other: Requirement) -> bool:
        """Whether `other` asks for the same, under the same condition."""
        return _what(self.requirement) == _what(other) and same(self.requirement.marker, other.marker, self.extra)

    def __str__(self) -> str:
        return f"{self.requirement}" + (f" (extra {self.extra})" if self.extra else "")


def judge_requirements(wanted: Iterable[Wanted], found: Iterable[Requirement]) -> Iterator[Fault]:
    """Dependencies that were added or left out."""
    unclaimed = list(found)
    for want in wanted:
        hit = next((have for have in unclaimed if want.met_by(have)), None)
        if hit is None:
            yield Fault("dependency-missing", expected=str(want))
        else:
            unclaimed.remove(hit)
    for have in unclaimed:
        yield Fault("dependency-added", found=str(have))


def canonical(specifiers: SpecifierSet) -> frozenset[tuple[str, str]]:
    """A specifier set in one spelling: `~=2.1` and `>=2.1,==2.*` are both `>=2.1,<3`."""
    return frozenset(pair for specifier in specifiers for pair in _pairs(specifier))


def _what(requirement: Requirement) -> tuple[object, ...]:
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
