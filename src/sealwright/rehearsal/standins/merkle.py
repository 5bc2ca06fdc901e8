"""An append-only log on disk: a Merkle tree whose leaves are lines of a file.

RFC 6962, section 2.1: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class MerkleTree:
    """The hashes. Not for several threads at once."""

    def __init__(self, bodies: Iterable[bytes] = ()) -> None:
        self._leaves: list[bytes] = []
        self._full: dict[tuple[int, int], bytes] = {}  # complete subtrees never change
        for body in bodies:
            self.append(body)

    def __len__(self) -> int:
        return len(self._leaves)

    def append(self, body: bytes) -> int:
        """Add a leaf; its index."""
        self._leaves.append(hashlib.sha256(b"\0" + body).digest())
        return len(self._leaves) - 1

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf."""
        return self._leaves[index]

    def root(self) -> bytes:
        """The hash over all leaves."""
        return self._hash(0, len(self._leaves))

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The hashes from the leaf up to the root."""
        return tuple(self._path(index, 0, len(self._leaves)))

    def _hash(self, start: int, end: int) -> bytes:
        count = end - start
        if count == 0:
            return hashlib.sha256(b"").digest()
        if count == 1:
            return self._leaves[start]
        known = self._full.get((start, end))
        if known is not None:
            return known
        middle = start + _split(count)
        found = hashlib.sha256(b"\1" + self._hash(start, middle) + self._hash(middle, end)).digest()
        if count & (count - 1) == 0:
            self._full[start, end] = found
        return found

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start <= 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(start, middle)]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a leaf stands, and the proof at the moment it was added."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    leaf: bytes


class Log:
    """A tree whose leaves are on disk before anybody is told of them."""

    def __init__(self, path: Path, seeds: int) -> None:
        """Continue the log at `path`, or begin it with `seeds` leaves.

        A log never starts empty: the proof of the only leaf is an empty list, which protobuf's JSON leaves out and
        clients then miss.
        """
        self._path = path
        self._lock = threading.Lock()
        self._tree = MerkleTree(_bodies(path))
        for number in range(len(self._tree), seeds):
            self.append(b"seed %d" % number)

    def append(self, body: bytes) -> Inclusion:
        """Write `body` down, then add it."""
        with self._lock:
            _append_line(self._path, base64.b64encode(body))
            index = self._tree.append(body)
            tree = self._tree
            return Inclusion(index, len(tree), tree.root(), tree.proof(index), tree.leaf(index))


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _bodies(path: Path) -> list[bytes]:
    """The leaves in the file. A last line without its end was never acknowledged to anybody, and is dropped."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        os.truncate(path, len(whole))
    return [base64.b64decode(line, validate=True) for line in whole.splitlines()]


def _append_line(path: Path, line: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(line + b"\n")
        os.fsync(file.fileno())
