"""Members that one archive has and the other has not, or has with other bytes: code, content or metadata."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32
from typing import NamedTuple

from sealwright.verify.archive.faults import printable
from sealwright.verify.archive.members import Kind as MemberKind
from sealwright.verify.archive.members import Member
from sealwright.verify.difference.kinds import Kind, Observation
from sealwright.verify.difference.nature import nature_of
from sealwright.verify.difference.text import first_difference, only_line_endings

_NOTHING = "no such member"
_DECISIVE = ("requires-dist", "provides-extra", "requires-python", "requires", "name", "version")
"""Fields that decide what an installer brings along, or whether it does."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two archives."""

    members: Mapping[str, Member]
    texts: Mapping[str, bytes]
    """How members that differ begin; empty where nothing could be held."""
    complete: bool
    """Whether a member that is not there is really not there."""


def differing(first: Mapping[str, Member], second: Mapping[str, Member]) -> frozenset[str]:
    """Names of members that are not the same in both."""
    return frozenset(name for name in first.keys() | second.keys() if not _same(first.get(name), second.get(name)))


def compare_contents(first: Side, second: Side, *, wheel: bool) -> Iterator[Observation]:
    """What differs in the members themselves, in the order of the first archive."""
    names = differing(first.members, second.members)
    for name in dict.fromkeys((*first.members, *second.members)):
        if name in names:
            yield from _compare(name, first, second, names, wheel=wheel)


def _same(one: Member | None, other: Member | None) -> bool:
    if one is None or other is None:
        return False
    return (one.kind, one.sha256, one.target) == (other.kind, other.sha256, other.target)


def _compare(name: str, first: Side, second: Side, names: AbstractSet[str], *, wheel: bool) -> Iterator[Observation]:
    one, other = first.members.get(name), second.members.get(name)
    if (one is None and not first.complete) or (other is None and not second.complete):
        return  # it may lie behind the place where the reading ended, which is said
    texts = first.texts.get(name, b""), second.texts.get(name, b"")
    shown = printable(name)
    if one is None or other is None or one.kind is not MemberKind.FILE or other.kind is not MemberKind.FILE:
        kind = _kind_of_either(name, one, other, texts, wheel=wheel)
        yield Observation(kind, shown, _told(one), _told(other))
        return
    kind = _kind_of_either(name, one, other, texts, wheel=wheel)
    held = (len(texts[0]), len(texts[1])) == (one.size, other.size)
    if kind is Kind.METADATA and wheel and name.endswith("/RECORD"):
        yield from _compare_records(shown, texts, names, held=held)
        return
    if kind is Kind.METADATA and name.endswith(("/METADATA", "/PKG-INFO")) and _decides(texts, held=held):
        kind = Kind.CODE
    if texts[0] == texts[1]:  # nothing is held of where they differ
        yield Observation(kind, shown, _told(one), _told(other))
        return
    expected, found = first_difference(*texts)
    yield Observation(kind, shown, expected, found, held and only_line_endings(*texts))


def _kind_of_either(
    name: str, one: Member | None, other: Member | None, texts: tuple[bytes, bytes], *, wheel: bool
) -> Kind:
    """The more serious of what a member is on either side."""
    sides = [(member, text) for member, text in ((one, texts[0]), (other, texts[1])) if member is not None]
    return min((_kind(name, member, text, wheel=wheel) for member, text in sides), key=lambda kind: kind.rank)


def _kind(name: str, member: Member, text: bytes, *, wheel: bool) -> Kind:
    match member.kind:
        case MemberKind.FILE:
            return nature_of(name, wheel=wheel, mode=member.mode, head=text)
        case MemberKind.LINK:
            return Kind.CODE  # whatever it points at
        case MemberKind.DIRECTORY:
            return Kind.METADATA


def _told(member: Member | None) -> str:
    if member is None:
        return _NOTHING
    match member.kind:
        case MemberKind.FILE:
            return f"{member.size} bytes, sha256:{member.sha256.hex()}"
        case MemberKind.LINK:
            return f"a link to {printable(member.target)}"
        case MemberKind.DIRECTORY:
            return "a folder"


def _decides(texts: tuple[bytes, bytes], *, held: bool) -> bool:
    """Whether METADATA differs in what decides about installing; also where that could not be read to its end."""
    one, other = (BytesParser(policy=compat32).parsebytes(text, headersonly=True) for text in texts)
    whole = held or all(b"\n\n" in text.replace(b"\r\n", b"\n") for text in texts)
    return not whole or any(one.get_all(name, []) != other.get_all(name, []) for name in _DECISIVE)


def _compare_records(
    name: str, texts: tuple[bytes, bytes], names: AbstractSet[str], *, held: bool
) -> Iterator[Observation]:
    """RECORD lists all the others, so what it says of members that differ anyway is no difference of its own."""
    expected, found = first_difference(*texts)
    one, other = ([row for row in _rows(text) if row.path not in names] for text in texts)
    paths = [[row.path for row in _rows(text)] for text in texts]
    common = set(paths[0]) & set(paths[1])
    orders = [[path for path in side if path in common] for side in paths]
    if not held or Counter(one) != Counter(other):
        yield Observation(Kind.METADATA, name, expected, found, held and only_line_endings(*texts))
    elif orders[0] != orders[1]:
        yield Observation(Kind.ORDERING, name, expected, found)


class _Row(NamedTuple):
    path: str
    line: bytes
    """As it stands in RECORD, with its line ending."""


def _rows(text: bytes) -> list[_Row]:
    return [_Row(_first_cell(line), line) for line in text.splitlines(keepends=True)]


def _first_cell(line: bytes) -> str:
    try:
        cells = next(csv.reader([line.decode("utf-8", "backslashreplace").rstrip("\r\n")]), [])
    except csv.Error:
        return ""
    return cells[0] if cells else ""
