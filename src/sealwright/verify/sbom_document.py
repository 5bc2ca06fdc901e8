"""Any CycloneDX document, by whatever program: read as far as it goes, and nothing in it believed.

Ours are read strictly by `cyclonedx`; here a document is only asked what it lists, so that it can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from sealwright.errors import Refused, UsageError
from sealwright.verify.cyclonedx import LARGEST, normal_version
from sealwright.verify.strict_json import Malformed, strict_json
from sealwright.verify.taxonomy import EMBEDDED_REF, FROM

_PURL = re.compile(r"pkg:pypi/(?P<name>[^@?#]+)(@(?P<version>[^?#]*))?(\?[^#]*)?(#(?P<subpath>.*))?", re.IGNORECASE)
_MOST = 200_000
_CONVERT = "write it as JSON, or convert it: `cyclonedx convert --output-format json`"


@dataclass(frozen=True, slots=True)
class Item:
    """A component as it stands in a document."""

    raw: Mapping[str, Any]
    ref: str
    """Empty where it has none."""
    name: str
    """Normalised, as its package URL says or else its name."""
    version: str
    pypi: bool
    """Whether its package URL is that of a whole release on an index of Python packages."""
    inside: bool
    """Whether it is a part of another component, and not something that an installation brings."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a document lists."""

    raw: Mapping[str, Any]
    spec_version: str
    main: Item | None
    """What it says that it is about."""
    items: tuple[Item, ...]
    """All components but that one, parts of components too."""
    edges: Mapping[str, frozenset[str]]
    """bom-ref to the bom-refs it depends on."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Of the document."""
        return mapping(self.raw.get("metadata"))


def read_document(data: bytes, where: str) -> Document:
    """The document in `data`.

    Raises UsageError (`sbom-not-json`) for XML, (`sbom-not-cyclonedx`) for SPDX, Refused (`sbom-malformed`) for
    anything else that is no CycloneDX, and for a key that is given twice.
    """
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        raise UsageError("sbom-not-json", f"{where} is XML, which is not read here", hint=_CONVERT)
    try:
        raw = strict_json(data, LARGEST)
    except Malformed as error:
        raise Refused("sbom-malformed", f"{where} is not JSON: {error}", hint="make it again") from error
    if not isinstance(raw, dict) or raw.get("bomFormat") != "CycloneDX":
        if isinstance(raw, dict) and ("spdxVersion" in raw or "@graph" in raw):
            raise UsageError(
                "sbom-not-cyclonedx", f"{where} is SPDX, which is not read here", hint="make a CycloneDX one"
            )
        raise Refused("sbom-malformed", f"{where} has no bomFormat CycloneDX", hint="name a CycloneDX document")
    metadata = mapping(raw.get("metadata"))
    main = mapping(metadata.get("component"))
    items = tuple(_items(raw, main, where))
    return Document(raw, text(raw.get("specVersion")), _item(main, inside=False) if main else None, items, _edges(raw))


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a JSON array; what is no object counts as an empty one."""
    return [mapping(entry) for entry in value] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A JSON string without white space around it, or an empty one in place of anything else."""
    return value.strip() if isinstance(value, str) else ""


def stated(value: Any) -> bool:
    """Whether a JSON string says something, and not in a word that nothing is known."""
    return text(value).lower() not in ("", "unknown", "noassertion", "none", "n/a")


def values(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values of a component's properties of this name."""
    listed = objects(item.get("properties"))
    return tuple(text(entry.get("value")) for entry in listed if entry.get("name") == name and text(entry.get("value")))


def _items(raw: Mapping[str, Any], main: Mapping[str, Any], where: str) -> Iterator[Item]:
    todo = [(entry, False) for entry in reversed(objects(raw.get("components")))]
    todo += [(entry, True) for entry in reversed(objects(main.get("components")))]
    count = 0
    while todo:
        entry, inside = todo.pop()
        count += 1
        if count > _MOST:
            raise Refused("sbom-malformed", f"{where} has more than {_MOST} components", hint="nobody can judge that")
        item = _item(entry, inside=inside)
        todo += [(nested, True) for nested in reversed(objects(entry.get("components")))]
        yield item


def _item(raw: Mapping[str, Any], *, inside: bool) -> Item:
    ref = text(raw.get("bom-ref"))
    found = _PURL.fullmatch(text(raw.get("purl")))
    name = unquote(found["name"]) if found else text(raw.get("name"))
    version = unquote(found["version"] or "") if found else ""
    embedded = ref.startswith(EMBEDDED_REF) and bool(values(raw, FROM))
    return Item(
        raw,
        ref,
        str(canonicalize_name(name)),
        normal_version(version or text(raw.get("version"))),
        found is not None and not found["subpath"],
        inside or embedded,
    )


def _edges(raw: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    edges: dict[str, frozenset[str]] = {}
    for entry in objects(raw.get("dependencies")):
        ref, targets = text(entry.get("ref")), entry.get("dependsOn")
        listed = targets if isinstance(targets, list) else []
        edges[ref] = edges.get(ref, frozenset()) | {text(to) for to in listed}
    return edges
