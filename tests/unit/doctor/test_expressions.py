"""Conditions, decided where they can be and left open where they cannot."""

from __future__ import annotations

import pytest

from sealwright.doctor.expressions import Beginning, could_be_true, embedded, ignores_failures, references

TAG = {
    "github.event_name": "push",
    "github.ref": Beginning("refs/tags/"),
    "github.ref_type": "tag",
    "github.head_ref": "",
}
MAIN = {
    "github.event_name": "push",
    "github.ref": "refs/heads/main",
    "github.ref_type": "branch",
    "github.head_ref": "",
}


@pytest.mark.parametrize(
    ("condition", "on_tag", "on_main"),
    [
        ("startsWith(github.ref, 'refs/tags/')", True, False),
        ("${{ startsWith(github.ref, 'refs/tags/v') }}", True, False),
        ("github.ref_type == 'tag'", True, False),
        ("github.ref == 'refs/heads/main'", False, True),
        ("github.ref != 'refs/heads/main'", True, False),
        ("github.event_name == 'push' && contains(github.ref, 'refs/tags/')", True, False),
        ("github.event_name == 'release' || github.ref_type == 'TAG'", True, False),
        ("!startsWith(github.ref, 'refs/heads/')", True, False),
        ("github.repository == 'owner/x' && github['ref_type'] == 'tag'", True, False),
        ("false", False, False),
        ("${{ false }}", False, False),
        ("always() && github.ref_type == 'tag'", True, False),
        ("(github.ref_type == 'branch' && inputs.x) || github.event_name == 'release'", False, True),
        ("endsWith(github.ref, '-rc')", True, False),
        ("github.head_ref", False, False),
        ("needs.a.result == 'success'", True, True),
        ("github.event.created && startsWith(github.ref, 'refs/tags')", True, False),
        ("${{ github.ref_type }} == 'tag'", True, True),
        ("steps['x'].outputs.y > 3", True, True),
        ("not an expression ((", True, True),
        ("'it''s' == 'it''s'", True, True),
        ("fromJSON('[]')[0]", True, True),
        ("null", False, False),
        ("1 == 2", False, False),
        ("'1' == 1", True, True),
        ("", False, False),
    ],
)
def test_a_condition_is_decided_as_far_as_it_can_be(condition: str, on_tag: bool, on_main: bool) -> None:
    if not condition:
        assert could_be_true("", TAG)
        return
    assert (could_be_true(condition, TAG), could_be_true(condition, MAIN)) == (on_tag, on_main)


def test_a_condition_without_end_is_not_followed_for_ever() -> None:
    assert could_be_true("(" * 20_000, TAG)
    assert could_be_true("!" * 5_000 + "true", TAG)
    assert could_be_true("a" * 30_000, TAG)


def test_what_an_expression_reads() -> None:
    text = "x ${{ github.event['Ref'] || 'github.sha' }} ${{ format('{0}', inputs.Version) }}"
    assert [list(references(inside)) for inside in embedded(text)] == [["github.event.ref"], ["inputs.version"]]


@pytest.mark.parametrize(
    ("condition", "ignores"),
    [
        ("always()", True),
        ("!cancelled() && x", True),
        ("failure()", True),
        ("success()", False),
        ("x == 'always'", False),
    ],
)
def test_what_ignores_failures(condition: str, ignores: bool) -> None:
    assert ignores_failures(condition) is ignores
