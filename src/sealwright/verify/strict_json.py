"""JSON, read strictly: two programs that read it must not see two different things."""

from __future__ import annotations

import json
from typing import Any


class Malformed(ValueError):
    """The document is not what it has to be; the text says where."""


def strict_json(data: bytes, limit: int) -> Any:
    """What `data` says. Raises Malformed if it has more than `limit` bytes, a key given twice, or no JSON at all."""
    if len(data) > limit:
        raise Malformed(f"larger than {limit} bytes")
    try:
        return json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed(str(error)) from error
    except RecursionError as error:
        raise Malformed("nested too deeply") from error


def as_object(value: Any, where: str) -> dict[str, Any]:
    """A JSON object. Raises Malformed naming `where`."""
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object")
    return value


def as_list(value: Any, where: str) -> list[Any]:
    """A JSON array. Raises Malformed naming `where`."""
    if not isinstance(value, list):
        raise Malformed(f"{where} is not a list")
    return value


def as_text(value: Any, where: str) -> str:
    """A JSON string that is not empty and can be written down again. Raises Malformed naming `where`."""
    if not isinstance(value, str) or not value:
        raise Malformed(f"{where} is not text")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise Malformed(f"{where} is not text") from error
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed(f"a key is given twice among {ascii(sorted(found))[1:120]}")
    return found


def _no_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON")
