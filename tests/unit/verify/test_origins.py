from __future__ import annotations

import pytest

from sealwright.verify.origins import Origins, told

REQUIRING = {"d": ["b", "c"], "b": ["a"], "c": ["a", "x"], "loop": ["pool"], "pool": ["loop"]}


@pytest.mark.parametrize(
    ("direct", "name", "path"),
    [
        ({"a"}, "a", ("a",)),
        ({"a"}, "d", ("a", "b", "d")),
        ({"a", "c"}, "d", ("c", "d")),
        ({"x"}, "d", ("x", "c", "d")),
        ({"d", "a"}, "d", ("d",)),
        ({"a"}, "loop", ()),
        ({"a"}, "stranger", ()),
        (set(), "d", ()),
    ],
)
def test_the_shortest_way_is_found_and_loops_end(direct: set[str], name: str, path: tuple[str, ...]) -> None:
    assert Origins(frozenset(direct), REQUIRING).path(name) == path


def test_a_way_is_told_in_words() -> None:
    assert [told(path) for path in ((), ("a",), ("a", "b", "c"))] == [
        "",
        "required by the project itself",
        "brought by a -> b -> c",
    ]
