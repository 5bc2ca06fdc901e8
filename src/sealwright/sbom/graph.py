"""Who needs whom: requirements evaluated with their markers and extras, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sealwright.errors import Refused
from sealwright.sbom.metadata import Metadata
from sealwright.verify.conditions import holds

_EXTRA = re.compile(r"extra == \"(?P<name>[^\"]+)\"")  # as packaging writes it


@dataclass(frozen=True, slots=True)
class Graph:
    """The dependencies of a wheel in one environment."""

    edges: Mapping[str, tuple[str, ...]]
    """Name to the names it needs, sorted; an entry for the root and for everything it leads to."""
    requirements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name to the requirements that its edges follow from, as it declares them, sorted."""
    conditional: frozenset[str] = frozenset()
    """Names that need more, or something else, in another environment."""


def resolve_edges(
    root: Metadata, installed: Mapping[str, Metadata], environment: Mapping[str, str], extras: Collection[str] = ()
) -> Graph:
    """Follow the requirements from `root` with `extras`.

    A requirement counts if its marker holds in `environment`, with or without one of the extras that were asked for
    on the way here. Raises Refused: `sbom-dependency-missing` if one leads to something that is not there, and
    `marker-undefined`.
    """
    known = {**installed, root.name: root}
    asked: dict[str, set[str]] = {root.name: set(extras)}
    active: dict[str, list[Requirement]] = {}
    todo = [root.name]
    while todo:
        name = todo.pop()
        active[name] = [r for r in known[name].requires if holds(r, environment, sorted(asked[name]))]
        for requirement in active[name]:
            target = str(canonicalize_name(requirement.name))
            if target not in known:
                raise _missing(name, requirement)
            new = set(requirement.extras) - asked.setdefault(target, set())
            asked[target] |= new
            if new or target not in active:
                todo.append(target)
    return Graph(
        {name: _targets(name, requirements) for name, requirements in sorted(active.items())},
        {name: tuple(sorted({str(r) for r in requirements})) for name, requirements in sorted(active.items())},
        frozenset(
            name
            for name, requirements in active.items()
            if any(_elsewhere(r, asked[name]) for r in known[name].requires if r not in requirements)
        ),
    )


def _targets(name: str, requirements: Iterable[Requirement]) -> tuple[str, ...]:
    # `all = ["this[one]"]` is a usual way to write an extra.
    return tuple(sorted({str(canonicalize_name(requirement.name)) for requirement in requirements} - {name}))


def _elsewhere(requirement: Requirement, extras: Collection[str]) -> bool:
    """Whether a requirement that does not hold here may hold in another environment, with the same extras."""
    mentioned = {canonicalize_name(name) for name in _EXTRA.findall(str(requirement.marker))}
    # Only the extra keeps it out if none of those it belongs to was asked for; an `or` may let it in without.
    return (
        not mentioned
        or bool(mentioned & {canonicalize_name(extra) for extra in extras})
        or " or " in str(requirement.marker)
    )


def _missing(name: str, requirement: Requirement) -> Refused:
    return Refused(
        "sbom-dependency-missing",
        f"{name} requires `{requirement}`, and the lock does not bring it here",
        hint="the lock was resolved for other metadata; resolve it again",
    )
