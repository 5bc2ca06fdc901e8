"""The lists that setuptools and its plugins leave in *.egg-info and *.dist-info: each may say but one kind of thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from packaging.requirements import Requirement

from sealwright.model.digest import is_plain_path
from sealwright.verify.archive.requirements import judge_requirements, parse_requires

_SUFFIXES = (".py", ".pyi", ".so", ".pyd")


@dataclass(frozen=True)
class Surroundings:
    """The archive that such a list is about."""

    paths: tuple[str, ...]
    """Of all its files; without the sdist's own folder."""
    requirements: tuple[Requirement, ...] = ()
    """What its metadata asks for."""

    @cached_property
    def modules(self) -> frozenset[str]:
        """Names that are folders or modules somewhere in it."""
        folders = {part for path in self.paths for part in path.split("/")[:-1]}
        files = (path.rsplit("/", 1)[-1] for path in self.paths if path.endswith(_SUFFIXES))
        return frozenset(folders | {name.split(".", 1)[0] for name in files})

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder, with `/` at both ends."""
        return frozenset(f"/{path.rpartition('/')[0]}/" for path in self.paths)


Judge = Callable[[bytes, Surroundings], str | None]
"""What speaks against a file; None where nothing does."""


def _top_level(data: bytes, around: Surroundings) -> str | None:
    strange = [name for name in _lines(data) if name.replace(".", "/").split("/")[0] not in around.modules]
    return f"{strange[0]!r} is no module of the archive" if strange else None


def _namespaces(data: bytes, around: Surroundings) -> str | None:
    named = [(name, f"/{name.replace('.', '/')}/") for name in _lines(data)]
    strange = [name for name, path in named if not any(path in folder for folder in around.folders)]
    return f"{strange[0]!r} is no folder of the archive" if strange else None


def _sources(data: bytes, _around: Surroundings) -> str | None:
    return _paths(_lines(data))


def _paths(names: Iterable[Any]) -> str | None:
    strange = [name for name in names if not isinstance(name, str) or not is_plain_path(name) or not name.isprintable()]
    return f"{strange[0]!r} is no path of the project" if strange else None


def _blank(data: bytes, _around: Surroundings) -> str | None:
    return None if not data.strip() else f"it says {data.strip()[:80]!r}, and may say nothing"


def _version(data: bytes, _around: Surroundings) -> str | None:
    document = _json(data)
    if not isinstance(document, Mapping):
        return "not a JSON object"
    strange = [key for key, value in document.items() if isinstance(value, dict | list)]
    return f"{strange[0]} is no plain value" if strange else None


def _file_list(data: bytes, _around: Surroundings) -> str | None:
    document = _json(data)
    files = document.get("files") if isinstance(document, Mapping) and document.keys() == {"files"} else None
    return _paths(files) if isinstance(files, list) else "not a JSON object with a list of files"


def _requires(data: bytes, around: Surroundings) -> str | None:
    try:
        faults = list(judge_requirements(parse_requires(data), around.requirements))
    except ValueError as error:
        return str(error)
    return f"other dependencies than its metadata: {faults[0].found or faults[0].expected}" if faults else None


JUDGES: Mapping[str, tuple[Judge, str]] = {
    "SOURCES.txt": (_sources, "paths of the project and nothing else"),
    "dependency_links.txt": (_blank, "empty"),
    "namespace_packages.txt": (_namespaces, "names of folders in this archive"),
    "not-zip-safe": (_blank, "empty"),
    "requires.txt": (_requires, "the dependencies of its metadata once more"),
    "scm_file_list.json": (_file_list, "paths of the project and nothing else"),
    "scm_version.json": (_version, "what setuptools-scm read from git, as plain values"),
    "pbr.json": (_version, "what pbr read from git, as plain values"),
    "top_level.txt": (_top_level, "names of modules in this archive"),
    "zip-safe": (_blank, "empty"),
}
"""File to its judge, and the reason why it may be there, for a person."""


def _lines(data: bytes) -> list[str]:
    return [line.strip() for line in data.decode("utf-8", "backslashreplace").split("\n") if line.strip()]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
