"""A repository as it lies in its work tree, for looking at what is not committed yet. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import ClassVar

from sealwright.services.git import Repository

_MAX_SIZE = 1024 * 1024
_MAX_FILES = 4000


class WorkTree(Repository):
    """The work tree that a path lies in; a shallow clone will do."""

    needs_history: ClassVar[bool] = False

    def tracked(self) -> frozenset[str]:
        """Paths that git knows, from the root, with `/`."""
        return self._listed("--cached")

    def untracked(self) -> frozenset[str]:
        """Paths that git neither knows nor ignores."""
        return self._listed("--others", "--exclude-standard")

    def texts(self, paths: Iterable[str], wanted: Callable[[str], bool]) -> dict[str, str]:
        """The content of the wanted files of `paths` as UTF-8.

        What is not there, larger than a mebibyte, or a link that leads out of the work tree is left out.
        """
        root = self.path.resolve()
        chosen = sorted(filter(wanted, paths))[:_MAX_FILES]
        read = {path: _text(root, path) for path in chosen}
        return {path: text for path, text in read.items() if text is not None}

    def head_message(self) -> str:
        """The message of the current commit; empty where there is none."""
        return self._git("log", "-1", "--format=%B", check=False).stdout

    def committed_on(self, paths: Iterable[str]) -> dict[str, date]:
        """When files were last committed; those that never were are left out.

        Empty for a shallow clone, whose oldest commit seems to have changed everything.
        """
        if self.shallow:
            return {}
        found = {path: self._git("log", "-1", "--format=%cs", "--", path, check=False).stdout.strip() for path in paths}
        return {path: date.fromisoformat(day) for path, day in found.items() if day}

    def _listed(self, *options: str) -> frozenset[str]:
        listing = self._git("ls-files", "-z", *options).output
        return frozenset(os.fsdecode(path) for path in listing.split(b"\0") if path)


def _text(root: Path, path: str) -> str | None:
    file = root / path
    try:
        if not file.resolve().is_relative_to(root) or not file.is_file() or file.stat().st_size > _MAX_SIZE:
            return None
        return file.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return None  # gone, or not to be read by us: nothing that git could release either
