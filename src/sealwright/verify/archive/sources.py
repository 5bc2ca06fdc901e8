"""Which committed file a member of a wheel comes from."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sealwright.project.tables import table
from sealwright.verify.archive.commit import Commit

_USUAL_ROOTS = ("", "src/", "lib/", "python/")


@dataclass(frozen=True)
class Sources:
    """The way from names in a wheel to paths in a commit.

    Every top-level package or module comes from one root, the one that explains most of its names: a file that is
    committed elsewhere, such as among test data, must not be able to take its place.
    """

    commit: Commit
    names: tuple[str, ...]
    """Of the wheel's members outside dist-info and data."""

    def of(self, name: str) -> str | None:
        """Where `name` comes from; None where its root has no such file."""
        mapped = self._mapping(name)
        if mapped is not None:
            return mapped[0]
        root = self._roots.get(name.partition("/")[0])
        if root is None:
            return None
        return root + name if self.commit.blob(root + name) is not None else None

    def mapping_of(self, name: str) -> str | None:
        """The configuration that gives `name` another place than the usual one; None where none does."""
        mapped = self._mapping(name)
        return mapped[1] if mapped is not None and mapped[0] != name and not mapped[0].endswith("/" + name) else None

    def _mapping(self, name: str) -> tuple[str, str] | None:
        for into, origin, key in self._mapped:
            if name == into or name.startswith(into + "/"):
                path = posixpath.normpath(origin + name.removeprefix(into))
                if self.commit.blob(path) is not None:
                    return path, key
        return None

    @cached_property
    def _roots(self) -> Mapping[str, str]:
        counts: dict[str, Counter[str]] = {}
        for name in self.names:
            counter = counts.setdefault(name.split("/")[0], Counter())
            for path in self.commit.by_name.get(posixpath.basename(name), ()):
                if path == name or path.endswith("/" + name):
                    counter[path.removesuffix(name)] += 1
        for top, counter in counts.items():
            if not counter:  # the whole package may be a link
                counter.update(path.removesuffix(top) for path in self.commit.by_name.get(top, ()))
        return {top: _best(counter) for top, counter in counts.items() if counter}

    @cached_property
    def _mapped(self) -> tuple[tuple[str, str, str], ...]:
        """(name in the wheel, path in the commit, key), as the committed configuration maps them."""
        document = self.commit.document
        found = (*_hatch(document), *_setuptools(document))
        return tuple((into.strip("/"), origin.strip("/"), key) for into, origin, key in found)


def _best(roots: Counter[str]) -> str:
    def rank(root: str) -> tuple[int, int, int, str]:
        usual = _USUAL_ROOTS.index(root) if root in _USUAL_ROOTS else len(_USUAL_ROOTS)
        return -roots[root], usual, len(root), root

    return min(roots, key=rank)


def _hatch(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    build = ("tool", "hatch", "build")
    for place in ((*build, "targets", "wheel"), build):
        for origin, into in _strings(table(document, *place, "force-include")):
            yield into, origin, "force-include of hatchling"
        for origin, into in _strings(table(document, *place, "sources")):
            if into:
                yield into, origin, "sources of hatchling"


def _setuptools(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for package, origin in _strings(table(document, "tool", "setuptools", "package-dir")):
        if package:
            yield package.replace(".", "/"), origin, "package-dir of setuptools"


def _strings(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return [(key, item) for key, item in found.items() if isinstance(item, str)]
