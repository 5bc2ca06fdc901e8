"""The whole document: root, components, edges, and how much of it is known."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency as Edges
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6

from sealwright import __version__
from sealwright.dossier.codec import encode_json
from sealwright.model.digest import sha256_hex
from sealwright.sbom.components import Dependency, Origin, dependency_component, ref_of, root_component
from sealwright.sbom.files import Digests
from sealwright.sbom.formulation import BuildTool, formulation
from sealwright.sbom.graph import Graph
from sealwright.sbom.metadata import Metadata
from sealwright.verify.cyclonedx import environment_properties


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
    complete: bool
    """Whether the wheel brings along the same packages in every other environment too."""
    build_tools: tuple[BuildTool, ...] = ()


def compose(description: Description) -> bytes:
    """The bytes of a CycloneDX 1.6 document; no clock, folder or locale changes them."""
    document = json.loads(JsonV1Dot6(_bom(description)).output_as_string())
    # cyclonedx-python-lib has no model of these two.
    document["compositions"] = _compositions(description)
    if description.build_tools:
        document["formulation"] = formulation(description.build_tools)
    document.pop("serialNumber", None)
    # From everything else that is said, so that two documents about one wheel, say for two environments, differ in it.
    content = f"{ref_of(description.metadata)}#sha256={sha256_hex(encode_json(document))}"
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    return encode_json(document)


def _bom(description: Description) -> Bom:
    root = root_component(description.metadata, description.wheel, description.sdists, description.origin)
    components = [dependency_component(dependency) for dependency in description.dependencies]
    return Bom(
        components=components,
        dependencies=_edges(description.graph, [root, *components]),
        metadata=BomMetaData(
            component=root,
            timestamp=dt.datetime.fromtimestamp(description.epoch, dt.UTC),
            lifecycles=[PredefinedLifecycle(phase=LifecyclePhase.BUILD)],
            supplier=root.supplier,
            authors=root.authors,
            tools=ToolRepository(components=_tools()),
            properties=[
                Property(name=name, value=value)
                for name, value in environment_properties(description.environment).items()
            ],
        ),
    )


def _edges(graph: Graph, components: Iterable[Component]) -> list[Edges]:
    by_name = {component.name: component.bom_ref for component in components}
    return [
        Edges(by_name[name], dependencies=[Edges(by_name[needed]) for needed in graph.edges[name]]) for name in by_name
    ]


def _tools() -> list[Component]:
    versions = {"sealwright": __version__, "cyclonedx-python-lib": importlib.metadata.version("cyclonedx-python-lib")}
    return [
        Component(type=ComponentType.APPLICATION, bom_ref=f"tool:{name}", name=name, version=version)
        for name, version in versions.items()
    ]


def _compositions(description: Description) -> list[dict[str, Any]]:
    refs = sorted(ref_of(m) for m in (description.metadata, *(d.metadata for d in description.dependencies)))
    return [
        # What is copied into a wheel, as vendored or linked code, nobody has looked for.
        {"aggregate": "unknown", "assemblies": refs},
        # Optional dependencies are none of the wheel's unless somebody asks; other environments may add more.
        {"aggregate": "complete" if description.complete else "incomplete", "dependencies": refs},
    ]
