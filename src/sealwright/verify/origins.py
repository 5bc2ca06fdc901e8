"""Why a package is there: the way from what a project requires itself to what that brings along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str, ...]
"""Names, from a direct dependency to the package in question; empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Who requires whom, by normalised name."""

    direct: frozenset[str] = frozenset()
    """What the project requires itself."""
    requiring: Mapping[str, Iterable[str]] = field(default_factory=dict)
    """Name to the names that require it."""

    def path(self, name: str) -> Path:
        """The shortest way to `name`; of several that are as short, the first by name."""
        ways: list[Path] = [(name,)]
        seen = {name}
        while ways:
            found = sorted(way for way in ways if way[0] in self.direct)
            if found:
                return found[0]
            longer = []
            for way in sorted(ways):
                for parent in sorted(set(self.requiring.get(way[0], ())) - seen):
                    seen.add(parent)
                    longer.append((parent, *way))
            ways = longer
        return ()


def told(path: Path) -> str:
    """A path in words; empty for an unknown one."""
    match path:
        case ():
            return ""
        case (_,):
            return "required by the project itself"
        case _:
            return f"brought by {' -> '.join(path)}"
