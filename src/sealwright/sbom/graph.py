"""Who needs whom: requirements evaluated with their markers and extras, nothing guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sealwright.errors import Refused
from sealwright.sbom.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Graph:
    """The dependencies of a wheel in one environment."""

    edges: Mapping[str, tuple[str, ...]]
    """Name to the names it needs, sorted; an entry for the root and for everything it leads to."""

    @property
    def names(self) -> frozenset[str]:
        """Everything in it, the root too."""
        return frozenset(self.edges)


def resolve_edges(
    root: Metadata, installed: Mapping[str, Metadata], environment: Mapping[str, str], extras: Collection[str] = ()
) -> Graph:
    """Follow the requirements from `root` with `extras`.

    A requirement counts if its marker holds in `environment`, with or without one of the extras that were asked for
    on the way here. Raises Refused (`sbom-dependency-missing`) if one leads to something that is not there.
    """
    known = {**installed, root.name: root}
    edges: dict[str, set[str]] = {root.name: set()}
    todo = [(root.name, extra) for extra in ("", *sorted(extras))]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for requirement in _active(known[name], environment, extra):
            target = str(canonicalize_name(requirement.name))
            if target not in known:
                raise _missing(name, requirement)
            edges.setdefault(target, set())
            if target != name:  # `all = ["this[one]"]` is a usual way to write an extra
                edges[name].add(target)
            todo += [(target, wanted) for wanted in ("", *requirement.extras)]
    return Graph({name: tuple(sorted(needed)) for name, needed in sorted(edges.items())})


def _active(metadata: Metadata, environment: Mapping[str, str], extra: str) -> Iterator[Requirement]:
    values = {**environment, "extra": extra}
    return (r for r in metadata.requires if r.marker is None or r.marker.evaluate(dict(values)))


def _missing(name: str, requirement: Requirement) -> Refused:
    return Refused(
        "sbom-dependency-missing",
        f"{name} requires `{requirement}`, and evidence/pylock.toml does not bring it here",
        hint="the lock was resolved for other metadata; run the job examine again",
    )
