"""What is really installed, worked out from its own metadata and by nobody's SBOM tool."""

from __future__ import annotations

import importlib.metadata
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Node = tuple[str, str]
"""(normalised name, version)."""


@dataclass(frozen=True)
class Truth:
    """A plain installation of one project."""

    root: str
    components: frozenset[Node]
    """Without the project itself."""
    edges: frozenset[tuple[str, str]]
    """(who needs, what), between what is installed, by the markers and extras that hold here."""
    embedded: dict[str, frozenset[Node]]
    """Distribution to the components of the SBOMs that it carries (PEP 770)."""


def look(site: Path, root: str) -> Truth:
    """What lies in a site-packages folder of an interpreter like the running one."""
    found = {canonicalize_name(dist.name): dist for dist in importlib.metadata.distributions(path=[str(site)])}
    return Truth(
        root,
        frozenset((name, dist.version) for name, dist in found.items() if name != root),
        frozenset(_edges(found, root)),
        {name: inner for name, dist in found.items() if (inner := _embedded(dist))},
    )


def _edges(found: dict[str, importlib.metadata.Distribution], root: str) -> set[tuple[str, str]]:
    edges: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    waiting = deque([(root, "")])
    while waiting:
        name, extra = waiting.popleft()
        if (name, extra) in seen or name not in found:
            continue
        seen.add((name, extra))
        for text in found[name].requires or ():
            requirement = Requirement(text)
            environment = {**default_environment(), "extra": extra}
            if requirement.marker is not None and not requirement.marker.evaluate(environment):
                continue
            needed = canonicalize_name(requirement.name)
            if needed in found and needed != name:
                edges.add((name, needed))
            waiting.extend((needed, wanted) for wanted in ("", *map(canonicalize_name, requirement.extras)))
    return edges


def _embedded(dist: importlib.metadata.Distribution) -> frozenset[Node]:
    files = [file for file in dist.files or () if ".dist-info/sboms/" in str(file) and str(file).endswith(".json")]
    documents = [json.loads(Path(str(dist.locate_file(file))).read_bytes()) for file in files]
    return frozenset(
        (component["name"], str(component.get("version", "")))
        for document in documents
        for component in document.get("components", ())
    )
