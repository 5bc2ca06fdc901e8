"""What an SBOM says of one component, in answer to lists of minimum elements: one question a function."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from sealwright.verify.sbom_document import Document, Item, mapping, objects, stated, text, values
from sealwright.verify.sbom_whole import Json, is_address, is_named, is_reachable
from sealwright.verify.taxonomy import BSI_ARCHIVE, BSI_EXECUTABLE, BSI_FILENAME, BSI_STRUCTURED

# https://www.iana.org/assignments/hash-function-text-names, without those that are broken.
_SOUND = re.compile(r"SHA-(256|384|512)|SHA3-(256|384|512)|BLAKE2b-(256|384|512)|BLAKE3", re.IGNORECASE)
_BSI_VALUES = {
    BSI_EXECUTABLE: {"executable", "non-executable"},
    BSI_ARCHIVE: {"archive", "no archive"},
    BSI_STRUCTURED: {"structured", "unstructured"},
}


@dataclass(frozen=True, slots=True)
class Part:
    """A component, and the document that it is in."""

    item: Item
    in_graph: bool
    """Whether the dependency graph has an entry for it, be it an empty one."""
    completeness: bool
    """Whether it is said how complete its dependencies are."""

    @property
    def raw(self) -> Json:
        """As it stands in the document."""
        return self.item.raw


def parts(document: Document, items: tuple[Item, ...]) -> tuple[Part, ...]:
    """These components, with what the document says of them elsewhere."""
    claims = objects(document.raw.get("compositions"))
    said = {ref for claim in claims for ref in (claim.get("dependencies") or ()) if isinstance(ref, str)}
    return tuple(Part(item, item.ref in document.edges, item.ref in said) for item in items)


def name(part: Part) -> bool:
    """It has a name."""
    return bool(text(part.raw.get("name")))


def version(part: Part) -> bool:
    """It has a version."""
    return stated(part.raw.get("version"))


def supplier(part: Part) -> bool:
    """Whoever creates, defines or supplies it is named."""
    return is_named(mapping(part.raw.get("supplier"))) or stated(part.raw.get("publisher")) or producer(part)


def producer(part: Part) -> bool:
    """Whoever created it is named."""
    entities = (mapping(part.raw.get("manufacturer")), *objects(part.raw.get("authors")))
    return any(map(is_named, entities)) or stated(part.raw.get("author"))


def reachable_producer(part: Part) -> bool:
    """Whoever created it has an address of e-mail or of the web."""
    return is_reachable(mapping(part.raw.get("manufacturer")))


def identifier(part: Part) -> bool:
    """Databases can look it up by something that is no mere name."""
    raw = part.raw
    swid = text(mapping(raw.get("swid")).get("tagId"))
    return bool(text(raw.get("purl")) or text(raw.get("cpe")) or swid or raw.get("swhid") or raw.get("omniborId"))


def digest(part: Part) -> bool:
    """It has a digest."""
    return any(text(entry.get("content")) for entry in objects(part.raw.get("hashes")))


def sound_digest(part: Part) -> bool:
    """It has a digest by an algorithm that is not broken."""
    return any(_SOUND.fullmatch(text(entry.get("alg"))) for entry in objects(part.raw.get("hashes")))


def sha512(part: Part) -> bool:
    """Its deployable file has a SHA-512, at the file's address or, where there is none, at the component."""
    files = [entry for ref in _references(part, "distribution") for entry in objects(ref.get("hashes"))]
    return any(text(entry.get("alg")) == "SHA-512" for entry in (*files, *objects(part.raw.get("hashes"))))


def licence(part: Part) -> bool:
    """It has a licence, by whatever name."""
    entries = ((entry, mapping(entry.get("license"))) for entry in objects(part.raw.get("licenses")))
    return any(stated(e.get("expression")) or stated(i.get("id")) or stated(i.get("name")) for e, i in entries)


def concluded_licence(part: Part) -> bool:
    """Somebody concluded its licence, in SPDX's terms."""
    return _acknowledged(part, "concluded")


def declared_licence(part: Part) -> bool:
    """Its creator declared its licence, in SPDX's terms."""
    return _acknowledged(part, "declared")


def in_graph(part: Part) -> bool:
    """The graph has an entry for it."""
    return part.in_graph


def in_graph_with_completeness(part: Part) -> bool:
    """The graph has an entry for it, and it is said how complete that is."""
    return part.in_graph and part.completeness


def filename(part: Part) -> bool:
    """Its file has a name."""
    return bool(values(part.raw, BSI_FILENAME))


def executable(part: Part) -> bool:
    """It is said whether its file is executable."""
    return _bsi(part, BSI_EXECUTABLE)


def archive(part: Part) -> bool:
    """It is said whether its file is an archive."""
    return _bsi(part, BSI_ARCHIVE)


def structured(part: Part) -> bool:
    """It is said whether its file is structured."""
    return _bsi(part, BSI_STRUCTURED)


def source_address(part: Part) -> bool:
    """Its source has an address."""
    return bool(_references(part, "source-distribution") or _references(part, "vcs"))


def file_address(part: Part) -> bool:
    """Its deployable file has an address."""
    return any(is_address(text(ref.get("url"))) for ref in _references(part, "distribution"))


def _references(part: Part, kind: str) -> list[Json]:
    found = objects(part.raw.get("externalReferences"))
    return [entry for entry in found if text(entry.get("type")) == kind and text(entry.get("url"))]


def _acknowledged(part: Part, word: str) -> bool:
    for entry in objects(part.raw.get("licenses")):
        inner = mapping(entry.get("license"))
        spdx = text(entry.get("expression")) or text(inner.get("id"))
        if word in (entry.get("acknowledgement"), inner.get("acknowledgement")) and _is_spdx(spdx):
            return True
    return False


def _is_spdx(expression: str) -> bool:
    try:
        return bool(canonicalize_license_expression(expression[:500]))
    except InvalidLicenseExpression:
        return False


def _bsi(part: Part, name: str) -> bool:
    return any(value in _BSI_VALUES[name] for value in values(part.raw, name))
