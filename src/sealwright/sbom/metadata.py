"""Core metadata of a distribution, as far as an SBOM repeats it.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from email.utils import getaddresses
from pathlib import Path

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import Refused

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z0-9-]+")
_LIMIT = 16 * 1024 * 1024
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What reading a zip that somebody else made can raise."""


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Somebody who is named as author or maintainer; one of the two may be empty."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a distribution says of itself."""

    name: str
    """Normalised."""
    version: str
    """In normal form."""
    summary: str = ""
    expression: str = ""
    """`License-Expression`."""
    licence: str = ""
    """`License`, a free text."""
    classifiers: tuple[str, ...] = ()
    """Only those about licences."""
    people: tuple[Person, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """(label in lower case, URL)."""
    requires: tuple[Requirement, ...] = ()


def parse_metadata(data: bytes, where: str) -> Metadata:
    """The metadata in the bytes of a METADATA file.

    Lenient about everything but name, version and requirements, as installers are: much of what is installed breaks
    some rule. Raises Refused (`metadata-malformed`) naming `where`.
    """
    raw, _ = parse_email(data)
    try:
        return Metadata(
            name=canonicalize_name(raw["name"], validate=True),
            version=str(Version(raw["version"])),
            summary=_line(raw.get("summary", "")),
            expression=_line(raw.get("license_expression", "")),
            licence=raw.get("license", "").strip(),
            classifiers=tuple(c for c in raw.get("classifiers", []) if c.startswith("License ::")),
            people=tuple(dict.fromkeys((*_people(raw, "author"), *_people(raw, "maintainer")))),
            links=_links(raw),
            requires=tuple(Requirement(text) for text in raw.get("requires_dist", [])),
        )
    except (KeyError, ValueError, InvalidRequirement, InvalidVersion) as error:
        raise Refused(
            "metadata-malformed",
            f"{where}: {error!r}",
            hint="its name, version or dependencies cannot be read; use another version of it",
        ) from error


def wheel_metadata(wheel: Path) -> Metadata:
    """The metadata inside a wheel. Raises Refused (`metadata-malformed`)."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [entry for entry in archive.infolist() if _METADATA.fullmatch(entry.filename)]
            if len(found) != 1 or found[0].file_size > _LIMIT:
                raise Refused("metadata-malformed", f"{wheel.name} has {len(found)} readable METADATA files, not one")
            data = archive.read(found[0])
    except UNREADABLE as error:
        raise Refused("metadata-malformed", f"{wheel.name} is not a readable wheel: {error}") from error
    return parse_metadata(data, wheel.name)


def installed_metadata(folder: Path) -> dict[str, Metadata]:
    """The metadata of everything installed in a site-packages folder, by name; nothing in it is run.

    Raises Refused (`metadata-malformed`).
    """
    files = sorted(folder.glob("*.dist-info/METADATA"))
    found = [parse_metadata(file.read_bytes(), file.parent.name) for file in files]
    return {metadata.name: metadata for metadata in found}


def is_email(text: str) -> bool:
    """Whether it looks like an address of e-mail, which the schema of CycloneDX insists on."""
    return _EMAIL.fullmatch(text) is not None


def _line(text: str) -> str:
    return " ".join(text.split())


def _people(raw: RawMetadata, role: str) -> tuple[Person, ...]:
    fields: dict[str, str] = {key: value for key, value in raw.items() if isinstance(value, str)}
    listed = getaddresses([fields.get(f"{role}_email", "")])
    people = [Person(_line(name), email if is_email(email) else "") for name, email in listed]
    named = {person.name for person in people}
    names = _line(fields.get(role, ""))
    if names and names not in named:
        # `Author` and `Author-email` of old metadata are two halves of one person.
        halves = len(people) == 1 and not people[0].name
        people = [Person(names, people[0].email)] if halves else [*people, Person(names)]
    return tuple(person for person in people if person.name or person.email)


def _links(raw: RawMetadata) -> tuple[tuple[str, str], ...]:
    links = {label.strip().lower(): url.strip() for label, url in raw.get("project_urls", {}).items()}
    if raw.get("home_page"):
        links.setdefault("homepage", raw["home_page"].strip())
    return tuple(sorted((label, url) for label, url in links.items() if _is_url(url)))


def _is_url(text: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"{}|\\^`@/?#]+([/?#][^\s<>\"{}|\\^`]*)?", text) is not None
