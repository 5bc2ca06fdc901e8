"""Fields as METADATA, PKG-INFO and WHEEL have them, read so that no other reader can see others.

The specification says that they are email headers, and each reader has its own idea of those: where a line ends, what a
continuation is, which of two equal fields counts. What is accepted here means the same to all of them.
https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]*):(?P<value>.*)")
_MAY_FOLD = frozenset({"license", "description"})
"""Texts of many lines. Any other field could hide one in a continuation line, of which some readers see nothing."""
_BREAKS = frozenset("\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Ends of lines to some readers, such as `str.splitlines`."""
_MOST_FIELDS = 5000


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of a file, and the text behind them."""

    fields: Mapping[str, tuple[str, ...]]
    """Values by name in lower case, in their order."""
    folded: tuple[str, ...]
    """Names of fields that go on in a further line although none like them does."""
    body: str


def parse_headers(data: bytes) -> Headers:
    """Raises ValueError with a reason that a person can read."""
    text = data.decode("utf-8").replace("\r\n", "\n")
    head, separator, body = text.partition("\n\n")
    found: defaultdict[str, list[str]] = defaultdict(list)
    folded: list[str] = []
    name = ""
    lines = head.removesuffix("\n").split("\n")
    if len(lines) > _MOST_FIELDS:
        raise ValueError(f"{len(lines)} lines before the description")
    for line in lines:
        name = _continued(name, line, found, folded) if line[:1] in (" ", "\t") else _begun(line, found)
    return Headers({key: tuple(values) for key, values in found.items()}, tuple(folded), body if separator else "")


def _begun(line: str, found: defaultdict[str, list[str]]) -> str:
    match = _FIELD.fullmatch(line)
    if match is None or any(_breaks(character) for character in line):
        raise ValueError(f"not a field: {line[:80]!r}")
    name = match["name"].lower()
    found[name].append(match["value"].strip())
    return name


def _continued(name: str, line: str, found: defaultdict[str, list[str]], folded: list[str]) -> str:
    if not name or "\r" in line or "\0" in line:
        raise ValueError(f"a continuation of nothing, or with a line break inside: {line[:80]!r}")
    if name not in _MAY_FOLD and name not in folded:
        folded.append(name)
    found[name][-1] += "\n" + line.strip()
    return name


def _breaks(character: str) -> bool:
    return character in _BREAKS or (character != "\t" and unicodedata.category(character) == "Cc")
