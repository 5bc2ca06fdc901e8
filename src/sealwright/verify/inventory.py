"""The packages that anybody's CycloneDX document names: what can be asked about, and what cannot.

It comes from outside, so it is read strictly and within bounds. https://cyclonedx.org/specification/overview/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.model.digest import is_sha256
from sealwright.verify.advisories import CHECK, Package
from sealwright.verify.closure import Pin
from sealwright.verify.judgement import SCOPE, Subject
from sealwright.verify.origins import Origins
from sealwright.verify.purl import Purl, parse_purl
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json

LARGEST = 64 * 1024 * 1024
"""Bytes of a document that is read at all."""
MOST = 20_000
"""Components of a document that is read at all."""
SPEC_VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_INSIDE = "sealwright:embedded:from"
"""The property of a component that another package's own SBOM names (docs/sbom.md)."""
_NAMED = 3
_HINT = "make the SBOM with a program that names packages by purl, version and sha256"


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a document says is there."""

    subject: Subject
    bom_link: str
    """`urn:cdx:<serial>/<version>`, by which other documents refer to it; empty where it has no serial number."""
    refs: Mapping[Package, str]
    """The bom-ref of each package that has one."""


def read_inventory(data: bytes, where: str) -> Inventory:
    """The packages of the index PyPI in a CycloneDX document, and what else is in it.

    The root is one of them where it names itself by purl. A component that belongs to another ecosystem is left aside,
    and said; one that nobody can ask about is said to be unknown. Raises Refused (`sbom-malformed`).
    """
    try:
        return _inventory(as_object(strict_json(data, LARGEST), "the document"))
    except Malformed as error:
        message = f"{where} is not a CycloneDX document that can be audited: {error}"
        raise Refused("sbom-malformed", message, hint="audit CycloneDX JSON, of version 1.2 to 1.7") from error


@dataclass(slots=True)
class _Found:
    """What was met on the way through a document."""

    files: dict[Package, set[str]] = field(default_factory=dict)
    inside: set[Package] = field(default_factory=set)
    refs: dict[Package, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """bom-ref to normalised name."""
    others: Counter[str] = field(default_factory=Counter)
    unread: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Component:
    where: str
    entry: Mapping[str, Any]
    nested: bool
    """Whether it is listed as a part of a package of PyPI, which is asked about as a whole."""

    @property
    def holds_files(self) -> bool:
        """Whether what is listed in it are files of a package, rather than of an application or a system."""
        return self.nested or str(self.entry.get("purl")).startswith("pkg:pypi/")

    @property
    def inside(self) -> bool:
        """Whether it is a part of another component, and no file of its own."""
        properties = as_list(self.entry.get("properties") or [], f"{self.where}.properties")
        return self.nested or any(isinstance(item, dict) and item.get("name") == _INSIDE for item in properties)


def _inventory(document: Mapping[str, Any]) -> Inventory:
    said = document.get("bomFormat"), document.get("specVersion")
    if said[0] != "CycloneDX" or said[1] not in SPEC_VERSIONS:
        raise Malformed(f"bomFormat {said[0]!r}, specVersion {said[1]!r}")
    found = _Found()
    metadata = as_object(document.get("metadata", {}), "metadata")
    for component in _components(document, metadata):
        _take(component, found)
    return Inventory(_subject(found, document, metadata), _bom_link(document), found.refs)


def _components(document: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[_Component]:
    """All components, those inside others too, without recursion."""
    todo = [_Component("", document, nested=False)]
    if "component" in metadata:
        root = _Component("metadata.component", as_object(metadata["component"], "metadata.component"), nested=False)
        todo.append(root)
        if root.entry.get("purl"):  # an application need not be a package
            yield root
    met = 0
    while todo:
        parent = todo.pop()
        place = f"{parent.where}.components".removeprefix(".")
        for at, item in enumerate(as_list(parent.entry.get("components") or [], place)):
            met += 1
            if met > MOST:
                raise Malformed(f"more than {MOST} components")
            component = _Component(f"{place}[{at}]", as_object(item, f"{place}[{at}]"), nested=parent.holds_files)
            todo.append(component)
            yield component


def _take(component: _Component, found: _Found) -> None:
    entry, where = component.entry, component.where
    name = as_text(entry.get("name"), f"{where}.name")
    ref = entry.get("bom-ref")
    if ref is not None and as_text(ref, f"{where}.bom-ref") in found.names:
        raise Malformed(f"bom-ref {ref!r} is given twice")
    try:
        purl = parse_purl(as_text(entry.get("purl"), "its purl"))
        package = _package(entry, purl) if purl.type == "pypi" else None
    except ValueError as error:  # of packaging as well
        _take_unidentified(component, str(error), found)
        package, purl = None, None
    if ref is not None:
        found.names[ref] = package[0] if package else str(canonicalize_name(name))
    if package is not None:
        _take_package(component, package, found)
    elif purl is not None:
        found.others[f"pkg:{purl.type[:20]}"] += 1


def _take_package(component: _Component, package: Package, found: _Found) -> None:
    if ref := component.entry.get("bom-ref"):
        found.refs.setdefault(package, ref)
    if component.inside:
        found.inside.add(package)
    else:
        found.files.setdefault(package, set()).update(_digests(component.entry, component.where))


def _take_unidentified(component: _Component, why: str, found: _Found) -> None:
    if component.inside:  # part of a file that is asked about as a whole
        found.others["without purl or version"] += 1
        return
    subject = f"{component.entry['name']} {component.entry.get('version') or ''}".strip()
    text = f"nobody can be asked about it: {why}"
    found.unread.append(Finding.unavailable(CHECK, "audit-component-unidentified", subject, found=text, hint=_HINT))


def _package(entry: Mapping[str, Any], purl: Purl) -> Package:
    """The name and version in normal form. Raises ValueError where there is none, or where there are two."""
    if purl.namespace or not purl.version:
        raise Malformed("its purl names no version" if not purl.version else "its purl has a namespace")
    try:
        name, version = canonicalize_name(purl.name, validate=True), Version(purl.version)
    except (InvalidName, InvalidVersion) as error:
        raise Malformed(str(error)) from error
    said = entry.get("version")
    if canonicalize_name(str(entry["name"])) != name or (said and str(said) != purl.version and _other(said, version)):
        raise Malformed(f"it calls itself {entry['name']} {said}")
    return str(name), str(version)


def _other(said: object, version: Version) -> bool:
    try:
        return Version(str(said)) != version
    except InvalidVersion:
        return True


def _digests(entry: Mapping[str, Any], where: str) -> set[str]:
    """The sha256 of the file; where the component has none of its own, of the distributions that it refers to."""
    own = _sha256(entry, where)
    if own:
        return own
    there = f"{where}.externalReferences"
    references = [as_object(item, there) for item in as_list(entry.get("externalReferences") or [], there)]
    return {digest for r in references if r.get("type") == "distribution" for digest in _sha256(r, there)}


def _sha256(owner: Mapping[str, Any], where: str) -> set[str]:
    hashes = [as_object(item, f"{where}.hashes") for item in as_list(owner.get("hashes") or [], f"{where}.hashes")]
    found = {str(item.get("content")).lower() for item in hashes if item.get("alg") == "SHA-256"}
    if len(found) > 1 or not all(is_sha256(digest) for digest in found):
        raise Malformed(f"{where} has a SHA-256 that is none, or more than one")
    return found


def _subject(found: _Found, document: Mapping[str, Any], metadata: Mapping[str, Any]) -> Subject:
    pins = [
        Pin(name, version, "", tuple(("", "", digest) for digest in sorted(files)))
        for (name, version), files in sorted(found.files.items())
    ]
    inside = [Pin(name, version, "", ()) for name, version in sorted(found.inside - found.files.keys())]
    unread = list(found.unread)
    if not pins and not inside and (found.others or not unread):
        unread.append(_nothing(found.others))
    return Subject(
        tuple(pins), tuple(inside), _origins(found, document, metadata), tuple(unread), tuple(_aside(found, inside))
    )


def _origins(found: _Found, document: Mapping[str, Any], metadata: Mapping[str, Any]) -> Origins:
    root = metadata.get("component", {}).get("bom-ref")
    requiring: dict[str, set[str]] = {}
    direct: set[str] = set()
    for item in as_list(document.get("dependencies") or [], "dependencies"):
        entry = as_object(item, "a dependency")
        ref = as_text(entry.get("ref"), "dependencies.ref")
        for to in as_list(entry.get("dependsOn") or [], "dependsOn"):
            name = found.names.get(as_text(to, "dependsOn"), "")
            if ref == root:
                direct.add(name)
            elif ref in found.names:
                requiring.setdefault(name, set()).add(found.names[ref])
    return Origins(frozenset(direct), requiring)


def _aside(found: _Found, inside: list[Pin]) -> Iterator[Finding]:
    if found.others and (found.files or inside):
        counted = ", ".join(f"{count} {kind}" for kind, count in found.others.most_common(_NAMED))
        total = f"{sum(found.others.values())} components are not packages of PyPI, and not asked about"
        yield Finding.skipped(SCOPE, f"{total}: {counted}")
    if inside:
        named = ", ".join(f"{pin.name} {pin.version}" for pin in inside[:_NAMED])
        more = f" and {len(inside) - _NAMED} more" if len(inside) > _NAMED else ""
        reason = f"inside other packages, by name and version alone, as these say themselves: {named}{more}"
        yield Finding.skipped(SCOPE, reason)


def _bom_link(document: Mapping[str, Any]) -> str:
    serial, version = document.get("serialNumber"), document.get("version", 1)
    if not isinstance(serial, str) or not serial.startswith("urn:uuid:") or not isinstance(version, int):
        return ""
    return f"urn:cdx:{serial.removeprefix('urn:uuid:').lower()}/{version}"


def _nothing(others: Counter[str]) -> Finding:
    only = ", ".join(sorted(others)[:_NAMED])
    found = f"it names no package of PyPI, only {only}" if others else "it names no component at all"
    hint = "only packages of PyPI are asked about" if others else "a wheel without dependencies is still a component"
    return Finding.unavailable(CHECK, "audit-nothing-asked", found=found, hint=hint)
