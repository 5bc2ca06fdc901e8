"""Files that a backend makes or rewrites, as far as the committed configuration says that it does."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import canonicalize_name

from sealwright.project.declared import backend_of
from sealwright.verify.archive import egg_info
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.explained import Accepted, Judged
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.members import Member, blob_id
from sealwright.verify.archive.rewritten import objection_to_pyproject, objection_to_setup_cfg
from sealwright.verify.archive.version_file import objection
from sealwright.verify.archive.version_writers import version_files

_PBR = "pbr"
_SETUPTOOLS = ("setuptools", _PBR)
_FROM_LOG = ("AUTHORS", "ChangeLog")
_UV = ("uv_build", "uv")
_REWRITES = {
    "pdm": "pdm-backend",
    "uv_build": "uv_build",
    "uv": "uv_build",
    "poetry_dynamic_versioning": "poetry-dynamic-versioning",
}
"""Backends that write pyproject.toml anew, and how they are called."""


@dataclass(frozen=True)
class Generated:
    """What the committed pyproject.toml lets a backend make of the project."""

    commit: Commit
    project: str
    """Normalised."""
    version: str

    @cached_property
    def backend(self) -> str:
        """The first part of `build-backend`, such as `hatchling`."""
        return backend_of(self.commit.document)

    @property
    def loose_fields(self) -> frozenset[str]:
        """Fields that depend on which generated files lie about: to setuptools, pbr's AUTHORS looks like a licence."""
        return frozenset({"license-file"}) if self.backend == _PBR else frozenset()

    @cached_property
    def version_files(self) -> Mapping[str, str]:
        """Paths of version files, from the project's directory or from a package root, and what writes them."""
        return version_files(self.commit.document, self.commit.read)

    def writer_of(self, name: str) -> str | None:
        """What writes the version file `name` (without the sdist's folder); None where it is no version file."""
        for path, tool in self.version_files.items():
            if name == path or path.endswith("/" + name) or name.endswith("/" + path):
                return tool
        return None

    def is_egg_info(self, folder: str) -> bool:
        """Whether setuptools makes this folder (without the sdist's own) for this very project."""
        stem, suffix = posixpath.splitext(posixpath.basename(folder))
        return suffix == ".egg-info" and self.backend in _SETUPTOOLS and canonicalize_name(stem) == self.project

    def wanted_in_sdist(self, name: str) -> bool:
        """Whether a member of an sdist (with its folder) has to be read to be judged."""
        rest = name.partition("/")[2]
        special = rest in ("PKG-INFO", "pyproject.toml", "setup.cfg") or ".egg-info/" in rest or rest.endswith("/.git")
        return special or self.writer_of(rest) is not None or self.commit.may_have_crlf(rest)

    def wanted_in_wheel(self, name: str) -> bool:
        """Whether a member of a wheel has to be read to be judged."""
        folder, _, file = name.rpartition("/")
        if folder.endswith(".dist-info"):
            return file in ("METADATA", "RECORD", "WHEEL", "entry_points.txt") or file in egg_info.JUDGES
        special = folder.endswith(".dist-info/sboms") or ".data/scripts/" in name
        return special or self.writer_of(name) is not None or self.commit.may_have_crlf(name)

    def judge_in_sdist(
        self, name: str, member: Member, around: egg_info.Surroundings, pkg_info: bytes
    ) -> Judged | None:
        """What is to be said of a member that is not what the commit has; None where nothing may be generated."""
        if name == "PKG-INFO":
            return Accepted(member.name, "core metadata; judged as such")
        if self.writer_of(name) is not None:
            return self.judge_version_file(name, member)
        if name.endswith("/.git"):
            return self._judge_pointer(name, member)
        return self._judge_by_backend(name, member, around, pkg_info)

    def judge_version_file(self, name: str, member: Member) -> Judged:
        """What is to be said of a version file."""
        reason = objection(member.data, self.version) if member.data is not None else f"{member.size} bytes"
        if reason:
            return Fault("version-file", member.name, reason)
        return Accepted(member.name, f"written by {self.writer_of(name)}: assigns {self.version} and does nothing else")

    def _judge_by_backend(
        self, name: str, member: Member, around: egg_info.Surroundings, pkg_info: bytes
    ) -> Judged | None:
        match self.backend:
            case "pbr" if name in _FROM_LOG:
                reason = "written by pbr from the log of git; nothing in it was compared"
                return Accepted(member.name, reason, compared=False)
            case backend if backend in _SETUPTOOLS:
                return self._judge_setuptools(name, member, around, pkg_info)
            case "hatchling":
                return self._judge_from_above(name, member)
            case _:
                return self._judge_pyproject(name, member)

    def _judge_from_above(self, name: str, member: Member) -> Judged | None:
        """The ignore file of a folder around the project, which hatchling takes along."""
        if name not in (".gitignore", ".hgignore"):
            return None
        paths = self.commit.by_blob.get(member.blob, ())
        above = next((path for path in paths if posixpath.basename(path) == name), None)
        reason = f"the committed {above} of a folder above, which hatchling takes along"
        return Accepted(member.name, reason) if above else None

    def _judge_pointer(self, name: str, member: Member) -> Judged | None:
        """What git leaves in the folder of a submodule; backends that pack whole folders pack it too."""
        is_pointer = re.fullmatch(rb"gitdir: [\w./+-]+\n", member.data or b"") is not None
        if not is_pointer or self.commit.whole(name.removesuffix("/.git")) not in self.commit.submodules:
            return None
        return Accepted(member.name, "says where git keeps the submodule on the machine that built this")

    def _judge_setuptools(
        self, name: str, member: Member, around: egg_info.Surroundings, pkg_info: bytes
    ) -> Judged | None:
        if name == "setup.cfg":
            reason = objection_to_setup_cfg(self.commit.read("setup.cfg") or b"", member.data or b"")
            text = "written by setuptools: the committed setup.cfg without comments, and an empty [egg_info]"
            return _rewritten(member, reason) if reason else Accepted(member.name, text)
        folder, _, file = name.rpartition("/")
        if not self.is_egg_info(folder):
            return None
        return self._judge_egg_info(file, member, around, pkg_info)

    def _judge_egg_info(
        self, file: str, member: Member, around: egg_info.Surroundings, pkg_info: bytes
    ) -> Judged | None:
        if file == "PKG-INFO":
            same = member.blob == blob_id(pkg_info, self.commit.algorithm)
            reason = "the sdist's own PKG-INFO once more"
            return Accepted(member.name, reason) if same else _rewritten(member, "not the sdist's own PKG-INFO")
        if file == "entry_points.txt":
            return Accepted(member.name, "entry points; judged as such")
        return judge_list(file, member, around)

    def _judge_pyproject(self, name: str, member: Member) -> Judged | None:
        if self.backend not in _REWRITES:
            return None
        if name == "pyproject.toml":
            reason = objection_to_pyproject(self.commit.document, member.data or b"", self.version)
            text = f"written anew by {_REWRITES[self.backend]}: says what the committed one says, and the version"
            return _rewritten(member, reason) if reason else Accepted(member.name, text)
        if name == "pyproject.toml.orig" and self.backend in _UV:
            same = member.blob == self.commit.blob("pyproject.toml")
            text = "the committed pyproject.toml, which uv_build keeps beside its own spelling"
            return Accepted(member.name, text) if same else _rewritten(member, "not the committed pyproject.toml")
        return None


def judge_list(file: str, member: Member, around: egg_info.Surroundings) -> Judged | None:
    """What is to be said of a list that setuptools makes; None where it makes none of this name."""
    if file not in egg_info.JUDGES:
        return None
    judge, reason = egg_info.JUDGES[file]
    wrong = judge(member.data, around) if member.data is not None else f"{member.size} bytes"
    return (
        Fault("list-says-more", member.name, wrong)
        if wrong
        else Accepted(member.name, f"made by the backend: {reason}")
    )


def judge_each(judged: Judged | None) -> Iterator[Judged]:
    """Nothing or one, for whoever collects."""
    if judged is not None:
        yield judged


def _rewritten(member: Member, reason: str) -> Fault:
    return Fault("rewritten", member.name, reason)
