"""What distributions are called, and whether their inside agrees.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/ and .../source-distribution-format/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.tags import Tag, parse_tag
from packaging.utils import (
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.headers import Headers, parse_headers
from sealwright.verify.archive.members import Member
from sealwright.verify.archive.metadata import CoreMetadata

SDIST, WHEEL = ".tar.gz", ".whl"
_WHEEL_ONCE = ("wheel-version", "generator", "root-is-purelib", "build")


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
    build: str = ""
    """The build tag of a wheel; empty where there is none, as nearly always."""

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
            project, version, build, tags = parse_wheel_filename(filename)
            stem = "-".join(filename.split("-")[:2])
            return Name(filename, project, str(version), stem, tags, "".join(map(str, build)))
        if filename.endswith(SDIST):
            project, version = parse_sdist_filename(filename)
            return Name(filename, project, str(version), filename.removesuffix(SDIST))
    except ValueError:  # what packaging raises is one
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
    folders = {path.split("/")[0] for path in files if path.split("/")[0].lower().endswith(".dist-info")}
    for folder in sorted(folders - {expected}):
        yield Fault("dist-info", folder, folder, expected)
    member = files.get(f"{expected}/WHEEL")
    if member is None or member.data is None:
        yield Fault("wheel-file", f"{expected}/WHEEL", "missing")
        return
    try:
        headers = parse_headers(member.data)
    except ValueError as error:
        yield Fault("wheel-file", member.name, str(error))
        return
    yield from _judge_fields(headers, member.name, name)


def _judge_fields(headers: Headers, path: str, name: Name) -> Iterator[Fault]:
    tags = frozenset(tag for line in headers.fields.get("tag", ()) for tag in _tags(line))
    if tags != name.tags:
        yield Fault("tags-differ", path, _joined(tags), _joined(name.tags))
    for field in _WHEEL_ONCE:
        values = headers.fields.get(field, ())
        if len(values) > 1 and not _repaired(field, values, name):
            yield Fault("wheel-file", path, f"{field} is said more than once")
    version = "".join(headers.fields.get("wheel-version", ()))
    if not version.startswith("1."):
        yield Fault("wheel-file", path, f"Wheel-Version {version}")
    purelib = "".join(headers.fields.get("root-is-purelib", ()))
    if purelib.lower() != "true" and name.pure:
        yield Fault("wheel-file", path, "Root-Is-Purelib is not true in a wheel for every platform")
    build = "".join(headers.fields.get("build", ()))
    if build != name.build:
        yield Fault(
            "wheel-file", path, f"Build {build or 'nothing'} where the file name says {name.build or 'nothing'}"
        )
    if headers.folded or headers.body.strip():
        yield Fault("wheel-file", path, "text beside its fields")


def _repaired(field: str, values: Sequence[str], name: Name) -> bool:
    """Whether the second of two generators is delocate, which adds itself to wheels for macOS."""
    _, *others = values
    mac = all(tag.platform.startswith("macosx_") for tag in name.tags)
    return field == "generator" and mac and len(others) == 1 and others[0].startswith("delocate ")


def _tags(text: str) -> frozenset[Tag]:
    try:
        return parse_tag(text.strip())
    except ValueError:
        return frozenset()


def _joined(tags: frozenset[Tag]) -> str:
    return ", ".join(sorted(map(str, tags)))
