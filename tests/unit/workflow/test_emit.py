from __future__ import annotations

import pytest
import yaml

from sealwright.workflow.emit import Noted, emit, scalar


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "yes", "On", "null", "~", "3.10", "0x1f", "1e3", "2026-11-22", "true", "a: b", "a #b", "- a", ":all:",
        "*", "&a", "!x", "%x", "@x", "`x`", "'x'", '"x"', "{a}", "[a]", "a,b", "é", "tab\there", "trailing ", ".", "..",
        "${{ a }} and ${{ b }}", "${{ a: b }}", "pypi", "release env", True, False, 0, 90,
    ],
)  # fmt: skip
def test_a_value_is_read_back_as_it_was(value: str | bool | int) -> None:
    read = yaml.safe_load(f"key: {scalar(value)}\nother: 1\n")
    assert read == {"key": value, "other": 1}
    assert type(read["key"]) is type(value)


def test_an_expression_stays_readable() -> None:
    assert scalar("${{ needs.build.outputs.sums }}") == "${{ needs.build.outputs.sums }}"


@pytest.mark.parametrize("text", ["a\nb", "a\nb\n", "a\n\n  b\n"])
def test_scripts_are_read_back_as_they_were(text: str) -> None:
    assert yaml.safe_load("\n".join(emit({"run": text, "next": "x"})) + "\n") == {"run": text, "next": "x"}


def test_blocks_nest_and_comments_stay_comments() -> None:
    block = {"a": {"b": [{"c": Noted("v", "why: not"), "d": {}}, "e"]}, "f": []}
    lines = emit(block, 2)
    assert "# why: not" in "\n".join(lines)
    assert yaml.safe_load("\n".join(lines)) == {"a": {"b": [{"c": "v", "d": {}}, "e"]}, "f": []}
