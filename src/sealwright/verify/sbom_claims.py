"""Whether what an SBOM claims beyond its list of packages is consistent with that list, and no more than is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.errors import Refused
from sealwright.verify.conditions import holds
from sealwright.verify.cyclonedx import Component, Sbom
from sealwright.verify.taxonomy import CONTAINS, EMBEDDED_REF, FROM, MERGED, REQUIRES, UNREAD


class Wrong(NamedTuple):
    """Something that an SBOM says and that cannot be so."""

    code: str
    expected: str
    found: str


def judge_graph(sbom: Sbom) -> Iterator[Wrong]:
    """Edges are between listed components, and all of them are reached from the root. Code: `sbom-graph-broken`."""
    if sbom.root is None:
        return
    known = {sbom.root.ref, *(c.ref for c in sbom.components)}
    named = {*sbom.edges, *(ref for targets in sbom.edges.values() for ref in targets)}
    for ref in sorted(named - known):
        yield Wrong("sbom-graph-broken", "edges between the components listed", f"an edge with {ref!r}")
    for ref in sorted(known - named):
        yield Wrong("sbom-graph-broken", f"{ref!r} in the dependency graph", "no edge and no entry")
    if not named - known:
        for ref in sorted(known - _reachable(sbom.root.ref, sbom.edges)):
            yield Wrong("sbom-graph-broken", "every component reachable from the wheel", f"{ref!r} is not")


def judge_ranges(sbom: Sbom, environment: Mapping[str, str]) -> Iterator[Wrong]:
    """Every edge between packages has the requirement that it follows from, and the version listed meets it.

    A requirement whose marker does not hold in `environment`, with the extras that are asked for, is no reason for an
    edge. Codes: `sbom-range-missing`, `sbom-range-violated`, `sbom-range-unfounded`.
    """
    packages = {c.ref: c for c in (*sbom.packages, *([sbom.root] if sbom.root else ()))}
    declared = {ref: tuple(_requirements(component)) for ref, component in packages.items()}
    extras: dict[str, set[str]] = {}
    for requirement in (r for listed in declared.values() for r in listed):
        extras.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    for ref, component in packages.items():
        asked = tuple(sorted(extras.get(component.name, ())))
        targets = {packages[to].name: packages[to] for to in sbom.edges.get(ref, ()) if to in packages}
        yield from _one_dependent(component, declared[ref], targets, environment, asked)


def judge_embedded(sbom: Sbom) -> Iterator[Wrong]:
    """What embedded SBOMs list names the SBOM and hangs on the component that has it, and on nothing else.

    Code: `sbom-embedded-unexplained`.
    """
    owners = {
        f"{EMBEDDED_REF}{c.ref}:": c.values(MERGED) for c in (*sbom.packages, *([sbom.root] if sbom.root else ()))
    }
    for component in (c for c in sbom.components if c.embedded):
        owner = next((prefix for prefix in owners if component.ref.startswith(prefix)), None)
        names = component.values(FROM)
        if owner is None or len(names) != 1 or names[0] not in owners[owner]:
            expected = f"an SBOM that the component it hangs on names as {MERGED}"
            yield Wrong("sbom-embedded-unexplained", expected, f"{component.ref!r} is from {', '.join(names)!r}")
    for ref, targets in sbom.edges.items():
        for to in targets:
            if not _edge_allowed(ref, to):
                expected = "what is embedded hangs on its container, and needs only what is embedded with it"
                yield Wrong("sbom-embedded-unexplained", expected, f"an edge from {ref!r} to {to!r}")


def judge_compositions(sbom: Sbom) -> Iterator[Wrong]:
    """Nobody looks into a wheel for copied code, so that its parts are never called complete; known gaps are said.

    Code: `sbom-overclaimed`.
    """
    for composition in sbom.compositions:
        if composition.aggregate == "complete" and composition.assemblies:
            expected = "no claim that the parts of a component are complete"
            yield Wrong("sbom-overclaimed", expected, f"{composition.assemblies[0]!r} is called complete")
    gaps = {ref for c in sbom.compositions if c.aggregate == "incomplete" for ref in c.assemblies}
    for component in (*sbom.packages, *([sbom.root] if sbom.root else ())):
        contains, merged = component.values(CONTAINS), component.values(MERGED)
        if (component.values(UNREAD) or (contains and not merged)) and component.ref not in gaps:
            expected = f"the parts of {component.ref!r} called incomplete: it holds what is not listed"
            yield Wrong("sbom-overclaimed", expected, "no such composition")


def judge_external(sbom: Sbom) -> Iterator[Wrong]:
    """In 1.7, exactly the packages that the wheel does not ship are external. Code: `sbom-external-wrong`."""
    wanted = sbom.spec_version != "1.6"
    for component in sbom.packages:
        if component.external != wanted:
            expected = f"isExternal is {str(wanted).lower()} in CycloneDX {sbom.spec_version}"
            yield Wrong("sbom-external-wrong", expected, component.ref)
    for component in (c for c in (sbom.root, *sbom.components) if c and (c is sbom.root or c.embedded)):
        if component.external:
            yield Wrong("sbom-external-wrong", "isExternal only of what the wheel does not ship", component.ref)


def _one_dependent(
    component: Component,
    declared: tuple[Requirement, ...],
    targets: Mapping[str, Component],
    environment: Mapping[str, str],
    extras: tuple[str, ...],
) -> Iterator[Wrong]:
    by_name: dict[str, list[Requirement]] = {}
    for requirement in declared:
        name = str(canonicalize_name(requirement.name))
        by_name.setdefault(name, []).append(requirement)
        # A package may require itself with another extra: `all = ["this[one]"]`.
        if name not in (*targets, component.name) or not _holds(requirement, environment, extras):
            expected = "a requirement that holds here and has an edge"
            yield Wrong("sbom-range-unfounded", expected, f"{component.ref}: {requirement}")
    for name, target in sorted(targets.items()):
        if name not in by_name:
            yield Wrong("sbom-range-missing", f"a requirement of {component.ref} for {target.ref}", "none")
        for requirement in by_name.get(name, ()):
            if not requirement.specifier.contains(target.version, prereleases=True):
                yield Wrong("sbom-range-violated", f"{requirement}, as {component.ref} declares", target.ref)


def _requirements(component: Component) -> Iterator[Requirement]:
    for value in component.values(REQUIRES):
        try:
            yield Requirement(value)
        except InvalidRequirement:
            # Its edge is then missing a requirement, which is said.
            continue


def _holds(requirement: Requirement, environment: Mapping[str, str], extras: tuple[str, ...]) -> bool:
    try:
        return holds(requirement, environment, extras)
    except Refused:
        return False


def _edge_allowed(ref: str, to: str) -> bool:
    if to.startswith(EMBEDDED_REF):
        # `embedded:<container>:<file>:<number>`, on the container or on what comes from the same file
        container = ref if not ref.startswith(EMBEDDED_REF) else ref.rpartition(":")[0].removeprefix(EMBEDDED_REF)
        return to.startswith(f"{EMBEDDED_REF}{container}:")
    return not ref.startswith(EMBEDDED_REF)


def _reachable(start: str, edges: Mapping[str, tuple[str, ...]]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        ref = todo.pop()
        if ref not in seen:
            seen.add(ref)
            todo += edges.get(ref, ())
    return seen
