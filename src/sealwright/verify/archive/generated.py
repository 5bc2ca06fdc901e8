"""Files that a backend makes or rewrites, as far as the committed configuration says that it does."""

from __future__ import annotations

import configparser
import fnmatch
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.members import Member, blob_id
from sealwright.verify.archive.version_file import objection

_EGG_INFO = frozenset(
    {
        "PKG-INFO",
        "SOURCES.txt",
        "dependency_links.txt",
        "entry_points.txt",
        "namespace_packages.txt",
        "not-zip-safe",
        "requires.txt",
        "scm_file_list.json",
        "scm_version.json",
        "top_level.txt",
        "zip-safe",
    }
)
_DIST_INFO = frozenset(
    {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "namespace_packages.txt",
        "scm_version.json",
        "top_level.txt",
        "zip-safe",
    }
)
_READ_IN_DIST_INFO = ("METADATA", "RECORD", "WHEEL", "entry_points.txt")


@dataclass(frozen=True)
class Generated:
    """What the committed pyproject.toml lets a backend make of the project."""

    commit: Commit
    version: str

    @cached_property
    def backend(self) -> str:
        """The first part of `build-backend`, such as `hatchling`; setuptools where none is named."""
        named = _at(self.commit.document, "build-system", "build-backend")
        return named.split(".")[0].split(":")[0] if isinstance(named, str) else "setuptools"

    @cached_property
    def version_files(self) -> tuple[str, ...]:
        """Paths of version files, from the project's directory or from a package root."""
        tool = _at(self.commit.document, "tool")
        candidates = [
            _at(tool, "setuptools_scm", "write_to"),
            _at(tool, "setuptools_scm", "version_file"),
            _at(tool, "pdm", "version", "write_to"),
            _at(tool, "versioningit", "write", "file"),
            *_hatch_version_files(_at(tool, "hatch", "build")),
        ]
        return tuple(path.removeprefix("./") for path in candidates if isinstance(path, str) and path)

    def is_version_file(self, name: str) -> bool:
        """Whether the member `name` (without the sdist's folder) is one of them."""
        return any(
            name == path or path.endswith("/" + name) or name.endswith("/" + path) for path in self.version_files
        )

    def wanted_in_sdist(self, name: str) -> bool:
        """Whether a member of an sdist (with its folder) has to be read to be judged."""
        rest = name.partition("/")[2]
        special = rest in ("PKG-INFO", "pyproject.toml", "setup.cfg") or ".egg-info/" in rest
        return special or self.is_version_file(rest)

    def wanted_in_wheel(self, name: str) -> bool:
        """Whether a member of a wheel has to be read to be judged."""
        in_dist_info = ".dist-info/" in name and name.rpartition("/")[2] in _READ_IN_DIST_INFO
        return in_dist_info or ".data/scripts/" in name or self.is_version_file(name)

    def judge_in_sdist(self, name: str, member: Member, pkg_info: bytes) -> Iterator[Fault] | None:
        """Faults of a member that is not what the commit has there; None where nothing may be generated there."""
        if name == "PKG-INFO" or self._is_from_above(name, member):
            return iter(())  # PKG-INFO is judged as metadata
        if self.is_version_file(name):
            return self.judge_version_file(member)
        match self.backend, name:
            case "setuptools", _:
                return self._judge_setuptools(name, member, pkg_info)
            case "pdm" | "uv_build" | "uv", "pyproject.toml":
                return self._judge_pyproject(member)
            case "uv_build" | "uv", "pyproject.toml.orig":
                return self._judge_original(member)
            case _:
                return None

    def judge_version_file(self, member: Member) -> Iterator[Fault]:
        """Faults of a version file."""
        reason = objection(member.data, self.version) if member.data is not None else f"{member.size} bytes"
        if reason:
            yield Fault("version-file", member.name, reason)

    def _is_from_above(self, name: str, member: Member) -> bool:
        """Whether it is the ignore file of a folder around the project, which hatchling takes along."""
        if self.backend != "hatchling" or name not in (".gitignore", ".hgignore"):
            return False
        return any(path.rpartition("/")[2] == name for path in self.commit.by_blob.get(member.blob, ()))

    def _judge_original(self, member: Member) -> Iterator[Fault]:
        if member.blob != self.commit.blob("pyproject.toml"):
            yield Fault("rewritten", member.name, "not the committed pyproject.toml")

    def _judge_setuptools(self, name: str, member: Member, pkg_info: bytes) -> Iterator[Fault] | None:
        if name == "setup.cfg":
            return self._judge_setup_cfg(member)
        folder, _, file = name.rpartition("/")
        if fnmatch.fnmatchcase(folder, "*.egg-info") and file in _EGG_INFO:
            differs = file == "PKG-INFO" and member.blob != blob_id(pkg_info, self.commit.algorithm)
            return iter((Fault("rewritten", member.name, "not the sdist's own PKG-INFO"),) if differs else ())
        return None

    def _judge_setup_cfg(self, member: Member) -> Iterator[Fault]:
        # setuptools writes it through configparser, which loses comments, and adds a section.
        committed, found = _sections(self.commit.read("setup.cfg") or b""), _sections(member.data or b"")
        if committed is None or found is None:
            yield Fault("rewritten", member.name, "not a setup.cfg")
            return
        tags = found.pop("egg_info", {})
        expected = {"tag_build": "", "tag_date": "0", **committed.pop("egg_info", {})}
        if found != committed or tags != expected:
            yield Fault("rewritten", member.name, "another setup.cfg than the committed one")

    def _judge_pyproject(self, member: Member) -> Iterator[Fault]:
        try:
            found = tomllib.loads((member.data or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            yield Fault("rewritten", member.name, "not TOML")
            return
        if not _equal_but_for_version(dict(self.commit.document), found, self.version):
            yield Fault("rewritten", member.name, "another pyproject.toml than the committed one")


def in_dist_info(name: str) -> bool:
    """Whether a wheel's dist-info holds a generated file of this name (without the folder)."""
    return name in _DIST_INFO or re.fullmatch(r"sboms/[^/]+\.json", name) is not None


def _at(document: Any, *path: str) -> Any:
    for part in path:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _hatch_version_files(build: Any) -> Iterator[Any]:
    """Of hatch-vcs (`version-file`) and of hatchling's own version hook (`path`), for all targets or for one."""
    targets = _at(build, "targets")
    tables = [build, *(targets.values() if isinstance(targets, Mapping) else ())]
    for table in tables:
        yield _at(table, "hooks", "vcs", "version-file")
        yield _at(table, "hooks", "version", "path")


def _sections(data: bytes) -> dict[str, dict[str, str]] | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _equal_but_for_version(committed: dict[str, Any], found: dict[str, Any], version: str) -> bool:
    """Whether two pyproject documents say the same once a dynamic version has been written down."""
    ours, theirs = _without_empty(committed), _without_empty(found)
    project = ours.get("project")
    if isinstance(project, dict) and "version" in project.get("dynamic", ()):
        dynamic = [name for name in project["dynamic"] if name != "version"]
        ours = _without_empty({**ours, "project": {**project, "dynamic": dynamic, "version": version}})
    return bool(ours == theirs)


def _without_empty(value: Any) -> Any:
    """Without empty tables and lists, which the backends add or drop."""
    if isinstance(value, dict):
        inner = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item not in ({}, [])}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
