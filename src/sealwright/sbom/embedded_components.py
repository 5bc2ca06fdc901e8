"""What is taken over of a component that an embedded SBOM lists: what identifies it, and who it is from.

Everything else stays in the document, which is named by its sha256. Nothing is believed to be well formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity
from cyclonedx.model.license import DisjunctiveLicense
from packageurl import PackageURL

from sealwright.sbom.embedded import Json, Listed
from sealwright.sbom.licences import Licence, spdx_licence
from sealwright.verify.taxonomy import FROM

_TYPES = {kind.value: kind for kind in ComponentType}
_SCOPES = {scope.value: scope for scope in ComponentScope}
_ALGORITHMS = {algorithm.value: algorithm for algorithm in HashAlgorithm}
_DIGEST = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_LONGEST = 200
_LONGEST_PURL = 400
_MOST = 5


def embedded_component(listed: Listed) -> Component:
    """The component, named as one of an embedded SBOM."""
    raw = listed.raw
    return Component(
        type=_TYPES.get(_text(raw.get("type")), ComponentType.LIBRARY),
        bom_ref=listed.ref,
        group=_text(raw.get("group")) or None,
        name=_text(raw["name"]) or "unnamed",
        version=_text(raw.get("version")) or None,
        purl=_purl(raw),
        scope=_SCOPES.get(_text(raw.get("scope"))),
        supplier=_entity(raw.get("supplier")),
        manufacturer=_entity(raw.get("manufacturer")),
        authors=list(_authors(raw)),
        licenses=_licences(raw),
        hashes=list(_hashes(raw)),
        properties=[Property(name=FROM, value=str(listed.document))],
    )


def _text(value: Any) -> str:
    """One line of characters that can be shown, or nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(char for char in " ".join(value[: 2 * _LONGEST].split()) if char.isprintable())[:_LONGEST]


def _items(value: Any) -> list[Json]:
    entries: list[Json] = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    return entries[:_MOST]


def _purl(raw: Json) -> PackageURL | None:
    text = raw.get("purl")
    if not isinstance(text, str) or len(text) > _LONGEST_PURL or not text.isprintable():
        return None
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        return None
    # Paths of the machine that built it say nothing to anybody, and an address may hold a password.
    kept = {key: value for key, value in (purl.qualifiers or {}).items() if "@" not in value and "file:" not in value}
    return PackageURL(purl.type, purl.namespace, purl.name, purl.version, kept, purl.subpath)


def _entity(value: Any) -> OrganizationalEntity | None:
    name = _text(value.get("name")) if isinstance(value, dict) else ""
    return OrganizationalEntity(name=name) if name else None


def _authors(raw: Json) -> Iterator[OrganizationalContact]:
    # `author` is what 1.5 had; cargo-cyclonedx writes addresses into it.
    author = _text(raw.get("author"))
    names = [_text(entry.get("name")) for entry in _items(raw.get("authors"))] or [parseaddr(author)[0] or author]
    yield from (OrganizationalContact(name=name) for name in names if name)


def _licences(raw: Json) -> list[Licence]:
    found: list[Licence] = []
    for entry in _items(raw.get("licenses")):
        inner = entry.get("license")
        named = inner if isinstance(inner, dict) else {}
        text = _text(entry.get("expression") or named.get("id") or named.get("name"))
        if text:
            found.append(spdx_licence(text, None) or DisjunctiveLicense(name=text))
    # CycloneDX takes one expression, or any number of licences that are none.
    expressions: list[Licence] = [licence for licence in found if not isinstance(licence, DisjunctiveLicense)]
    return expressions[:1] or found


def _hashes(raw: Json) -> Iterator[HashType]:
    seen = set()
    entries = raw.get("hashes")
    for entry in entries if isinstance(entries, list) else []:
        algorithm = _ALGORITHMS.get(_text(entry.get("alg"))) if isinstance(entry, dict) else None
        content = _text(entry.get("content")) if isinstance(entry, dict) else ""
        if algorithm is not None and algorithm not in seen and _DIGEST.fullmatch(content):
            seen.add(algorithm)
            yield HashType(alg=algorithm, content=content.lower())
