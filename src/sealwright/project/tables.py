"""Walking through parsed TOML whose shape nobody has checked yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Reader = Callable[[str], bytes | None]
"""The content of a file of the project, by its path from the project's directory; None where there is none."""


def table(document: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The table at `path`; empty where there is none, or something else."""
    found: Any = document
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(document: Mapping[str, Any], *path: str) -> str | None:
    """The string at `path`, without surrounding white space; None where there is none."""
    found = table(document, *path[:-1]).get(path[-1])
    return found.strip() if isinstance(found, str) else None


def strings(document: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """The strings in the list at `path`; a lone string counts as a list of one."""
    found = table(document, *path[:-1]).get(path[-1], ())
    items = [found] if isinstance(found, str) else found
    return tuple(item for item in items if isinstance(item, str)) if isinstance(items, list) else ()


def read_text(read: Reader, path: str) -> str | None:
    """A text file of the project as UTF-8, a byte order mark removed; None where there is none."""
    data = read(path)
    return None if data is None else data.decode("utf-8-sig", errors="replace")
