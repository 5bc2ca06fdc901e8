"""The whole document: root, components, edges, and how much of it is known."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency as Edges
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6, JsonV1Dot7
from packaging.utils import canonicalize_name

from sealwright import __version__
from sealwright.dossier.codec import encode_json
from sealwright.model.digest import sha256_hex
from sealwright.sbom.components import Dependency, Relations, dependency_component, ref_of, root_component
from sealwright.sbom.compositions import compositions
from sealwright.sbom.contents import Contents
from sealwright.sbom.embedded import Container, Merged, merge
from sealwright.sbom.embedded_components import embedded_component
from sealwright.sbom.entities import contact, creator
from sealwright.sbom.files import Digests
from sealwright.sbom.formulation import BuildTool, formulation
from sealwright.sbom.graph import Graph
from sealwright.sbom.metadata import Metadata, Person
from sealwright.sbom.references import Origin
from sealwright.verify.cyclonedx import SPEC_VERSIONS, environment_properties

_OUTPUTS = {"1.6": JsonV1Dot6, "1.7": JsonV1Dot7}


@dataclass(frozen=True, slots=True)
class Description:
    """Everything a document depends on. Equal descriptions give equal bytes."""

    metadata: Metadata
    """Of the wheel."""
    wheel: Digests
    sdists: tuple[Digests, ...]
    origin: Origin
    epoch: int
    """Unix seconds; becomes the timestamp."""
    environment: Mapping[str, str]
    """Values of PEP 508 markers that the closure was evaluated for."""
    dependencies: tuple[Dependency, ...]
    graph: Graph
    contents: Contents = field(default_factory=Contents)
    """Of the wheel."""
    build_tools: tuple[BuildTool, ...] = ()
    in_release: bool = True
    """Whether the project makes it along with the wheel; otherwise somebody does, of a wheel that is there."""
    author: Person | None = None
    """Who makes it outside a release; nobody is named where that is not known."""
    on_pypi: bool = True
    """Whether the files of the project are, or will be, on PyPI."""
    spec: str = SPEC_VERSIONS[0]


def compose(description: Description) -> bytes:
    """The bytes of a CycloneDX document; no clock, folder or locale changes them."""
    merged = merge(_containers(description))
    document = json.loads(_OUTPUTS[description.spec](_bom(description, merged)).output_as_string())
    # cyclonedx-python-lib has no model of the first two, and one of the third only from 11.12 on.
    document["compositions"] = _compositions(description, merged)
    if description.build_tools:
        document["formulation"] = formulation(description.build_tools)
    if description.spec != SPEC_VERSIONS[0]:
        _mark_external(document, {ref_of(d.metadata) for d in description.dependencies})
    document.pop("serialNumber", None)
    # From everything else that is said, so that two documents about one wheel, say for two environments, differ in it.
    content = f"{ref_of(description.metadata)}#sha256={sha256_hex(encode_json(document))}"
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    return encode_json(document)


def _containers(description: Description) -> Iterator[Container]:
    resolved = {d.metadata.name: d.metadata.version for d in description.dependencies}
    for metadata, contents in _packages(description):
        names = {str(canonicalize_name(requirement.name)) for requirement in metadata.requires}
        requires = {name: resolved.get(name, "") for name in names}
        yield Container(ref_of(metadata), metadata.name, metadata.version, requires, contents)


def _packages(description: Description) -> Iterator[tuple[Metadata, Contents]]:
    yield description.metadata, description.contents
    yield from ((dependency.metadata, dependency.contents) for dependency in description.dependencies)


def _bom(description: Description, merged: Merged) -> Bom:
    root = root_component(
        description.metadata,
        wheel=description.wheel,
        sdists=description.sdists,
        origin=description.origin,
        contents=description.contents,
        relations=_relations(description.metadata, description.graph, merged),
        on_pypi=description.on_pypi,
    )
    packages = [
        dependency_component(dependency, _relations(dependency.metadata, description.graph, merged))
        for dependency in description.dependencies
    ]
    components = [*packages, *map(embedded_component, merged.components)]
    return Bom(
        components=components,
        dependencies=_edges(description.graph, merged, [root, *packages], [root, *components]),
        metadata=_metadata(description, root),
    )


def _metadata(description: Description, root: Component) -> BomMetaData:
    phase = LifecyclePhase.BUILD if description.in_release else LifecyclePhase.POST_BUILD
    author = () if description.author is None else (description.author,)
    return BomMetaData(
        component=root,
        timestamp=dt.datetime.fromtimestamp(description.epoch, dt.UTC),
        lifecycles=[PredefinedLifecycle(phase=phase)],
        supplier=root.supplier,
        manufacturer=root.manufacturer if description.in_release else creator(Metadata("", "", people=author)),
        authors=root.authors if description.in_release else [contact(person) for person in author],
        tools=ToolRepository(components=_tools()),
        properties=[
            Property(name=name, value=value) for name, value in environment_properties(description.environment).items()
        ],
    )


def _relations(metadata: Metadata, graph: Graph, merged: Merged) -> Relations:
    ref = ref_of(metadata)
    return Relations(graph.requirements.get(metadata.name, ()), merged.merged.get(ref, ()), merged.unread.get(ref, ()))


def _edges(graph: Graph, merged: Merged, packages: Iterable[Component], everything: Iterable[Component]) -> list[Edges]:
    by_ref = {str(component.bom_ref.value): component.bom_ref for component in everything}
    by_name = {component.name: str(component.bom_ref.value) for component in packages}
    needs = {ref: {by_name[to] for to in graph.edges[name]} for name, ref in by_name.items()}
    for ref, embedded in merged.edges.items():
        needs.setdefault(ref, set()).update(embedded)
    return [
        Edges(by_ref[ref], dependencies=[Edges(by_ref[to]) for to in sorted(targets)]) for ref, targets in needs.items()
    ]


def _tools() -> list[Component]:
    versions = {"sealwright": __version__, "cyclonedx-python-lib": importlib.metadata.version("cyclonedx-python-lib")}
    return [
        Component(type=ComponentType.APPLICATION, bom_ref=f"tool:{name}", name=name, version=version)
        for name, version in versions.items()
    ]


def _compositions(description: Description, merged: Merged) -> list[dict[str, Any]]:
    refs = {metadata.name: ref_of(metadata) for metadata, _ in _packages(description)}
    # A document that was merged may well explain the folder; whether it does is unknown, not known to be incomplete.
    unexplained = {
        ref_of(metadata)
        for metadata, contents in _packages(description)
        if contents.foreign and ref_of(metadata) not in merged.merged
    }
    return compositions(
        refs.values(),
        {*merged.unread, *unexplained},
        {refs[name] for name in description.graph.conditional},
        (listed.ref for listed in merged.components),
    )


def _mark_external(document: dict[str, Any], refs: set[str]) -> None:
    """A library ships none of its dependencies.

    `versionRange`, which 1.7 has beside it, excludes a `version`; ours is the property `sealwright:requires`.
    """
    for component in document.get("components", []):
        if component["bom-ref"] in refs:
            component["isExternal"] = True
