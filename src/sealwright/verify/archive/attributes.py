"""What .gitattributes of a commit make of a file when it is checked out or exported.

https://git-scm.com/docs/gitattributes, as far as it changes contents: a build sees what was checked out.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.verify.archive.patterns import matches

FILE = ".gitattributes"
_MACROS = {"binary": ("-diff", "-merge", "-text")}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a path."""

    value: str
    """`set`, `unset`, or what stands behind the `=`."""
    where: str
    """File and line."""


def attributes_of(path: str, files: Mapping[str, str]) -> dict[str, Attribute]:
    """The attributes of `path`; `files` are the texts of all attribute files above it, by their paths."""
    found: dict[str, Attribute] = {}
    for folder in _above(path):
        file = posixpath.join(folder, FILE)
        inside = path[len(folder) + 1 :] if folder else path
        for number, line in enumerate(files.get(file, "").splitlines(), 1):
            pattern, *words = line.split() if line.strip() and not line.lstrip().startswith("#") else [""]
            if pattern and _fits(inside, pattern):
                for word in (more for given in words for more in (given, *_MACROS.get(given, ()))):
                    name, attribute = _attribute(word, f"{file}:{number}")
                    found[name] = attribute
    return found


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    yield from ("/".join(parts[:count]) for count in range(len(parts) + 1))


def _fits(inside: str, pattern: str) -> bool:
    plain = pattern.removeprefix("/")
    return matches(inside if "/" in pattern else posixpath.basename(inside), plain)


def _attribute(word: str, where: str) -> tuple[str, Attribute]:
    if word.startswith(("-", "!")):
        return word[1:], Attribute("unset", where)
    name, _, value = word.partition("=")
    return name, Attribute(value or "set", where)
