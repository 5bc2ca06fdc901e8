"""Whether a distribution asks for exactly what the commit declares: dependencies, extras, supported Pythons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from sealwright.project.declared import Declared, Unknown
from sealwright.verify.archive.comparison import Comparison
from sealwright.verify.archive.metadata import CoreMetadata
from sealwright.verify.archive.requirements import Wanted, canonical, judge_requirements, requirement

_MOST, _LONGEST = 2000, 200_000
"""Requirements that are looked at, and the characters of all of them; fastapi, which has many, has 60."""


def requirements_of(metadata: CoreMetadata) -> tuple[Requirement, ...]:
    """What the metadata asks for. Raises ValueError."""
    lines = metadata.all("requires-dist")
    size = sum(map(len, lines))
    if len(lines) > _MOST or size > _LONGEST:
        raise ValueError(f"{len(lines)} dependencies of {size} characters")
    return tuple(requirement(line) for line in lines)


def compare_dependencies(metadata: CoreMetadata, declared: Declared) -> Comparison:
    """Dependencies, extras and Requires-Python of one distribution. Raises ValueError where they cannot be read."""
    seen = Comparison(declared.where)
    _python(seen, metadata.one("requires-python"), declared.requires_python)
    found = requirements_of(metadata)
    known = seen.open("dependencies", declared.dependencies)
    if known and not isinstance(declared.dependencies, Unknown):
        alone = [have for have in found if not _of_extra(have)]
        seen.faults += judge_requirements(map(Wanted, declared.dependencies), alone)
    _optional(seen, metadata, [have for have in found if _of_extra(have)], declared.optional)
    return seen


def _python(seen: Comparison, found: str, declared: str | Unknown) -> None:
    if not seen.open("requires-python", declared) or isinstance(declared, Unknown):
        return
    try:
        same = canonical(SpecifierSet(declared)) == canonical(SpecifierSet(found))
    except (InvalidSpecifier, ValueError) as error:
        raise ValueError(f"Requires-Python: {error}") from error
    if not same:
        seen.differ("requires-python-differs", "", [found], [declared])


def _optional(
    seen: Comparison,
    metadata: CoreMetadata,
    found: Iterable[Requirement],
    declared: Mapping[str, tuple[Requirement, ...]] | Unknown,
) -> None:
    if not seen.open("extras", declared) or isinstance(declared, Unknown):
        return
    wanted = [Wanted(requirement, extra) for extra, several in declared.items() for requirement in several]
    seen.faults += judge_requirements(wanted, found)
    theirs = {canonicalize_name(extra) for extra in metadata.all("provides-extra")}
    if theirs != declared.keys():
        seen.differ("extras-differ", "", sorted(theirs - declared.keys()), sorted(declared.keys() - theirs))


def _of_extra(have: Requirement) -> bool:
    return have.marker is not None and "extra" in _variables(str(have.marker))


def _variables(marker: str) -> set[str]:
    outside = marker.replace("'", '"').split('"')[::2]
    return set(" ".join(outside).replace("(", " ").replace(")", " ").split())
