"""Components of a CycloneDX document, from what was found; what is not known is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cyclonedx.model import ExternalReference, HashAlgorithm, HashType, Property
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from packageurl import PackageURL

from sealwright.sbom.contents import Contents
from sealwright.sbom.entities import contact, creator, index_supplier, project_supplier
from sealwright.sbom.files import Digests, Locked
from sealwright.sbom.licences import declared
from sealwright.sbom.metadata import Metadata
from sealwright.sbom.references import Origin, dependency_references, hashes_of, root_references
from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.taxonomy import (
    BSI_ARCHIVE,
    BSI_EXECUTABLE,
    BSI_FILENAME,
    BSI_STRUCTURED,
    COMPILED,
    CONTAINS,
    MERGED,
    REQUIRES,
    UNREAD,
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A package of the closure, as it is installed here."""

    metadata: Metadata
    file: Locked
    """The wheel that was installed."""
    source: Locked | None = None
    contents: Contents = field(default_factory=Contents)


@dataclass(frozen=True, slots=True)
class Relations:
    """What is said of a component's relations to others, as properties."""

    requires: Sequence[str] = ()
    """Requirements, as it declares them."""
    merged: Sequence[str] = ()
    unread: Sequence[str] = ()
    """Embedded SBOMs."""


def ref_of(metadata: Metadata) -> str:
    """The bom-ref of a package: its package URL."""
    return purl_of(metadata.name, metadata.version)


def root_component(
    metadata: Metadata,
    *,
    wheel: Digests,
    sdists: Iterable[Digests],
    origin: Origin,
    contents: Contents,
    relations: Relations,
    on_pypi: bool,
) -> Component:
    """The wheel itself."""
    return _component(
        metadata,
        hashes_of(wheel),
        root_references(metadata, wheel, sdists, origin, on_pypi=on_pypi),
        supplier=project_supplier(metadata, origin.owner, origin.repository_url),
        contents=contents,
        properties=_properties(wheel.filename, contents, relations),
    )


def dependency_component(dependency: Dependency, relations: Relations) -> Component:
    """One package of the closure."""
    file = dependency.file
    return _component(
        dependency.metadata,
        [HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)],
        dependency_references(dependency.metadata, file, dependency.source),
        supplier=index_supplier(file.url),
        contents=dependency.contents,
        properties=_properties(file.filename, dependency.contents, relations),
        scope=ComponentScope.REQUIRED,
    )


def _component(
    metadata: Metadata,
    hashes: Iterable[HashType],
    references: Iterable[ExternalReference],
    *,
    supplier: OrganizationalEntity | None,
    contents: Contents,
    properties: Iterable[Property],
    scope: ComponentScope | None = None,
) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=ref_of(metadata),
        name=metadata.name,
        version=metadata.version,
        purl=PackageURL("pypi", None, metadata.name, metadata.version),
        description=metadata.summary or None,
        scope=scope,
        supplier=supplier,
        manufacturer=creator(metadata),
        authors=[contact(person) for person in metadata.people],
        licenses=declared(metadata),
        copyright="\n".join(contents.notices) or None,
        hashes=hashes,
        external_references=references,
        properties=properties,
    )


def _properties(filename: str, contents: Contents, relations: Relations) -> Iterator[Property]:
    values = {
        REQUIRES: relations.requires,
        CONTAINS: contents.foreign,
        COMPILED: [str(contents.compiled)] if contents.compiled else [],
        MERGED: relations.merged,
        UNREAD: relations.unread,
        BSI_FILENAME: [filename],
        # A wheel is a zip that keeps its members apart, and that nothing runs before it is installed.
        BSI_ARCHIVE: ["archive"],
        BSI_STRUCTURED: ["structured"],
        BSI_EXECUTABLE: ["non-executable"],
    }
    yield from (Property(name=name, value=value) for name, listed in values.items() for value in listed)
