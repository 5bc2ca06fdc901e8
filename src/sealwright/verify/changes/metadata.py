"""What a release says of itself: programs and plugins, dependencies, Pythons, licence, how it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.project.declared import Groups
from sealwright.verify.archive.entry_points import LOADED_BY_OTHERS
from sealwright.verify.archive.metadata import CoreMetadata
from sealwright.verify.changes.model import Change, Kind

_LICENCE = "License :: "


def compare_entry_points(earlier: Groups, later: Groups) -> Iterator[Change]:
    """Names that an installer or another tool uses; new and changed ones deserve a look."""
    for group in sorted(earlier.keys() | later.keys()):
        before, after = earlier.get(group, {}), later.get(group, {})
        loaded = f", loaded whenever {LOADED_BY_OTHERS[group]} starts" if group in LOADED_BY_OTHERS else ""
        for name in sorted(before.keys() | after.keys()):
            one, other = before.get(name, ""), after.get(name, "")
            if one != other:
                yield Change.of(Kind.ENTRY_POINT, f"[{group}] {name}{loaded}", one, other, look=bool(other))


def compare_metadata(earlier: CoreMetadata, later: CoreMetadata) -> Iterator[Change]:
    """Dependencies, supported Pythons, licence. A dependency that is new deserves a look."""
    before, after = (_requirements(side.all("requires-dist")) for side in (earlier, later))
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name, ""), after.get(name, "")
        if one != other:
            yield Change.of(Kind.DEPENDENCY, name, one, other, look=not one)
    pairs = (
        (Kind.REQUIRES_PYTHON, "Requires-Python", earlier.one("requires-python"), later.one("requires-python")),
        (Kind.LICENCE, "licence", _licence(earlier), _licence(later)),
    )
    yield from (Change.of(kind, what, one, other) for kind, what, one, other in pairs if one != other)


def compare_build(earlier: Mapping[str, object], later: Mapping[str, object]) -> Iterator[Change]:
    """The table [build-system], which decides what runs when somebody builds the sdist."""
    for key in sorted(earlier.keys() | later.keys()):
        one, other = (_value(side.get(key, "")) for side in (earlier, later))
        if one != other:
            yield Change.of(Kind.BUILD, f"build-system.{key}", one, other, look=bool(other))


def _requirements(lines: Iterable[str]) -> dict[str, str]:
    """What is asked for, by name, in one spelling; what nobody can read stands for itself."""
    found: dict[str, list[str]] = {}
    for line in lines:
        try:
            wanted = Requirement(line)
            found.setdefault(canonicalize_name(wanted.name), []).append(str(wanted))
        except (InvalidRequirement, RecursionError):
            found.setdefault(line, []).append(line)
    return {name: ", ".join(sorted(several)) for name, several in found.items()}


def _licence(metadata: CoreMetadata) -> str:
    text = metadata.one("license-expression") or metadata.one("license").partition("\n")[0]
    named = [line.removeprefix(_LICENCE) for line in metadata.all("classifier") if line.startswith(_LICENCE)]
    return "; ".join(filter(None, [text, *named]))


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
