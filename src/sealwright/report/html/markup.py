"""HTML in which nothing is markup unless it was made as such: all else is text, whoever wrote it."""

from __future__ import annotations

import html
from collections.abc import Iterable

from sealwright.report.findings import printable

_VOID = frozenset({"meta", "rect", "path", "br"})


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
    if name in _VOID:
        return Markup(f"<{name}{given}>") if name in ("meta", "br") else Markup(f"<{name}{given}/>")
    inner = "".join(child if isinstance(child, Markup) else text(child) for child in children)
    return Markup(f"<{name}{given}>{inner}</{name}>")


def code(value: str) -> Markup:
    """A name, digest or address: may break anywhere, and one click selects all of it."""
    return element("code", value) if value else Markup("")


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
