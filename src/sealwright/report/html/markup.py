"""HTML in which nothing is markup unless it was made as such: all else is text, whoever wrote it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from sealwright.report.findings import printable

_EMPTY = frozenset({"rect", "path"})
_DIGEST = re.compile(r"\b((?:sha256:)?[0-9a-f]{64})\b")


class Markup(str):
    """Text that is HTML already. Only `element`, `text` and `fragment` make it."""

    __slots__ = ()


def text(value: str) -> Markup:
    """`value` as text, line by line; characters that turn or hide others are spelled out."""
    return Markup("\n".join(html.escape(printable(line)) for line in value.splitlines()))


def fragment(parts: Iterable[Markup]) -> Markup:
    """Several pieces of markup after one another."""
    return Markup("".join(parts))


def element(name: str, /, *children: str, **attributes: str) -> Markup:
    """An element. Children that are not `Markup` are text; `class_` is `class`, `aria_label` is `aria-label`."""
    given = "".join(f' {_attribute(key)}="{text(value)}"' for key, value in attributes.items())
    if name == "meta":  # ends by itself in HTML, as shapes do in SVG
        return Markup(f"<{name}{given}>")
    if name in _EMPTY:
        return Markup(f"<{name}{given}/>")
    inner = "".join(child if isinstance(child, Markup) else text(child) for child in children)
    return Markup(f"<{name}{given}>{inner}</{name}>")


def code(value: str) -> Markup:
    """A name, digest or address: may break anywhere, and one click selects all of it."""
    return element("code", value) if value else Markup("")


def with_digests(value: str) -> Markup:
    """`value` as text, with each digest in it as `code`."""
    parts = _DIGEST.split(value)
    return fragment(code(part) if _DIGEST.fullmatch(part) else text(part) for part in parts)


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
