"""The commit that an archive must come from."""

from __future__ import annotations

import posixpath
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sealwright.project.declared import Declared, read_declared
from sealwright.verify.archive.attributes import FILE, Attribute, attributes_of

_LINK, _SUBMODULE = "120000", "160000"
_MAX_LINKS = 8


@dataclass(frozen=True)
class Commit:
    """A commit's tree and the project's directory in it."""

    tree: Mapping[str, tuple[str, str]]
    """Path from the root of the repository to (git mode, object id); of submodules, what is in them."""
    read_object: Callable[[str], bytes]
    """The content of a blob, by its id."""
    directory: str = "."
    """Where the project lies in the repository."""
    submodules: Mapping[str, str] = field(default_factory=dict)
    """Path from the root of the repository to the commit that the tree records, of submodules that are at hand."""
    unseen: Mapping[str, str] = field(default_factory=dict)
    """The same of submodules whose content is not at hand."""

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
    def names_anywhere(self) -> frozenset[str]:
        """The last parts of all paths of the repository."""
        return frozenset(map(posixpath.basename, self.tree))

    @cached_property
    def _by_folded_name(self) -> dict[str, tuple[str, ...]]:
        return _grouped((posixpath.basename(path).casefold(), path) for path in self.files)

    @cached_property
    def declared(self) -> Declared:
        """What the project declares about its distributions."""
        return read_declared(self.document, self.read)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The parsed pyproject.toml; empty where there is none that can be parsed."""
        try:
            return tomllib.loads((self.read("pyproject.toml") or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
            return {}

    def read(self, path: str) -> bytes | None:
        """A file of the project, links followed inside the commit; None where there is none."""
        blob = self.blob(path)
        return None if blob is None else self.read_object(blob)

    def link(self, path: str) -> str | None:
        """Where the committed link at `path` points to, as it is written; None where there is no link."""
        entry = self._inside.get(path)
        return self._target(self.whole(path)) if entry and entry[0] == _LINK else None

    def attributes(self, path: str) -> dict[str, Attribute]:
        """The git attributes of a file of the project. Those of a repository do not reach into its submodules."""
        whole = self.whole(path)
        module = max((m for m in self.submodules if whole.startswith(m + "/")), key=len, default=None)
        inside = whole if module is None else whole[len(module) + 1 :]
        files = self._attribute_files
        if module is not None:
            files = {p[len(module) + 1 :]: text for p, text in files.items() if p.startswith(module + "/")}
        return attributes_of(inside, files) if files else {}

    def may_have_crlf(self, name: str) -> bool:
        """Whether .gitattributes asks for CRLF in some file of the project with the last part of this name."""
        if not any("eol=crlf" in text for text in self._attribute_files.values()):
            return False
        return any(self.eol_crlf(path) for path in self.by_name.get(posixpath.basename(name), ()))

    def eol_crlf(self, path: str) -> str | None:
        """The line of a .gitattributes that has git check out a file of the project with CRLF; None where none has."""
        attributes = self.attributes(path)
        eol, text = attributes.get("eol"), attributes.get("text")
        binary = text is not None and text.value == "unset"
        return eol.where if eol is not None and eol.value == "crlf" and not binary else None

    def in_other_case(self, name: str) -> str | None:
        """A file of the project whose path is this one, or ends with it, in other letters; None where there is none."""
        folded = name.casefold()
        for path in self._by_folded_name.get(posixpath.basename(folded), ()):
            if path != name and not path.endswith("/" + name) and f"/{path}".casefold().endswith("/" + folded):
                return path
        return None

    def first_link(self, path: str) -> str | None:
        """The first link on the way to `path` of the project; None where there is none."""
        parts = path.split("/")
        heads = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((head for head in heads if self.link(head) is not None), None)

    def unseen_at(self, path: str) -> str | None:
        """The submodule that is not at hand and that `path` of the project lies in."""
        whole = self.whole(path)
        return next((module for module in self.unseen if whole.startswith(module + "/")), None)

    @cached_property
    def _attribute_files(self) -> dict[str, str]:
        found = {path: entry[1] for path, entry in self.tree.items() if posixpath.basename(path) == FILE}
        return {path: self.read_object(blob).decode("utf-8", "replace") for path, blob in found.items()}

    def blob(self, path: str) -> str | None:
        """The blob id of the file at `path` of the project, links on the way followed inside the commit."""
        whole = self.whole(path)
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

    def whole(self, path: str) -> str:
        """A path of the project as a path of the repository."""
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
