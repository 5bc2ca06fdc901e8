"""What distributions are called, and whether their inside agrees.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/ and .../source-distribution-format/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32

from packaging.tags import Tag, parse_tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.members import Member
from sealwright.verify.archive.metadata import CoreMetadata

SDIST, WHEEL = ".tar.gz", ".whl"


@dataclass(frozen=True, slots=True)
class Name:
    """A distribution's file name, taken apart."""

    filename: str
    project: str
    """Normalised."""
    version: str
    """In normal form."""
    stem: str
    """The name and version as they are written: the sdist's folder, and the beginning of a wheel's dist-info."""
    tags: frozenset[Tag] = frozenset()
    """Empty for an sdist."""

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel rather than an sdist."""
        return self.filename.endswith(WHEEL)

    @property
    def pure(self) -> bool:
        """Whether it claims to run on every platform."""
        return all(tag.platform == "any" for tag in self.tags)


def parse_name(filename: str) -> Name | None:
    """None where the name follows no standard."""
    try:
        if filename.endswith(WHEEL):
            project, version, _, tags = parse_wheel_filename(filename)
            return Name(filename, project, str(version), "-".join(filename.split("-")[:2]), tags)
        if filename.endswith(SDIST):
            project, version = parse_sdist_filename(filename)
            return Name(filename, project, str(version), filename.removesuffix(SDIST))
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return None


def judge_name(name: Name, project: str, version: str) -> Iterator[Fault]:
    """Faults of the file name itself."""
    if name.project != project:
        yield Fault("name-mismatch", found=name.project, expected=project)
    if name.version != version:
        yield Fault("version-mismatch", found=name.version, expected=version)
    written = name.stem.rsplit("-", 1)[0]
    if written != project.replace("-", "_"):
        # Indexes compare exactly this spelling for uploads (PEP 625); wheels have had it since PEP 427.
        yield Fault("filename-malformed", found=written, expected=project.replace("-", "_"))


def judge_metadata_name(metadata: CoreMetadata, name: Name) -> Iterator[Fault]:
    """METADATA or PKG-INFO names another project or version than the file."""
    if canonicalize_name(metadata.one("name")) != name.project:
        yield Fault("name-mismatch", "Name", metadata.one("name"), name.project)
    if metadata.one("version") != name.version:
        yield Fault("version-mismatch", "Version", metadata.one("version"), name.version)


def judge_wheel_file(files: Mapping[str, Member], name: Name) -> Iterator[Fault]:
    """The dist-info folder, and WHEEL in it, agree with the file name."""
    expected = f"{name.stem}.dist-info"
    folders = {path.split("/")[0] for path in files if path.split("/")[0].endswith(".dist-info")}
    for folder in sorted(folders - {expected}):
        yield Fault("dist-info", folder, folder, expected)
    member = files.get(f"{expected}/WHEEL")
    if member is None or member.data is None:
        yield Fault("wheel-file", f"{expected}/WHEEL", "missing")
        return
    fields = BytesParser(policy=compat32).parsebytes(member.data)
    tags = frozenset(tag for line in fields.get_all("Tag", []) for tag in _tags(str(line)))
    if tags != name.tags:
        yield Fault("tags-differ", member.name, _joined(tags), _joined(name.tags))
    if not str(fields.get("Wheel-Version", "")).startswith("1."):
        yield Fault("wheel-file", member.name, f"Wheel-Version {fields.get('Wheel-Version')}")
    if str(fields.get("Root-Is-Purelib", "")).lower() != "true" and name.pure:
        yield Fault("wheel-file", member.name, "Root-Is-Purelib is not true in a wheel for every platform")


def _tags(text: str) -> frozenset[Tag]:
    try:
        return parse_tag(text.strip())
    except ValueError:
        return frozenset()


def _joined(tags: frozenset[Tag]) -> str:
    return ", ".join(sorted(map(str, tags)))
