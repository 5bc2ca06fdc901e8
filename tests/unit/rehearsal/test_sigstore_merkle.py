"""The logs' tree and file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from sealwright.rehearsal.standins.merkle import Log, MerkleTree


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2: the root that an inclusion proof leads to."""
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if at % 2 or at == last:
            found = node(sibling, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    assert last == 0
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 16, 31])
def test_every_leaf_can_be_proven_in_trees_of_any_size(size: int) -> None:
    tree = MerkleTree(b"leaf %d" % number for number in range(size))
    for index in range(size):
        assert root_from(tree.leaf(index), index, size, tree.proof(index)) == tree.root()


def test_an_empty_tree_has_the_root_of_the_standard() -> None:
    assert MerkleTree().root() == hashlib.sha256(b"").digest()


def test_a_log_continues_where_it_ended(tmp_path: Path) -> None:
    first = Log(tmp_path / "leaves", seeds=3).append(b"first")
    second = Log(tmp_path / "leaves", seeds=3).append(b"second")
    assert (first.index, second.index, second.size) == (3, 4, 5)
    assert root_from(second.leaf, second.index, second.size, second.hashes) == second.root


def test_a_leaf_that_was_never_written_whole_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "leaves"
    whole = Log(path, seeds=3).append(b"first")
    path.write_bytes(path.read_bytes() + b"Y3V0IG9")
    again = Log(path, seeds=3).append(b"second")
    assert again.index == whole.index + 1
    assert path.read_bytes().count(b"\n") == 5


def test_a_log_takes_leaves_from_several_threads(tmp_path: Path) -> None:
    log = Log(tmp_path / "leaves", seeds=1)
    threads = [threading.Thread(target=log.append, args=(b"%d" % number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = Log(tmp_path / "leaves", seeds=1).append(b"last")
    assert last.index == 17
