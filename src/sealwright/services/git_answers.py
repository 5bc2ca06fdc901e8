"""What git prints, as values."""

from __future__ import annotations

import os
from typing import NamedTuple

from sealwright.errors import Refused


class TreeEntry(NamedTuple):
    """What a commit has at a path."""

    mode: str
    """As git prints it: 100644, 100755, 120000 (symbolic link) or 160000 (submodule)."""
    object_id: str
    """Of the blob; of a commit in another repository for a submodule."""


class Author(NamedTuple):
    """Who wrote a commit, by its own word."""

    name: str
    email: str


def tree_entry(line: bytes) -> tuple[str, TreeEntry]:
    """A line of `git ls-tree -z`: the path and what is there."""
    meta, _, path = line.partition(b"\t")
    mode, _kind, object_id = meta.decode().split()
    return os.fsdecode(path), TreeEntry(mode, object_id)


def objects(answer: bytes, wanted: list[str], kind: str) -> list[bytes]:
    """The contents that `git cat-file --batch` printed, in the order asked for. Raises Refused (`object-missing`)."""
    found: list[bytes] = []
    at = 0
    for object_id in wanted:
        end = answer.index(b"\n", at)
        header = answer[at:end].decode().split()
        if len(header) != 3 or header[1] != kind:
            raise Refused(
                "object-missing",
                f"git has no {kind} {object_id}",
                hint="the clone is partial or damaged; clone it again in full",
            )
        size = int(header[2])
        found.append(answer[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return found
