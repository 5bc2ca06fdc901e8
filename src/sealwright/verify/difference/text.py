"""Where two texts begin to differ, in one line each: never a whole difference, whatever their size."""

from __future__ import annotations

from itertools import zip_longest

from sealwright.verify.archive.faults import printable

SHOWN = 120
"""Characters of one line that are shown."""
_BEFORE = 40
"""Of those, in front of the difference."""
_ENDINGS = {b"\r\n": " (ends with CR LF)", b"\r": " (ends with CR)", b"": " (ends without a line ending)"}
_BINARY = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


def first_difference(expected: bytes, found: bytes) -> tuple[str, str]:
    """The first lines that differ, each with its number; for what is no text, how many bytes and where.

    Both are the beginnings of the files that somebody held; where those are equal, the difference lies behind them.
    """
    if _is_binary(expected) or _is_binary(found):
        return _first_byte(expected, found)
    pairs = zip_longest(expected.splitlines(keepends=True), found.splitlines(keepends=True))
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            start = _start(one or b"", other or b"")
            return _line(number, one, start), _line(number, other, start)
    behind = f"equal in the first {min(len(expected), len(found))} bytes"
    return behind, f"{behind}, different further on"


def only_line_endings(expected: bytes, found: bytes) -> bool:
    """Whether two whole texts are the same but for how their lines end."""
    return not _is_binary(expected) and _unix(expected) == _unix(found)


def _unix(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n")


def _is_binary(data: bytes) -> bool:
    return bool(_BINARY & set(data[:4096]))


def _first_byte(expected: bytes, found: bytes) -> tuple[str, str]:
    shorter = min(len(expected), len(found))
    at = next((place for place in range(shorter) if expected[place] != found[place]), shorter)

    def told(data: bytes) -> str:
        return f"byte {at}: {data[at : at + 8].hex(' ')}" if at < len(data) else f"ends at byte {len(data)}"

    return told(expected), told(found)


def _start(one: bytes, other: bytes) -> int:
    """Where to begin showing two lines, so that the place where they differ is seen: 0, or a little before it."""
    shorter = min(len(one), len(other))
    at = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    return at - _BEFORE if at > SHOWN - _BEFORE else 0


def _line(number: int, line: bytes | None, start: int) -> str:
    if line is None:
        return f"line {number}: the text has ended"
    body = line.rstrip(b"\r\n")
    ending = _ENDINGS.get(line[len(body) :], "")
    place = f"line {number}, from byte {start}" if start else f"line {number}"
    shown = printable(body[start : start + SHOWN].decode("utf-8", "backslashreplace"))[:SHOWN]
    return f"{place}: {shown}{ending}"
