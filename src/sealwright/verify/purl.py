"""Package URLs, as far as audits need them (https://github.com/package-url/purl-spec)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_PURL = re.compile(
    r"pkg:/*(?P<type>[a-z][a-z0-9.-]*)/+(?P<path>[^@?#]+)(@(?P<version>[^@?#]+))?(\?[^#]*)?(#.*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Purl:
    """What identifies a package; qualifiers and subpath are left out."""

    type: str
    """In lower case."""
    namespace: str
    name: str
    version: str
    """Empty where none is named."""


def parse_purl(text: str) -> Purl:
    """Raises ValueError for what is no package URL."""
    match = _PURL.fullmatch(text)
    path = [part for part in match["path"].split("/") if part] if match else []
    if match is None or not path:
        raise ValueError(f"{text[:100]!r} is no package URL")
    *namespace, name = (unquote(part) for part in path)
    return Purl(match["type"].lower(), "/".join(namespace), name, unquote(match["version"] or ""))
