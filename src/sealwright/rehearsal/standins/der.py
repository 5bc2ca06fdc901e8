"""DER, as much of it as RFC 3161 needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BOOLEAN = 0x01
INTEGER = 0x02
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0


@dataclass(frozen=True, slots=True)
class Item:
    """One tag, length and value."""

    tag: int
    content: bytes
    whole: bytes


def encode(tag: int, *parts: bytes) -> bytes:
    """A value made of already encoded parts."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return encode(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """A SET OF, in the order that DER demands."""
    return encode(SET, *sorted(parts))


def integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(data: bytes) -> bytes:
    """An OCTET STRING."""
    return encode(OCTET_STRING, data)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for number in (40 * first + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | (number & 0x7F))
        out += bytes(reversed(digits))
    return encode(OBJECT_IDENTIFIER, bytes(out))


def items(data: bytes) -> tuple[Item, ...]:
    """Everything that stands in `data`, one after the other. Raises ValueError for what is cut off."""
    return tuple(_items(data))


def _items(data: bytes) -> Iterator[Item]:
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("DER is cut off")
        size, start = data[at + 1], at + 2
        if size & 0x80:
            width = size & 0x7F
            size, start = int.from_bytes(data[start : start + width], "big"), start + width
        end = start + size
        if end > len(data):
            raise ValueError("DER is cut off")
        yield Item(data[at], data[start:end], data[at:end])
        at = end
