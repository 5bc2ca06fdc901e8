"""METADATA and PKG-INFO: well formed, and alike.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.headers import Headers, parse_headers
from sealwright.verify.archive.requirements import Wanted, judge_requirements, parse_requires, requirement

_MAY_DIFFER = frozenset({"dynamic", "metadata-version"})
"""`Dynamic` says of an sdist what a wheel has decided; where it is used at all, it also decides the format."""
_ONCE = frozenset(
    {
        *("metadata-version", "name", "version", "summary", "description", "description-content-type", "keywords"),
        *("author", "author-email", "maintainer", "maintainer-email", "license", "license-expression"),
        *("home-page", "download-url", "requires-python"),
    }
)
_NOTHING = frozenset({"", "UNKNOWN"})
"""What older backends write where there is nothing to write."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """A parsed METADATA or PKG-INFO."""

    headers: Headers

    @property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """Values by name in lower case, sorted; without those that say nothing."""
        found = {
            name: tuple(sorted(value for value in values if value not in _NOTHING))
            for name, values in self.headers.fields.items()
        }
        return {name: values for name, values in found.items() if values and name != "description"}

    @property
    def body(self) -> str:
        """The description, wherever it stands, in a form that can be compared."""
        written = self.headers.body.strip() or "\n".join(self.headers.fields.get("description", ()))
        return comparable(written)

    def older_than(self, version: tuple[int, int]) -> bool:
        """Whether its format is from before this one."""
        major, _, minor = self.one("metadata-version").partition(".")
        return major.isdigit() and minor.isdigit() and (int(major), int(minor)) < version

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a field."""
        return self.fields.get(name, ())

    def one(self, name: str) -> str:
        """The single value of a field; empty where it is absent or there are several."""
        values = self.all(name)
        return values[0] if len(values) == 1 else ""


def comparable(text: str) -> str:
    """A text without what backends do to the ends of its lines."""
    lines = (line.rstrip().removeprefix("|") for line in text.strip().replace("\r\n", "\n").split("\n"))
    return "" if text.strip() in _NOTHING else "\n".join(lines)


def parse(data: bytes) -> CoreMetadata:
    """Raises ValueError."""
    return CoreMetadata(parse_headers(data))


def with_requires_txt(metadata: CoreMetadata, requires: bytes | None) -> CoreMetadata:
    """The metadata of an sdist whose PKG-INFO names no dependency although its requires.txt does.

    setuptools before version 68.2 left them out of PKG-INFO. Raises ValueError.
    """
    if not requires or metadata.all("requires-dist"):
        return metadata
    lines = tuple(want.line for want in parse_requires(requires))
    fields = {**metadata.headers.fields, "requires-dist": lines}
    return CoreMetadata(replace(metadata.headers, fields=fields))


def judge_form(metadata: CoreMetadata, path: str) -> Iterator[Fault]:
    """Fields that mean one thing to one reader and another to the next."""
    for name in metadata.headers.folded:
        yield Fault("metadata-folded", path, name)
    for name, values in sorted(metadata.headers.fields.items()):
        if name in _ONCE and len(values) > 1:
            yield Fault("metadata-field-twice", path, f"{name}: {', '.join(values)}")


def judge_same(wheel: CoreMetadata, sdist: CoreMetadata, generated: frozenset[str]) -> Iterator[Fault]:
    """Fields in which a wheel's METADATA and the sdist's PKG-INFO differ, apart from those that name generated files.

    A PKG-INFO of the first formats may leave fields out; what it says must be the same.
    """
    legacy = sdist.older_than((2, 0))
    names = sdist.fields.keys() if legacy else wheel.fields.keys() | sdist.fields.keys()
    for name in sorted(names - _MAY_DIFFER - generated):
        ours, theirs = wheel.all(name), sdist.all(name)
        if ours != theirs and not (name == "requires-dist" and _same_requirements(ours, theirs)):
            yield Fault("metadata-differs", name, _short(ours, theirs), _short(theirs, ours))
    if wheel.body != sdist.body and not (legacy and not sdist.body):
        yield Fault("metadata-differs", "description")


def _same_requirements(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    try:
        wanted = [Wanted(requirement(line)) for line in one]
        return not list(judge_requirements(wanted, [requirement(line) for line in other]))
    except ValueError:
        return False


def _short(values: tuple[str, ...], others: tuple[str, ...]) -> str:
    return "; ".join(value for value in values if value not in others) or "nothing more"
