"""The commit that an archive must come from."""

from __future__ import annotations

import posixpath
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_LINK, _SUBMODULE = "120000", "160000"
_MAX_LINKS = 8


@dataclass(frozen=True)
class Commit:
    """A commit's tree and the project's directory in it."""

    tree: Mapping[str, tuple[str, str]]
    """Path from the root of the repository to (git mode, object id)."""
    read_object: Callable[[str], bytes]
    """The content of a blob, by its id."""
    directory: str = "."
    """Where the project lies in the repository."""

    @cached_property
    def algorithm(self) -> str:
        """How this repository names objects: sha1 or sha256."""
        return "sha256" if any(len(entry[1]) == 64 for entry in self.tree.values()) else "sha1"

    @cached_property
    def files(self) -> dict[str, str]:
        """Blob ids of the project's regular files, by their path from the project's directory."""
        return {path: entry[1] for path, entry in self._inside.items() if entry[0] not in (_LINK, _SUBMODULE)}

    @cached_property
    def by_blob(self) -> dict[str, tuple[str, ...]]:
        """Paths of the repository, by the blob id of the regular file there."""
        return _grouped((entry[1], path) for path, entry in self.tree.items() if entry[0] not in (_LINK, _SUBMODULE))

    @cached_property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """Paths of the project's files and links, by their last part."""
        paths = (path for path, entry in self._inside.items() if entry[0] != _SUBMODULE)
        return _grouped((posixpath.basename(path), path) for path in paths)

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        """Paths of submodules in the project."""
        return tuple(path for path, entry in self._inside.items() if entry[0] == _SUBMODULE)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The parsed pyproject.toml; empty where there is none that can be parsed."""
        try:
            return tomllib.loads((self.read("pyproject.toml") or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return {}

    def read(self, path: str) -> bytes | None:
        """A file of the project, links followed inside the commit; None where there is none."""
        blob = self.blob(path)
        return None if blob is None else self.read_object(blob)

    def link(self, path: str) -> str | None:
        """Where the committed link at `path` points to, as it is written; None where there is no link."""
        entry = self._inside.get(path)
        return self._target(self._whole(path)) if entry and entry[0] == _LINK else None

    def blob(self, path: str) -> str | None:
        """The blob id of the file at `path` of the project, links on the way followed inside the commit."""
        whole = self._whole(path)
        for _ in range(_MAX_LINKS):
            entry = self.tree.get(whole)
            if entry is not None and entry[0] != _LINK:
                return None if entry[0] == _SUBMODULE else entry[1]
            followed = self._follow(whole)
            if followed is None:
                return None
            whole = followed
        return None

    @cached_property
    def _inside(self) -> dict[str, tuple[str, str]]:
        if self.directory == ".":
            return dict(self.tree)
        prefix = self.directory + "/"
        return {path.removeprefix(prefix): entry for path, entry in self.tree.items() if path.startswith(prefix)}

    def _whole(self, path: str) -> str:
        return path if self.directory == "." else f"{self.directory}/{path}"

    def _follow(self, path: str) -> str | None:
        """`path` with its first part that is a link replaced by where it points to."""
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            above = "/".join(parts[:count])
            if self.tree.get(above, ("", ""))[0] == _LINK:
                target = posixpath.join(posixpath.dirname(above), self._target(above), *parts[count:])
                followed = posixpath.normpath(target)
                return None if followed.startswith(("/", "..")) else followed
        return None

    def _target(self, path: str) -> str:
        return self.read_object(self.tree[path][1]).decode("utf-8", "surrogateescape")


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
