"""From a wheel and its installed closure to the description that a document is composed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sealwright.errors import Refused
from sealwright.model import Tool
from sealwright.sbom.components import Dependency
from sealwright.sbom.contents import Contents, wheel_contents
from sealwright.sbom.document import Description
from sealwright.sbom.files import chosen_wheel, digests_of, source_of
from sealwright.sbom.formulation import BuildTool, build_tools
from sealwright.sbom.graph import resolve_edges
from sealwright.sbom.installation import Installation
from sealwright.sbom.metadata import Person, wheel_metadata
from sealwright.sbom.references import Origin
from sealwright.verify.closure import Pin
from sealwright.verify.cyclonedx import SPEC_VERSIONS


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What neither the wheel nor its closure can tell."""

    epoch: int
    """Unix seconds."""
    origin: Origin = field(default_factory=Origin)
    sdists: tuple[Path, ...] = ()
    build_lock: str = ""
    """Text of the hash-locked requirements that the wheel was built with; empty where they are not known."""
    build_tools: tuple[Tool, ...] = ()
    """What the build recorded as having taken part."""
    in_release: bool = True
    author: Person | None = None
    on_pypi: bool = True
    spec: str = SPEC_VERSIONS[0]


def describe(wheel: Path, installation: Installation, circumstances: Circumstances) -> Description:
    """The description of `wheel`. Raises Refused (`metadata-malformed`, `sbom-dependency-missing`, ...)."""
    metadata = wheel_metadata(wheel)
    return Description(
        metadata=metadata,
        wheel=digests_of(wheel),
        sdists=tuple(map(digests_of, circumstances.sdists)),
        origin=circumstances.origin,
        epoch=circumstances.epoch,
        environment=installation.environment,
        dependencies=tuple(_dependency(pin, installation) for pin in installation.pins),
        graph=resolve_edges(metadata, installation.metadata, installation.environment),
        contents=wheel_contents(wheel),
        build_tools=_tools(circumstances, installation),
        in_release=circumstances.in_release,
        author=circumstances.author,
        on_pypi=circumstances.on_pypi,
        spec=circumstances.spec,
    )


def _dependency(pin: Pin, installation: Installation) -> Dependency:
    file = chosen_wheel(pin)
    if file is None:  # uv installed a wheel of it, so one fits
        raise Refused("wheel-missing", f"no wheel of {pin.name} {pin.version} fits this interpreter")
    contents = installation.contents.get(pin.name, Contents())
    return Dependency(installation.metadata[pin.name], file, source_of(pin), contents)


def _tools(circumstances: Circumstances, installation: Installation) -> tuple[BuildTool, ...]:
    where = "the lock of the build environment"
    return build_tools(circumstances.build_lock, circumstances.build_tools, installation.environment, where)
