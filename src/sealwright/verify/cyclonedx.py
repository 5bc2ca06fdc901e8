"""A CycloneDX document of ours, read strictly: two programs that read it must not see two different things.

https://cyclonedx.org/docs/1.6/json/, https://cyclonedx.org/docs/1.7/json/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from packaging.markers import default_environment
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import Refused
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json
from sealwright.verify.taxonomy import EMBEDDED_REF, ENVIRONMENT, FROM

SPEC_VERSIONS = ("1.6", "1.7")
"""The first is the default."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a document that is read at all."""

_BLANK = ("platform_release", "platform_version")


@dataclass(frozen=True, slots=True)
class Component:
    """What is compared of a component."""

    ref: str
    name: str
    """Normalised."""
    version: str
    """In normal form, where it is a version of PEP 440. Empty only of what an embedded SBOM lists."""
    purl: str
    sha256: str
    """Lower-case hexadecimal; empty if there is none."""
    properties: tuple[tuple[str, str], ...] = ()
    """(name, value), in their order; a name may come more than once."""
    external: bool = False
    """`isExternal` of 1.7."""

    @property
    def embedded(self) -> bool:
        """Whether it is listed in an SBOM inside a wheel, and not because an installation brings it."""
        return self.ref.startswith(EMBEDDED_REF) and bool(self.values(FROM))

    def values(self, name: str) -> tuple[str, ...]:
        """The values of all properties of this name."""
        return tuple(value for key, value in self.properties if key == name)


@dataclass(frozen=True, slots=True)
class Composition:
    """How much is known of some components."""

    aggregate: str
    assemblies: tuple[str, ...]
    """bom-refs of the components whose parts it is about."""
    dependencies: tuple[str, ...]
    """bom-refs of the components whose dependencies it is about."""


@dataclass(frozen=True, slots=True)
class Sbom:
    """What is judged of a document."""

    spec_version: str
    root: Component | None
    components: tuple[Component, ...]
    """All but the root."""
    edges: Mapping[str, tuple[str, ...]]
    """bom-ref to the bom-refs it depends on."""
    properties: Mapping[str, str]
    """Of the metadata."""
    compositions: tuple[Composition, ...]
    has_vulnerabilities: bool

    @property
    def packages(self) -> tuple[Component, ...]:
        """What an installation brings: all components but those that embedded SBOMs list."""
        return tuple(component for component in self.components if not component.embedded)


def purl_of(name: str, version: str) -> str:
    """The package URL of a release on an index (https://github.com/package-url/purl-spec)."""
    return f"pkg:pypi/{canonicalize_name(name)}@{quote(version, safe='')}"


def marker_environment() -> dict[str, str]:
    """The values of all PEP 508 markers here, without those that name one machine's kernel.

    They would make the same release differ from one runner to the next, and no closure depends on them.
    """
    return {str(name): "" if name in _BLANK else str(value) for name, value in default_environment().items()}


def environment_properties(environment: Mapping[str, str]) -> dict[str, str]:
    """The properties that say for which environment a document was made."""
    return {f"{ENVIRONMENT}{name}": value for name, value in environment.items() if value}


def environment_in(properties: Mapping[str, str]) -> dict[str, str]:
    """The inverse of `environment_properties`: a value for every marker.

    So the answer does not depend on the machine that asks. Raises Refused (`sbom-environment-missing`).
    """
    # The names are packaging's; the values of this machine are not used.
    names = [str(name) for name in default_environment()]
    missing = [name for name in names if name not in _BLANK and f"{ENVIRONMENT}{name}" not in properties]
    if missing:
        raise Refused("sbom-environment-missing", f"the metadata have no property {ENVIRONMENT}{missing[0]}")
    return {name: properties.get(f"{ENVIRONMENT}{name}", "") for name in names}


def normal_version(version: str) -> str:
    """In the normal form of PEP 440, or as it stands where it is none."""
    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def parse_sbom(data: bytes, where: str, *, root: bool = True) -> Sbom:
    """The parts of a document that are judged. Raises Refused (`sbom-malformed`).

    Refused are also keys given twice, a bom-ref or a package given twice, and components inside components, which
    many programs overlook. `root`: whether the document must say what it is about.
    """
    try:
        return _sbom(strict_json(data, LARGEST), root=root)
    except Malformed as error:
        versions = " or ".join(SPEC_VERSIONS)
        raise Refused(
            "sbom-malformed", f"{where} is not a CycloneDX {versions} document: {error}", hint="make it again"
        ) from error


def _sbom(document: Any, *, root: bool) -> Sbom:
    found = as_object(document, "the document")
    version = found.get("specVersion")
    if found.get("bomFormat") != "CycloneDX" or version not in SPEC_VERSIONS:
        raise Malformed(f"bomFormat {found.get('bomFormat')!r:.40}, specVersion {version!r:.40}")
    metadata = as_object(found.get("metadata", {}), "metadata")
    main = _component(metadata.get("component"), "metadata.component") if root else None
    listed = enumerate(as_list(found.get("components", []), "components"))
    components = tuple(_component(entry, f"components[{at}]") for at, entry in listed)
    everything = (*components, *([main] if main else ()))
    _unique([c.ref for c in everything], "bom-ref")
    _unique([c.name for c in everything if not c.embedded], "package")
    return Sbom(
        str(version),
        main,
        components,
        _edges(found),
        _environment(metadata),
        tuple(_compositions(found)),
        "vulnerabilities" in found,
    )


def _component(entry: Any, where: str) -> Component:
    found = as_object(entry, where)
    if found.get("components"):
        raise Malformed(f"{where} has components inside")
    name, ref = as_text(found.get("name"), f"{where}.name"), as_text(found.get("bom-ref"), f"{where}.bom-ref")
    purl = as_text(found["purl"], f"{where}.purl") if found.get("purl", "") != "" else ""
    properties = tuple(_properties(found, where))
    external = found.get("isExternal", False)
    if not isinstance(external, bool):
        raise Malformed(f"{where}.isExternal is neither true nor false")
    made = Component(ref, str(canonicalize_name(name)), "", purl, _sha256(found, where), properties, external)
    if made.embedded and "version" not in found:
        return made
    version = normal_version(as_text(found.get("version"), f"{where}.version"))
    return Component(ref, made.name, version, purl, made.sha256, properties, external)


def _sha256(component: Mapping[str, Any], where: str) -> str:
    hashes = [as_object(entry, f"{where}.hashes") for entry in as_list(component.get("hashes", []), f"{where}.hashes")]
    digests = [as_text(entry.get("content"), f"{where}.hashes") for entry in hashes if entry.get("alg") == "SHA-256"]
    if len(digests) > 1:
        raise Malformed(f"{where} has more than one SHA-256")
    return digests[0].lower() if digests else ""


def _edges(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    edges: dict[str, tuple[str, ...]] = {}
    for entry in as_list(document.get("dependencies", []), "dependencies"):
        found = as_object(entry, "a dependency")
        ref = as_text(found.get("ref"), "dependencies.ref")
        if ref in edges:
            raise Malformed(f"dependencies of {ref!r} are given twice")
        edges[ref] = _refs(found, "dependsOn")
    return edges


def _compositions(document: Mapping[str, Any]) -> Iterator[Composition]:
    for entry in as_list(document.get("compositions", []), "compositions"):
        found = as_object(entry, "a composition")
        aggregate = as_text(found.get("aggregate"), "compositions.aggregate")
        yield Composition(aggregate, _refs(found, "assemblies"), _refs(found, "dependencies"))


def _refs(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(as_text(ref, key) for ref in as_list(entry.get(key, []), key))


def _properties(owner: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for entry in as_list(owner.get("properties", []), f"{where}.properties"):
        found = as_object(entry, f"{where}.properties")
        name = as_text(found.get("name"), f"a property's name of {where}")
        value = found.get("value", "")
        yield name, as_text(value, f"property {name} of {where}") if value != "" else ""


def _environment(metadata: Mapping[str, Any]) -> dict[str, str]:
    pairs = [(name, value) for name, value in _properties(metadata, "metadata") if name.startswith(ENVIRONMENT)]
    _unique([name for name, _ in pairs], "property")
    return {name: as_text(value, f"property {name}") for name, value in pairs}


def _unique(values: list[str], what: str) -> None:
    value, times = max(Counter(values).items(), key=lambda item: item[1], default=("", 0))
    if times > 1:
        raise Malformed(f"{what} {value!r} is given twice")
