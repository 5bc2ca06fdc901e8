"""Each way in which two builds differ, alone and together, is told as what it is and never as something milder."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from tests.support.differences import (
    EPOCH,
    IN_SDIST,
    IN_WHEEL,
    INFO,
    METADATA,
    SDIST,
    STEM,
    WHEEL,
    changed,
    record_of,
    sdist,
    wheel,
)

from sealwright.verify.difference import Difference, Kind, compare

CODE, CONTENT, META = Kind.CODE, Kind.CONTENT, Kind.METADATA
PACKED, ORDER, TIMES = Kind.COMPRESSION, Kind.ORDERING, Kind.TIMESTAMPS


def compared(first: bytes, second: bytes, name: str) -> dict[Kind, Difference]:
    found = compare(io.BytesIO(first), io.BytesIO(second), name)
    assert [d.kind.rank for d in found] == sorted({d.kind.rank for d in found})
    return {difference.kind: difference for difference in found}


def kinds(first: bytes, second: bytes, name: str) -> list[Kind]:
    return list(compared(first, second, name))


def setting(**values: object) -> Callable[[object], None]:
    """A change of a member's header."""

    def change(info: object) -> None:
        for name, value in values.items():
            setattr(info, name, value)

    return change


def reverse(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return dict(reversed(files.items()))


def with_(files: Mapping[str, bytes], **more: bytes) -> dict[str, bytes]:
    return {**files, **more}


def rename(files: Mapping[str, bytes], old: str, new: str) -> dict[str, bytes]:
    return {name.replace(old, new): data for name, data in files.items()}


OTHER_CODE = changed(IN_WHEEL, **{"__init__.py": b"def main():\n    return 2\n"})
OTHER_DATA = changed(IN_WHEEL, **{"data.txt": b"one\nthree\n"})


def in_metadata(old: bytes, new: bytes) -> dict[str, bytes]:
    return changed(IN_WHEEL, METADATA=METADATA.replace(old, new))


WHEELS: dict[str, tuple[bytes, list[Kind]]] = {
    "nothing": (wheel(), []),
    "times of members": (wheel(entry=setting(date_time=(2025, 1, 1, 0, 0, 0))), [TIMES]),
    "times in extra fields": (wheel(entry=setting(extra=struct.pack("<2HBL", 0x5455, 5, 1, 9))), [TIMES]),
    "owners in extra fields": (wheel(entry=setting(extra=struct.pack("<2H3B", 0x7875, 3, 1, 0, 0))), [META]),
    "order of members": (wheel(reverse(IN_WHEEL), record=record_of(IN_WHEEL)), [ORDER]),
    "order of members and of RECORD": (wheel(reverse(IN_WHEEL)), [ORDER]),
    "level": (wheel(changed(IN_WHEEL, **{"data.txt": b"one\ntwo\n"}), level=0), [PACKED]),
    "method": (wheel(method=zipfile.ZIP_STORED), [PACKED]),
    "mode": (wheel(entry=setting(external_attr=0o100664 << 16)), [META]),
    "made by another system": (wheel(entry=setting(create_system=0)), [META]),
    "comment": (wheel(comment=b"hello"), [META]),
    "comment of a member": (wheel(entry=setting(comment=b"hello")), [META]),
    "Summary": (wheel(in_metadata(b"Small", b"Large")), [META]),
    "the backend's version": (wheel(changed(IN_WHEEL, WHEEL=IN_WHEEL[f"{INFO}/WHEEL"].replace(b"27", b"28"))), [META]),
    "RECORD with another hash kind": (wheel(record=record_of(IN_WHEEL).replace(b"sha256=", b"sha512=")), [META]),
    "RECORD with other line endings": (wheel(record=record_of(IN_WHEEL).replace(b"\n", b"\r\n")), [META]),
    "a dependency": (wheel(in_metadata(b">=20", b">=21")), [CODE]),
    "a dependency more": (wheel(in_metadata(b"\n\n", b"\nRequires-Dist: evil\n\n")), [CODE]),
    "supported Pythons": (wheel(in_metadata(b"\n\n", b"\nRequires-Python: >=2\n\n")), [CODE]),
    "data": (wheel(OTHER_DATA), [CONTENT]),
    "a licence": (wheel(changed(IN_WHEEL, LICENSE=b"BSD\n")), [CONTENT]),
    "data that one has not": (wheel(changed(IN_WHEEL, **{"data.txt": None})), [CONTENT]),
    "code": (wheel(OTHER_CODE), [CODE]),
    "code that one has not": (wheel(changed(IN_WHEEL, **{"__init__.py": None})), [CODE]),
    "code with other line endings": (
        wheel(changed(IN_WHEEL, **{"__init__.py": b"def main():\r\n    return 1\r\n"})),
        [CODE],
    ),
    "an entry point": (wheel(changed(IN_WHEEL, **{"entry_points.txt": b"[console_scripts]\nt = os:abort\n"})), [CODE]),
    "a .pth file": (wheel(with_(IN_WHEEL, **{"tiny.pth": b"import os\n"})), [CODE]),
    "native code": (wheel(with_(IN_WHEEL, **{"tiny/_fast.abi3.so": b"\x7fELF"})), [CODE]),
    "native code under a harmless name": (wheel(changed(IN_WHEEL, **{"data.txt": b"\x7fELF\1"})), [CODE]),
    "a script under a harmless name": (wheel(changed(IN_WHEEL, **{"data.txt": b"#!/bin/sh\n"})), [CODE]),
    "a script of the data folder": (wheel(with_(IN_WHEEL, **{f"{STEM}.data/scripts/run": b"x"})), [CODE]),
    "code in dist-info": (wheel(with_(IN_WHEEL, **{f"{INFO}/x.py": b"x"})), [CODE]),
    "code and data and times": (
        wheel(
            changed(OTHER_CODE, **{"data.txt": b"x\n"}),
            entry=setting(date_time=(2025, 1, 1, 0, 0, 0)),
        ),
        [CODE, CONTENT, TIMES],
    ),
    "everything": (
        wheel(
            reverse(changed(OTHER_CODE, **{"data.txt": b"x\n"})),
            entry=setting(date_time=(2025, 1, 1, 0, 0, 0), external_attr=0o100755 << 16),
            level=0,
        ),
        # data.txt is executable on one side, so it is code as well
        [CODE, META, PACKED, ORDER, TIMES],
    ),
}


@pytest.mark.parametrize(("second", "expected"), WHEELS.values(), ids=WHEELS.keys())
def test_wheels_differ_in_exactly_these_classes(second: bytes, expected: list[Kind]) -> None:
    assert kinds(wheel(), second, WHEEL) == expected
    assert kinds(second, wheel(), WHEEL) == expected


OTHER_SOURCE = changed(IN_SDIST, **{"__init__.py": b"def main():\n    return 2\n"})


SDISTS: dict[str, tuple[bytes, list[Kind]]] = {
    "nothing": (sdist(), []),
    "times of members": (sdist(entry=setting(mtime=EPOCH + 1)), [TIMES]),
    "times with fractions": (sdist(entry=setting(mtime=EPOCH + 0.5)), [TIMES]),
    "time of the archive": (sdist(stamp=EPOCH + 1), [TIMES]),
    "name of the archive": (sdist(name="tiny-1.0.tar"), [META]),
    "owner": (sdist(entry=setting(uid=1000, gid=1000)), [META]),
    "name of the owner": (sdist(entry=setting(uname="somebody")), [META]),
    "mode": (sdist(entry=setting(mode=0o664)), [META]),
    "form of the headers": (sdist(form=tarfile.GNU_FORMAT), [META]),
    "extended header": (sdist(entry=setting(pax_headers={"comment": "x"})), [META]),
    "end of the archive": (sdist(tail=bytes(10240)), [META]),
    "order": (sdist(reverse(IN_SDIST)), [ORDER]),
    # The flag for the level stands in the header as well.
    "level": (sdist(level=1), [PACKED]),
    "owner and times and order": (sdist(reverse(IN_SDIST), entry=setting(uid=7, mtime=1)), [META, ORDER, TIMES]),
    "a dependency": (sdist(changed(IN_SDIST, **{"PKG-INFO": METADATA.replace(b">=20", b">=21")})), [CODE]),
    "PKG-INFO": (sdist(changed(IN_SDIST, **{"PKG-INFO": METADATA.replace(b"Small", b"Large")})), [META]),
    "what it is built with": (sdist(changed(IN_SDIST, **{"pyproject.toml": b"[build-system]\nrequires=[]\n"})), [CODE]),
    "text": (sdist(changed(IN_SDIST, **{"README.md": b"# Other\n"})), [CONTENT]),
    "code": (sdist(OTHER_SOURCE), [CODE]),
    "a sources list": (sdist(with_(IN_SDIST, **{f"{STEM}/src/tiny.egg-info/SOURCES.txt": b"x\n"})), [META]),
    "requirements of egg-info": (sdist(with_(IN_SDIST, **{f"{STEM}/src/tiny.egg-info/requires.txt": b"x\n"})), [CODE]),
    "code and owner": (sdist(OTHER_SOURCE, entry=setting(uid=7)), [CODE, META]),
}


@pytest.mark.parametrize(("second", "expected"), SDISTS.values(), ids=SDISTS.keys())
def test_sdists_differ_in_exactly_these_classes(second: bytes, expected: list[Kind]) -> None:
    assert kinds(sdist(), second, SDIST) == expected
    assert kinds(second, sdist(), SDIST) == expected


def as_link(info: tarfile.TarInfo) -> None:
    if info.name.endswith("README.md"):
        info.type, info.size, info.linkname = tarfile.SYMTYPE, 0, "pyproject.toml"


def as_hard_link(info: tarfile.TarInfo) -> None:
    as_link(info)
    if info.issym():
        info.type = tarfile.LNKTYPE


def test_a_link_in_place_of_a_file_may_be_anything() -> None:
    assert kinds(sdist(), sdist(entry=as_link), SDIST)[0] is CODE
    assert kinds(sdist(), sdist(entry=as_hard_link), SDIST)[0] is Kind.UNCLASSIFIED


def patched(data: bytes, old: bytes, new: bytes, count: int = 1) -> bytes:
    assert old in data
    return data.replace(old, new, count)


def local_time(data: bytes) -> bytes:
    """Another time in the first local header, which most programs never look at."""
    return data[:10] + b"\1\2\3\4" + data[14:]


UNSEEN: dict[str, bytes] = {
    "something in front": b"#!/bin/sh\n" + wheel(),
    "something behind": wheel() + b"x",
    "cut off": wheel()[:-40],
    "empty": b"",
    "no zip at all": b"PK\x03\x04" + bytes(200),
    "encrypted": patched(wheel(), b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
    "a size that lies": patched(wheel(), struct.pack("<L", len(IN_WHEEL["tiny/data.txt"])), struct.pack("<L", 7), 99),
    "a name twice": wheel(rename(with_(IN_WHEEL, **{"tiny/data.tx_": b"x"}), "none", "none")).replace(
        b"tiny/data.tx_", b"tiny/data.txt"
    ),
    "a bomb": wheel(with_(IN_WHEEL, **{"tiny/zero": bytes(64 << 20)})),
    "an unknown compression": wheel(method=zipfile.ZIP_LZMA),
}


@pytest.mark.parametrize("second", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_cannot_be_looked_into_is_said_first_and_never_harmless(second: bytes) -> None:
    for one, other in ((wheel(), second), (second, wheel())):
        found = compared(one, other, WHEEL)
        assert next(iter(found)) is Kind.UNCLASSIFIED
        assert found[Kind.UNCLASSIFIED].first.found != found[Kind.UNCLASSIFIED].first.expected


def test_code_that_was_seen_is_named_beside_what_was_not() -> None:
    found = compared(wheel(), wheel(OTHER_CODE) + b"x", WHEEL)
    assert list(found)[:2] == [Kind.UNCLASSIFIED, CODE]
    assert found[CODE].members == ("tiny/__init__.py",)


def test_a_field_that_programs_do_not_look_at_is_seen() -> None:
    assert kinds(wheel(), local_time(wheel()), WHEEL) == [TIMES]


def test_names_that_follow_no_standard_are_not_guessed_at() -> None:
    assert kinds(b"a", b"b", "tiny.zip") == [Kind.UNCLASSIFIED]
    assert kinds(wheel(), wheel(OTHER_DATA), "tiny-1.0.whl") == [Kind.UNCLASSIFIED]


def test_the_first_difference_is_shown_in_one_line() -> None:
    found = compared(wheel(), wheel(OTHER_CODE), WHEEL)[CODE]
    assert (found.first.member, found.first.expected, found.first.found) == (
        "tiny/__init__.py",
        "line 2:     return 1",
        "line 2:     return 2",
    )
    assert (found.members, found.count, found.others) == (("tiny/__init__.py",), 1, "")


def test_many_members_are_counted_and_some_named() -> None:
    many = {f"tiny/m{number:03}.py": b"x\n" for number in range(300)}
    found = compared(wheel(with_(IN_WHEEL, **many)), wheel({**IN_WHEEL, **dict.fromkeys(many, b"y\n")}), WHEEL)[CODE]
    assert (len(found.members), found.count) == (20, 300)
    assert found.others == "tiny/m001.py, tiny/m002.py, tiny/m003.py, tiny/m004.py, tiny/m005.py, 294 more"


def test_a_program_beyond_what_is_held_is_still_code() -> None:
    names = [f"tiny/d{number:03}" for number in range(250)]
    first, second = {**IN_WHEEL, **dict.fromkeys(names, b"x")}, {**IN_WHEEL, **dict.fromkeys(names, b"y")}
    second[names[-1]] = b"#!/bin/sh\nrm\n"
    found = compared(wheel(first), wheel(second), WHEEL)
    assert found[CODE].members == (names[-1],)
    assert found[CONTENT].count == 249


def test_a_large_text_is_never_shown_whole() -> None:
    line = b"x" * 1_000_000
    one, other = (wheel(with_(IN_WHEEL, **{"tiny/long.py": line + end + line})) for end in (b"a", b"b"))
    first = compared(one, other, WHEEL)[CODE].first
    assert len(first.expected) + len(first.found) < 400


def test_a_difference_behind_what_is_held_is_told_by_digest() -> None:
    begin = b"# x\n" * 100_000
    one, other = (wheel(with_(IN_WHEEL, **{"tiny/long.py": begin + end})) for end in (b"a", b"b"))
    first = compared(one, other, WHEEL)[CODE].first
    assert first.expected.startswith("400001 bytes, sha256:")
    assert first.expected != first.found


def test_metadata_too_long_to_hold_is_taken_for_code() -> None:
    filler = b"Classifier: x\n" * 20_000
    one, other = (in_metadata(b"\n\n", b"\n" + filler + end + b"\n\n") for end in (b"A: 1", b"A: 2"))
    assert kinds(wheel(one), wheel(other), WHEEL) == [CODE]


def test_line_endings_alone_are_told() -> None:
    crlf = changed(IN_WHEEL, **{"__init__.py": b"def main():\r\n    return 1\r\n"})
    found = compared(wheel(), wheel(crlf), WHEEL)[CODE]
    assert found.line_endings
    assert found.first.found == "line 1: def main(): (ends with CR LF)"
    assert not compared(wheel(), wheel(OTHER_CODE), WHEEL)[CODE].line_endings


def test_names_and_texts_of_others_do_not_control_a_terminal() -> None:
    evil = with_(IN_WHEEL, **{"tiny/\x1b[31m.py": b"\x1b[2J\n"})
    for first in (wheel(evil), wheel({**evil, "tiny/\x1b[31m.py": b"\x1b[0m\n"})):
        found = compared(first, wheel(with_(IN_WHEEL, **{"tiny/\x1b[31m.py": b"x\n"})), WHEEL)
        told = [(d.first.member, d.first.expected, d.first.found, *d.members) for d in found.values()]
        assert all(text.isprintable() for texts in told for text in texts)


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_is_always_noticed_and_never_raises(seed: int) -> None:
    chance = random.Random(seed)
    for whole, name in ((wheel(), WHEEL), (sdist(), SDIST)):
        spoiled = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3))):
            spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        assert compared(whole, bytes(spoiled), name)


SMALL = {"tiny/__init__.py": b"x = 1\n", f"{INFO}/METADATA": METADATA}


def test_no_byte_of_a_wheel_hides_behind_another_clock() -> None:
    """Every other byte changed as well: never are timestamps all that is told, unless it is a timestamp."""
    first = wheel(SMALL)
    later = wheel(SMALL, entry=setting(date_time=(2025, 1, 1, 0, 0, 0)))
    assert kinds(first, later, WHEEL) == [TIMES]
    for place in range(len(later)):
        spoiled = bytearray(later)
        spoiled[place] ^= 1
        if kinds(first, bytes(spoiled), WHEEL) == [TIMES]:
            assert kinds(later, bytes(spoiled), WHEEL) in ([TIMES], []), place


def resealed(plain: bytearray) -> bytes:
    """A tar packed again, with the checksum of its first header corrected."""
    plain[148:156] = b"%06o\0 " % (sum(plain[:148]) + sum(b" " * 8) + sum(plain[156:512]))
    return gzip.compress(bytes(plain), mtime=EPOCH)


def test_no_byte_of_an_sdist_hides_behind_another_clock() -> None:
    """The same for the first header, and everything else, of an sdist."""
    files = {f"{STEM}/setup.py": b"x = 1\n"}
    first = sdist(files)
    later = gzip.decompress(sdist(files, entry=setting(mtime=EPOCH + 8)))
    assert kinds(first, resealed(bytearray(later)), SDIST) == [TIMES]
    for place in (*range(1100), *range(1100, len(later), 211)):  # headers and content, and some of the filling
        spoiled = bytearray(later)
        spoiled[place] ^= 1
        data = resealed(spoiled)
        if kinds(first, data, SDIST) == [TIMES]:
            assert kinds(resealed(bytearray(later)), data, SDIST) in ([TIMES], []), place
