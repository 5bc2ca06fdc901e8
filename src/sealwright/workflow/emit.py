"""YAML text with comments, in the small part of the language that every reader of workflows agrees on.

No anchors, no flow collections, no tags; a string is plain only where no reader could take it for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Whole expressions are plain: they begin with `$`, and hold neither `: ` nor ` #`.
_EXPRESSION = re.compile(r"\$\{\{ [^{}:#]+ \}\}")
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_./@ -]*[A-Za-z0-9_./]|[A-Za-z]")
_OTHER_MEANING = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with a comment behind it."""

    value: str
    why: str


Node = str | bool | int | Noted | Mapping[str, "Node"] | Sequence["Node"]
Block = Mapping[str, Node]


def emit(block: Block, indent: int = 0) -> list[str]:
    """The lines of a mapping, each key `indent` spaces in."""
    lines: list[str] = []
    for key, node in block.items():
        lines += _entry(f"{key}:", node)
    return [" " * indent + line if line else "" for line in lines]


def _entry(head: str, node: Node) -> list[str]:
    match node:
        case Noted(value=value, why=why):
            return [f"{head} {scalar(value)} # {why}"]
        case str() if "\n" in node:
            return [f"{head} {'|' if node.endswith(chr(10)) else '|-'}", *_indented(node.splitlines())]
        case str() | bool() | int():
            return [f"{head} {scalar(node)}"]
        case Mapping() | Sequence() if not node:
            return [f"{head} {'{}' if isinstance(node, Mapping) else '[]'}"]
        case Mapping():
            return [head, *_indented(emit(node))]
        case Sequence():
            return [head, *_indented([line for item in node for line in _item(item)])]


def _item(node: Node) -> list[str]:
    if not isinstance(node, Mapping):
        return _entry("-", node)
    first, *rest = emit(node)
    return [f"- {first}", *_indented(rest)]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def scalar(value: str | bool | int) -> str:
    """A value on one line: text is plain where that is beyond doubt, in double quotes otherwise."""
    if isinstance(value, str):
        if _EXPRESSION.fullmatch(value):
            return value
        if _WORDS.fullmatch(value) and value.lower() not in _OTHER_MEANING:
            return value
    # JSON's strings, numbers and booleans are YAML's.
    return json.dumps(value)
