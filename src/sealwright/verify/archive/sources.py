"""Which committed file a member of a wheel comes from."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
        for into, origin in self._mapped:
            if name == into or name.startswith(into + "/"):
                path = posixpath.normpath(origin + name.removeprefix(into))
                if self.commit.blob(path) is not None:
                    return path
        root = self._roots.get(name.partition("/")[0])
        if root is None:
            return None
        return root + name if self.commit.blob(root + name) is not None else None

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
    def _mapped(self) -> tuple[tuple[str, str], ...]:
        """(name in the wheel, path in the commit), as the committed configuration maps them."""
        tool = _table(self.commit.document.get("tool"))
        return tuple((into.strip("/"), origin.strip("/")) for into, origin in (*_hatch(tool), *_setuptools(tool)))


def _best(roots: Counter[str]) -> str:
    def rank(root: str) -> tuple[int, int, int, str]:
        usual = _USUAL_ROOTS.index(root) if root in _USUAL_ROOTS else len(_USUAL_ROOTS)
        return -roots[root], usual, len(root), root

    return min(roots, key=rank)


def _hatch(tool: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    build = _table(_table(tool.get("hatch")).get("build"))
    for table in (_table(_table(build.get("targets")).get("wheel")), build):
        for origin, into in _strings(table.get("force-include")):
            yield into, origin
        for origin, into in _strings(table.get("sources")):
            if into:
                yield into, origin


def _setuptools(tool: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for package, origin in _strings(_table(tool.get("setuptools")).get("package-dir")):
        if package:
            yield package.replace(".", "/"), origin


def _strings(value: Any) -> Iterable[tuple[str, str]]:
    return [(key, item) for key, item in _table(value).items() if isinstance(item, str)]


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
