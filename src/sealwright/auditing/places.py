"""Where in a file a package is declared, so that a finding about it can be shown beside that line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from sealwright.verify.advisories import Package
from sealwright.verify.cyclonedx import purl_of

_HEADER = re.compile(r"\s*\[{1,2}(?P<name>[^\[\]]+)\]{1,2}\s*(#.*)?")
_KEY = re.compile(r"\s*(?P<quote>[\"']?)(?P<name>[A-Za-z0-9_.-]+)(?P=quote)\s*=(?!=)")
_ITEM = re.compile(r"(?:^|[\[,])\s*[\"']\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?\s*==")
_LOCKED = re.compile(r"\s*name\s*=\s*[\"'](?P<name>[^\"']+)")


@dataclass(frozen=True, slots=True)
class Pyproject:
    """A project's own declaration."""

    path: str
    """In the repository, with `/`."""
    text: str

    def line(self, package: Package, direct: str) -> int:
        """The line that declares the direct dependency that brings `package`; else that of `[project]`, else 1."""
        name = direct or package[0]
        lines = list(_tables(self.text))
        return next(
            (
                number
                for number, table, key, line in lines
                if (table == "project" and key == "dependencies" and name in _names(_ITEM, _after_key(line, key)))
                or (table == "tool.poetry.dependencies" and canonicalize_name(key) == name)
            ),
            next((number for number, table, key, _ in lines if table == "project" and not key), 1),
        )


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock, a requirements file or an SBOM, whatever its format."""

    path: str
    text: str

    def line(self, package: Package, direct: str) -> int:  # noqa: ARG002 - the file names the package itself
        """The first line that names `package`; 1 where none does."""
        purl = purl_of(*package)
        for number, line in enumerate(self.text.splitlines(), 1):
            found = _PINNED.match(line) or _LOCKED.match(line)
            if purl in line or (found and canonicalize_name(found["name"]) == package[0]):
                return number
        return 1


def _tables(text: str) -> Iterator[tuple[int, str, str, str]]:
    """(number, table, key, line) of each line: the key that it gives, or continues; empty in a table's header."""
    table = key = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if header := _HEADER.fullmatch(line):
            table, key = header["name"].strip(), ""
        elif start := _KEY.match(line):
            key = start["name"]
        yield number, table, key, line


def _after_key(line: str, key: str) -> str:
    start = _KEY.match(line)
    return line[start.end() :] if start and start["name"] == key else line


def _names(pattern: re.Pattern[str], text: str) -> set[str]:
    return {str(canonicalize_name(match["name"])) for match in pattern.finditer(text)}
