"""What an SBOM says of itself, in answer to lists of minimum elements: one question a function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealwright.verify.sbom_document import Document, mapping, objects, stated, text

Json = Mapping[str, Any]

# RFC 3339, and RFC 9557, which may add a time zone in brackets.
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)(\[[^\]]+\])*", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Whole:
    """A document with what else is known of it."""

    document: Document
    signature: bool
    """Whether a signature lies beside it."""

    @property
    def metadata(self) -> Json:
        """Of the document."""
        return self.document.metadata


def person(whole: Whole) -> bool:
    """Somebody is named as its author; a program is nobody."""
    metadata = whole.metadata
    # `manufacture` until 1.5, `manufacturer` from 1.6 on
    entities = (mapping(metadata.get(key)) for key in ("manufacturer", "manufacture"))
    return any(map(is_named, (*objects(metadata.get("authors")), *entities)))


def person_or_tool(whole: Whole) -> bool:
    """Somebody or something is named as the source of its data."""
    return person(whole) or tool(whole)


def reachable_author(whole: Whole) -> bool:
    """The organisation that made it has an address of e-mail or of the web."""
    return is_reachable(mapping(whole.metadata.get("manufacturer")))


def timestamp(whole: Whole) -> bool:
    """It says when it was made, in full."""
    return _TIMESTAMP.fullmatch(text(whole.metadata.get("timestamp"))) is not None


def tool(whole: Whole) -> bool:
    """A program is named."""
    return any(text(entry.get("name")) for entry in _tools(whole.metadata))


def tool_version(whole: Whole) -> bool:
    """A program is named with its version."""
    return any(text(entry.get("name")) and text(entry.get("version")) for entry in _tools(whole.metadata))


def phase(whole: Whole) -> bool:
    """It says in which phase of the software's life it was made."""
    return any(text(entry.get("phase") or entry.get("name")) for entry in objects(whole.metadata.get("lifecycles")))


def signature(whole: Whole) -> bool:
    """It is signed inside, or a signature lies beside it; neither is verified here."""
    return bool(whole.document.raw.get("signature")) or whole.signature


def format_name(whole: Whole) -> bool:
    """It names its format."""
    return bool(text(whole.document.raw.get("bomFormat")))


def format_version(whole: Whole) -> bool:
    """It names the version of its format."""
    return bool(whole.document.spec_version)


def current_format(whole: Whole) -> bool:
    """CycloneDX 1.6 or later."""
    found = re.fullmatch(r"1\.(\d+)", whole.document.spec_version)
    return found is not None and int(found[1]) >= 6


def document_version(whole: Whole) -> bool:
    """It has a serial number, and a version below that."""
    version = whole.document.raw.get("version")
    return serial_number(whole) and isinstance(version, int) and version >= 1


def serial_number(whole: Whole) -> bool:
    """It has a name that no other document has."""
    return text(whole.document.raw.get("serialNumber")).startswith("urn:uuid:")


def no_vulnerabilities(whole: Whole) -> bool:
    """It holds nothing that changes while the software does not."""
    return not whole.document.raw.get("vulnerabilities")


def is_named(entity: Json) -> bool:
    """Whether an organisation, a person, or somebody to contact there has a name or an address of e-mail."""
    everybody = (entity, *objects(entity.get("contact")))
    return any(stated(who.get("name")) or stated(who.get("email")) for who in everybody)


def is_reachable(entity: Json) -> bool:
    """Whether an organisation has an address of e-mail or of the web."""
    urls = entity.get("url")
    listed = urls if isinstance(urls, list) else []
    by_mail = any("@" in text(who.get("email")) for who in objects(entity.get("contact")))
    return by_mail or any(is_address(text(url)) for url in listed)


def is_address(url: str) -> bool:
    """Whether it is one of the web."""
    return _URL.fullmatch(url) is not None


def _tools(metadata: Json) -> list[Json]:
    tools = metadata.get("tools")  # a list until 1.4, an object from 1.5 on
    return objects(tools) if isinstance(tools, list) else objects(mapping(tools).get("components"))
