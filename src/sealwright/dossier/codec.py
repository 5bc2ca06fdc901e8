"""Values of the model as bytes: one spelling, so that equal values have equal digests."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sealwright.errors import Refused

T = TypeVar("T")


def encode_json(document: object) -> bytes:
    """Sorted keys, two spaces, UTF-8, one newline at the end."""
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def encode(value: Any) -> bytes:
    """A dataclass of the model as JSON."""
    return encode_json(dataclasses.asdict(value))


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}  # building one takes milliseconds


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def decode(kind: type[T], data: bytes, where: str) -> T:
    """The inverse of `encode`, strict: unknown keys, missing keys and wrong types are refused.

    Raises Refused (`malformed`) naming `where`.
    """
    try:
        value: T = _adapter(kind).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(
            "malformed",
            f"{where} is not a {kind.__name__.lower()}: {place + ': ' if place else ''}{first['msg']}",
            hint="it was cut off or changed after the job that wrote it",
        ) from error
    return value
