"""A CycloneDX 1.6 document, read strictly: two programs that read it must not see two different things.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from packaging.markers import default_environment
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import Refused

SPEC_VERSION = "1.6"
ENVIRONMENT_PREFIX = "sealwright:environment:"
"""Properties of the metadata: the values of PEP 508 markers that the document was made for."""

_BLANK = ("platform_release", "platform_version")
_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Component:
    """What is compared of a component."""

    ref: str
    name: str
    """Normalised."""
    version: str
    """In normal form, where it is a version of PEP 440."""
    purl: str
    sha256: str
    """Lower-case hexadecimal; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Sbom:
    """What is judged of a document."""

    root: Component | None
    components: tuple[Component, ...]
    edges: Mapping[str, tuple[str, ...]]
    """bom-ref to the bom-refs it depends on."""
    properties: Mapping[str, str]
    """Of the metadata."""
    has_vulnerabilities: bool


class _Malformed(ValueError):
    pass


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
    return {f"{ENVIRONMENT_PREFIX}{name}": value for name, value in environment.items() if value}


def environment_in(properties: Mapping[str, str]) -> dict[str, str]:
    """The inverse of `environment_properties`: a value for every marker.

    So the answer does not depend on the machine that asks. Raises Refused (`sbom-environment-missing`).
    """
    # The names are packaging's; the values of this machine are not used.
    names = [str(name) for name in default_environment()]
    missing = [name for name in names if name not in _BLANK and f"{ENVIRONMENT_PREFIX}{name}" not in properties]
    if missing:
        raise Refused("sbom-environment-missing", f"the metadata have no property {ENVIRONMENT_PREFIX}{missing[0]}")
    return {name: properties.get(f"{ENVIRONMENT_PREFIX}{name}", "") for name in names}


def parse_sbom(data: bytes, where: str, *, root: bool = True) -> Sbom:
    """The parts of a document that are judged. Raises Refused (`sbom-malformed`).

    Refused are also keys given twice, a bom-ref or a package given twice, and components inside components, which
    many programs overlook. `root`: whether the document must say what it is about.
    """
    try:
        if len(data) > _LIMIT:
            raise _Malformed(f"larger than {_LIMIT} bytes")
        return _sbom(json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant), root=root)
    except (ValueError, RecursionError) as error:
        raise Refused(
            "sbom-malformed", f"{where} is not a CycloneDX {SPEC_VERSION} document: {error}", hint="make it again"
        ) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Malformed(f"a key is given twice among {', '.join(sorted(found))[:120]}")
    return found


def _no_constant(name: str) -> None:
    raise _Malformed(f"{name} is not JSON")


def _sbom(document: Any, *, root: bool) -> Sbom:
    found = _object(document, "the document")
    if (found.get("bomFormat"), found.get("specVersion")) != ("CycloneDX", SPEC_VERSION):
        raise _Malformed(f"bomFormat {found.get('bomFormat')!r}, specVersion {found.get('specVersion')!r}")
    metadata = _object(found.get("metadata", {}), "metadata")
    main = _component(metadata.get("component"), "metadata.component") if root else None
    components = tuple(
        _component(entry, f"components[{at}]")
        for at, entry in enumerate(_list(found.get("components", []), "components"))
    )
    everything = (*components, *([main] if main else ()))
    _unique([c.ref for c in everything], "bom-ref")
    _unique([c.name for c in everything], "package")
    properties = _properties(metadata)
    return Sbom(main, components, _edges(found), properties, "vulnerabilities" in found)


def _component(entry: Any, where: str) -> Component:
    found = _object(entry, where)
    if found.get("components"):
        raise _Malformed(f"{where} has components inside")
    name, version, ref = (_text(found.get(key), f"{where}.{key}") for key in ("name", "version", "bom-ref"))
    purl = found.get("purl", "")
    if not isinstance(purl, str):
        raise _Malformed(f"{where}.purl is not text")
    return Component(ref, str(canonicalize_name(name)), _normal(version), purl, _sha256(found, where))


def _normal(version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def _sha256(component: Mapping[str, Any], where: str) -> str:
    hashes = [_object(entry, f"{where}.hashes") for entry in _list(component.get("hashes", []), f"{where}.hashes")]
    digests = [_text(entry.get("content"), f"{where}.hashes") for entry in hashes if entry.get("alg") == "SHA-256"]
    if len(digests) > 1:
        raise _Malformed(f"{where} has more than one SHA-256")
    return digests[0].lower() if digests else ""


def _edges(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    edges: dict[str, tuple[str, ...]] = {}
    for entry in _list(document.get("dependencies", []), "dependencies"):
        found = _object(entry, "a dependency")
        ref = _text(found.get("ref"), "dependencies.ref")
        if ref in edges:
            raise _Malformed(f"dependencies of {ref!r} are given twice")
        edges[ref] = tuple(_text(to, "dependsOn") for to in _list(found.get("dependsOn", []), "dependsOn"))
    return edges


def _properties(metadata: Mapping[str, Any]) -> dict[str, str]:
    pairs = list(_property_pairs(metadata))
    _unique([name for name, _ in pairs], "property")
    return dict(pairs)


def _property_pairs(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in _list(metadata.get("properties", []), "metadata.properties"):
        found = _object(entry, "a property")
        name = _text(found.get("name"), "a property's name")
        if name.startswith(ENVIRONMENT_PREFIX):
            yield name, _text(found.get("value"), f"property {name}")


def _unique(values: list[str], what: str) -> None:
    value, times = max(Counter(values).items(), key=lambda item: item[1], default=("", 0))
    if times > 1:
        raise _Malformed(f"{what} {value!r} is given twice")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Malformed(f"{where} is not an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Malformed(f"{where} is not a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise _Malformed(f"{where} is not text")
    return value
