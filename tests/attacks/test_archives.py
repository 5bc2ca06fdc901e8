"""Hostile archives, each as a real one: what was done to it, and the code that must be found."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from tests.support.archives import (
    COMMITTED,
    ENTRY_POINTS,
    INFO,
    METADATA,
    SDIST,
    STEM,
    VERSION_FILE,
    WHEEL,
    WHEEL_FILE,
    SdistDraft,
    WheelDraft,
    codes,
    good_sdist,
    good_wheel,
    judged,
)

from sealwright.model import State
from sealwright.verify.archive import CHECKS

Attack = Callable[[WheelDraft], bytes | None]
EVIL = b"import os; os.system('evil')\n"


def adding(name: str, data: bytes = EVIL, **more: object) -> Attack:
    return lambda wheel: wheel.add(name, data, **more)


def many(count: int, data: bytes, **more: object) -> Attack:
    def attack(wheel: WheelDraft) -> None:
        for number in range(count):
            wheel.add(f"tiny/{number}.txt", data, **more)

    return attack


def changing(name: str, old: bytes, new: bytes) -> Attack:
    def attack(wheel: WheelDraft) -> None:
        data = next(entry.data for entry in wheel.entries if entry.name == name)
        assert old in data
        wheel.change(name, data.replace(old, new))

    return attack


def recording(change: Callable[[list[list[str]]], list[list[str]]]) -> Attack:
    def attack(wheel: WheelDraft) -> None:
        wheel.record = change

    return attack


def patching(change: Callable[[bytes], bytes]) -> Attack:
    return lambda wheel: change(wheel.build())


def _commented(wheel: WheelDraft) -> None:
    wheel.comment = b"PK evil"


def _without(name: str) -> Attack:
    return lambda wheel: wheel.remove(name)


def _local_name(data: bytes) -> bytes:
    # Local headers come first, so the first occurrence of a name is in one.
    return data.replace(b"tiny/data.txt", b"tiny/evil.txt", 1)


def _local_size(data: bytes) -> bytes:
    return data[:22] + struct.pack("<L", 9999) + data[26:]


def _gap_before_directory(data: bytes) -> bytes:
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack("<L", data[end + 16 : end + 20])[0]
    moved = data[end : end + 16] + struct.pack("<L", start + 4) + data[end + 20 :]
    return data[:start] + b"evil" + data[start:end] + moved


def _gap_between_members(data: bytes) -> bytes:
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack("<L", data[end + 16 : end + 20])[0]
    second = data.index(b"PK\x03\x04", 4)
    directory = bytearray(data[start:end])
    at = 0
    while at < len(directory):
        offset = struct.unpack("<L", directory[at + 42 : at + 46])[0]
        if offset:
            directory[at + 42 : at + 46] = struct.pack("<L", offset + 4)
        at += 46 + sum(struct.unpack("<3H", directory[at + 28 : at + 34]))
    tail = data[end : end + 16] + struct.pack("<L", start + 4) + data[end + 20 :]
    return data[:second] + b"evil" + data[second:start] + bytes(directory) + tail


def _flag(bit: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        central = data.index(b"PK\x01\x02")
        found = bytearray(data)
        found[6] |= bit
        found[central + 8] |= bit
        return bytes(found)

    return change


def _second_end(data: bytes) -> bytes:
    other = good_wheel()
    other.add("evil.py", EVIL)
    return data + other.build()


def _wrong_checksum(data: bytes) -> bytes:
    central = data.index(b"PK\x01\x02")
    found = bytearray(data)
    for at in (14, central + 16):
        found[at] ^= 0xFF
    return bytes(found)


_PATH_FIELD = struct.pack("<2H", 0x7075, 5 + 7) + b"\1" + b"\0" * 4 + b"evil.py"

WHEELS: dict[str, tuple[str, Attack]] = {
    # names
    "path traversal": ("path-traversal", adding("tiny/../../evil.py")),
    "absolute path": ("absolute-path", adding("/etc/cron.d/evil")),
    "drive letter": ("absolute-path", adding("C:/evil.py")),
    "backslash": ("backslash-in-name", adding("tiny\\evil.py")),
    "NUL in a name": ("control-character-in-name", adding("tiny/evil.py\0.txt")),
    "escape sequence in a name": ("control-character-in-name", adding("tiny/\x1b[2Jevil.py")),
    "bidirectional override": ("invisible-character-in-name", adding("tiny/\u202eevil.py")),
    "decomposed name": ("name-not-normalised", adding("tiny/e\u0301vil.py")),
    "very long name": ("name-too-long", adding("tiny/" + "e" * 300 + ".py")),
    "trailing dot": ("name-ends-badly", adding("tiny/__init__.py.")),
    "duplicate member": ("duplicate-member", adding("tiny/data.txt")),
    "case collision": ("case-collision", adding("tiny/DATA.txt")),
    "file below a file": ("member-below-file", adding("tiny/data.txt/evil.py")),
    # kinds of members
    "symbolic link": ("symbolic-link", adding("tiny/link", b"/etc/passwd", mode=0o120777)),
    "FIFO": ("special-file", adding("tiny/fifo", b"", mode=0o010644)),
    "setuid": ("setid-bit", adding("tiny/evil.py", mode=0o104755)),
    "pth file": ("pth-file", adding("evil.pth")),
    "pth file in purelib": ("pth-file", adding(f"{STEM}.data/purelib/evil.pth")),
    "bytecode": ("bytecode", adding("tiny/__pycache__/data.cpython-311.pyc")),
    "native code in a pure wheel": ("native-code", adding("tiny/_evil.so", b"\x7fELF")),
    "unknown data scheme": ("data-scheme", adding(f"{STEM}.data/stdlib/os.py")),
    "data of another project": ("data-scheme", adding("pip-1.0.data/purelib/pip.py")),
    # content
    "extra module": ("not-in-git", adding("tiny/evil.py")),
    "extra top-level package": ("not-in-git", adding("evil/__init__.py")),
    "extra empty file": ("not-in-git", adding("tiny/py.typed", b"")),
    "extra script": ("not-in-git", adding(f"{STEM}.data/scripts/python")),
    "extra file in dist-info": ("not-in-git", adding(f"{INFO}/evil.txt")),
    "modified module": ("modified", changing("tiny/__init__.py", b"return 1", b"return 2")),
    "committed file moved into the package": (
        "modified",
        lambda w: w.change("tiny/__init__.py", COMMITTED["tests/evil/tiny/payload.py"]),
    ),
    "committed test file added to the package": (
        "relocated",
        adding("tiny/payload.py", COMMITTED["tests/evil/tiny/payload.py"]),
    ),
    "version file that runs code": (
        "version-file",
        lambda w: w.change("tiny/_version.py", VERSION_FILE + b"__import__('os')\n"),
    ),
    "version file with a decorator": (
        "version-file",
        lambda w: w.change("tiny/_version.py", VERSION_FILE + b"@print\nclass x: pass\n"),
    ),
    "version file that imports": (
        "version-file",
        lambda w: w.change("tiny/_version.py", VERSION_FILE + b"from tiny import data\n"),
    ),
    "version file of another version": (
        "version-file",
        lambda w: w.change("tiny/_version.py", b"__version__ = '9.9'\n"),
    ),
    # metadata
    "added dependency": ("dependency-added", changing(f"{INFO}/METADATA", b">=20\n", b">=20\nRequires-Dist: evil\n")),
    "dependency under a marker that never was": (
        "dependency-added",
        changing(
            f"{INFO}/METADATA",
            b">=20\n",
            b">=20\nRequires-Dist: evil; platform_machine == 'aarch64'\n",
        ),
    ),
    "dependency by address": (
        "dependency-missing",
        changing(f"{INFO}/METADATA", b"packaging>=20", b"packaging @ https://evil.example/p.whl"),
    ),
    "looser dependency": ("dependency-missing", changing(f"{INFO}/METADATA", b">=20", b">=2")),
    "other supported Pythons": ("requires-python-differs", changing(f"{INFO}/METADATA", b">=3.11", b">=2.7")),
    "undeclared extra": ("extras-differ", changing(f"{INFO}/METADATA", b">=20\n", b">=20\nProvides-Extra: evil\n")),
    "METADATA unlike PKG-INFO": ("metadata-differs", changing(f"{INFO}/METADATA", b"# Tiny", b"# Evil")),
    "METADATA of another project": ("name-mismatch", changing(f"{INFO}/METADATA", b"Name: tiny", b"Name: pip")),
    "METADATA of another version": ("version-mismatch", changing(f"{INFO}/METADATA", b"Version: 1.0", b"Version: 9")),
    "no METADATA": ("metadata-missing", _without(f"{INFO}/METADATA")),
    "changed entry point": ("entry-points-differ", changing(f"{INFO}/entry_points.txt", b":main", b":evil")),
    "added entry point": (
        "entry-points-differ",
        lambda w: w.change(f"{INFO}/entry_points.txt", ENTRY_POINTS + b"pip = tiny:evil\n"),
    ),
    "entry point in another group": (
        "entry-points-differ",
        lambda w: w.change(f"{INFO}/entry_points.txt", ENTRY_POINTS + b"[tiny.plugins]\nevil = tiny:evil\n"),
    ),
    "removed entry points": ("entry-points-differ", _without(f"{INFO}/entry_points.txt")),
    "entry point twice": (
        "entry-points-malformed",
        lambda w: w.change(f"{INFO}/entry_points.txt", ENTRY_POINTS + b"tiny = tiny:evil\n"),
    ),
    "second dist-info": ("dist-info", adding("pip-1.0.dist-info/METADATA", METADATA)),
    "other tags inside": ("tags-differ", changing(f"{INFO}/WHEEL", b"py3-none-any", b"cp311-cp311-linux_x86_64")),
    "platform code in a pure wheel": ("wheel-file", changing(f"{INFO}/WHEEL", b"Purelib: true", b"Purelib: false")),
    "no WHEEL": ("wheel-file", _without(f"{INFO}/WHEEL")),
    # RECORD
    "hash of another content": (
        "record-hash-mismatch",
        recording(lambda rows: [[n, "sha256=" + "A" * 43 if n == "tiny/data.txt" else h, s] for n, h, s in rows]),
    ),
    "file that RECORD leaves out": (
        "record-unlisted",
        recording(lambda rows: [row for row in rows if row[0] != "tiny/data.txt"]),
    ),
    "file that is not there": ("record-phantom", recording(lambda rows: [["evil.py", "sha256=A", "1"], *rows])),
    "file listed twice": ("record-duplicate", recording(lambda rows: [rows[0], *rows])),
    "weak hash": ("record-weak-hash", recording(lambda rows: [["tiny/data.txt", "md5=A", ""], *rows[2:], rows[0]])),
    "no hash": (
        "record-weak-hash",
        recording(lambda rows: [[n, "" if n == "tiny/data.txt" else h, s] for n, h, s in rows]),
    ),
    "wrong size": ("record-size-mismatch", recording(lambda rows: [[n, h, s and "7777"] for n, h, s in rows])),
    "malformed row": ("record-malformed", recording(lambda rows: [["tiny"], *rows])),
    # the container
    "comment": ("zip-comment", _commented),
    "member comment": ("zip-member-comment", adding("tiny/evil.py", comment=b"evil")),
    "name in an extra field": ("zip-extra-field", adding("tiny/evil.py", extra=_PATH_FIELD)),
    "trailing data": ("trailing-data", patching(lambda data: data + b"evil")),
    "prepended data": ("prepended-data", patching(lambda data: b"#!/bin/sh\nevil\n" + data)),
    "second archive appended": ("prepended-data", patching(_second_end)),
    "data before the directory": ("hidden-data", patching(_gap_before_directory)),
    "data between members": ("hidden-data", patching(_gap_between_members)),
    "another name in the local header": ("zip-headers-differ", patching(_local_name)),
    "another size in the local header": ("zip-headers-differ", patching(_local_size)),
    "encrypted": ("zip-flags", patching(_flag(1))),
    "sizes only behind the data": ("zip-flags", patching(_flag(8))),
    "unusual compression": ("zip-compression", adding("tiny/evil.py", method=zipfile.ZIP_LZMA)),
    "wrong checksum": ("zip-size-lies", patching(_wrong_checksum)),
    "bomb": ("decompression-bomb", adding("tiny/bomb.txt", bytes(3 << 20))),
    "too large": (
        "decompression-bomb",
        many(9, bytes(1 << 20), method=0),
    ),
    "too large a member": ("member-too-large", adding("tiny/large.txt", bytes(5 << 20), method=zipfile.ZIP_STORED)),
    "too many members": ("too-many-members", many(300, b"")),
    "cut off": ("unreadable", patching(lambda data: data[:-30])),
    "not a zip": ("unreadable", lambda _wheel: b"evil" * 100),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("code", "attack"), WHEELS.values(), ids=WHEELS.keys())
def test_a_hostile_wheel_is_found_out(code: str, attack: Attack) -> None:
    draft = good_wheel()
    data = attack(draft) or draft.build()
    findings = judged({WHEEL: data, SDIST: good_sdist().build()})
    assert code in codes(findings)
    failed = [finding for finding in findings if finding.state is State.FAIL]
    assert all(finding.hint and finding.subject.startswith(WHEEL) for finding in failed)
    assert all(character.isprintable() for finding in failed for character in finding.subject + finding.found)


SdistAttack = Callable[[SdistDraft], bytes | None]


def putting(name: str, data: bytes = EVIL, **more: object) -> SdistAttack:
    return lambda sdist: sdist.add(f"{STEM}/{name}", data, **more)


def special(name: str, kind: bytes, target: str = "") -> SdistAttack:
    return putting(name, b"", type=kind, linkname=target)


def repacked(change: Callable[[bytes], bytes]) -> SdistAttack:
    return lambda sdist: gzip.compress(change(sdist.tar()), mtime=0)


def outside(change: Callable[[bytes], bytes]) -> SdistAttack:
    return lambda sdist: change(sdist.build())


def _crowded(sdist: SdistDraft) -> None:
    for number in range(300):
        sdist.add(f"{STEM}/{number}")


def _written_through(sdist: SdistDraft) -> None:
    special("out", tarfile.SYMTYPE, "..")(sdist)
    putting("out/evil.py")(sdist)


def _global(sdist: SdistDraft) -> None:
    sdist.global_header = {"path": f"{STEM}/evil.py"}


def _hidden_behind_end(tar: bytes) -> bytes:
    other = io.BytesIO()
    with tarfile.open(fileobj=other, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(f"{STEM}/evil.py"))
    return tar + other.getvalue()


def _padding(tar: bytes) -> bytes:
    at = tar.index(b"MIT\n") + 4
    return tar[:at] + b"evil" + tar[at + 4 :]


def _broken_header_hides_the_rest(tar: bytes) -> bytes:
    at = tar.index(f"{STEM}/LICENSE".encode())
    return tar[:at] + b"X" + tar[at + 1 :]


def _flags(data: bytes) -> bytes:
    return data[:3] + b"\x04" + data[4:10] + b"\x04\0evil" + data[10:]


def _latin(sdist: SdistDraft) -> bytes:
    tar = sdist.tar()
    header = tar.index(f"{STEM}/README.md".encode())
    block = bytearray(tar[header : header + 512])
    block[len(STEM) + 1] = 0xFF
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return gzip.compress(tar[:header] + bytes(block) + tar[header + 512 :])


def _announced(sdist: SdistDraft, size: int) -> bytes:
    """A member whose header promises more than may be unpacked; nothing of it is read."""
    info = tarfile.TarInfo(f"{STEM}/large")
    info.size = size
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + sdist.tar())


SDISTS: dict[str, tuple[str, SdistAttack]] = {
    "path traversal": ("path-traversal", putting("../../evil.py")),
    "absolute path": ("absolute-path", lambda s: s.add("/etc/cron.d/evil", EVIL)),
    "outside its folder": ("top-level", lambda s: s.add("evil-1.0/evil.py", EVIL)),
    "duplicate member": ("duplicate-member", putting("README.md")),
    "case collision": ("case-collision", putting("readme.md")),
    "bidirectional override": ("invisible-character-in-name", putting("src/\u202eevil.py")),
    "name that is not UTF-8": ("name-not-utf8", _latin),
    "symbolic link": ("symbolic-link", special("link", tarfile.SYMTYPE, "/etc/passwd")),
    "symbolic link to write through": (
        "member-below-file",
        _written_through,
    ),
    "hard link": ("hard-link", special("link", tarfile.LNKTYPE, f"{STEM}/README.md")),
    "FIFO": ("special-file", special("fifo", tarfile.FIFOTYPE)),
    "character device": ("special-file", special("device", tarfile.CHRTYPE)),
    "block device": ("special-file", special("device", tarfile.BLKTYPE)),
    "sparse file": ("sparse-file", special("sparse", tarfile.GNUTYPE_SPARSE)),
    "setuid": ("setid-bit", putting("evil.sh", mode=0o4755)),
    "global header": ("tar-global-header", _global),
    "unknown pax key": ("tar-pax-key", putting("evil.py", pax_headers={"SCHILY.xattr.user.evil": "1"})),
    "two sizes": ("tar-header", putting("evil.py", pax_headers={"size": "1"})),
    "extra setup.py": ("not-in-git", putting("setup.py")),
    "extra build script": ("not-in-git", putting("m4/build-to-host.m4")),
    "modified module": ("modified", lambda s: s.change("src/tiny/__init__.py", EVIL)),
    "modified pyproject.toml": ("modified", lambda s: s.change("pyproject.toml", b"[project]\n")),
    "committed test file moved to the top": (
        "relocated",
        putting("conftest.py", COMMITTED["tests/evil/tiny/payload.py"]),
    ),
    "version file that runs code": (
        "version-file",
        lambda s: s.change("src/tiny/_version.py", VERSION_FILE + b"print(1)\n"),
    ),
    "PKG-INFO of another project": (
        "name-mismatch",
        lambda s: s.change("PKG-INFO", METADATA.replace(b"Name: tiny", b"Name: pip")),
    ),
    "PKG-INFO with another dependency": (
        "dependency-missing",
        lambda s: s.change("PKG-INFO", METADATA.replace(b"packaging>=20", b"evil")),
    ),
    "bomb": ("decompression-bomb", putting("bomb.txt", bytes(3 << 20))),
    "too many members": ("too-many-members", _crowded),
    "too large a member": ("member-too-large", lambda s: _announced(s, 5 << 20)),
    "gzip with hidden field": ("gzip-header", outside(_flags)),
    "second gzip stream": ("trailing-data", outside(lambda data: data + gzip.compress(EVIL))),
    "data behind the gzip stream": ("trailing-data", outside(lambda data: data + b"evil")),
    "second tar archive": ("trailing-data", repacked(_hidden_behind_end)),
    "data in the padding": ("hidden-data", repacked(_padding)),
    "header that readers skip": ("tar-header", repacked(_broken_header_hides_the_rest)),
    "cut off gzip": ("truncated", outside(lambda data: data[:-20])),
    "cut off tar": ("truncated", repacked(lambda tar: tar[:1024])),
    "not gzip": ("unreadable", lambda s: s.tar()),
}


@pytest.mark.parametrize(("code", "attack"), SDISTS.values(), ids=SDISTS.keys())
def test_a_hostile_sdist_is_found_out(code: str, attack: SdistAttack) -> None:
    draft = good_sdist()
    data = attack(draft) or draft.build()
    findings = judged({WHEEL: good_wheel().build(), SDIST: data})
    assert code in codes(findings)
    failed = [finding for finding in findings if finding.state is State.FAIL]
    assert all(finding.hint for finding in failed)
    assert all(character.isprintable() for finding in failed for character in finding.subject + finding.found)


@pytest.mark.parametrize("filename", ["tiny-1.0.zip", "tiny-1.0-py3-none-any.whl.exe", "tiny.tar.gz", "tiny-1.0.whl"])
def test_a_file_that_is_no_distribution_is_found_out(filename: str) -> None:
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build(), filename: b""})
    assert codes(findings) <= {"unexpected-file", "filename-malformed"}
    assert codes(findings)


def test_a_second_sdist_is_found_out() -> None:
    other = f"tiny-1.0.0{SDIST.removeprefix(STEM)}"
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build(), other: good_sdist().build()})
    assert "several-sdists" in codes(findings)


def test_a_wheel_with_more_than_the_sdist_is_found_out() -> None:
    sdist = good_sdist({path: data for path, data in COMMITTED.items() if path != "src/tiny/data.txt"})
    assert codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()})) == {"not-in-sdist"}


def test_an_archive_that_cannot_be_read_passes_no_check() -> None:
    findings = judged({WHEEL: b"evil", SDIST: good_sdist().build()})
    assert not [f for f in findings if f.state is State.PASS and f.subject == WHEEL]


def test_a_hostile_archive_cannot_fill_the_record() -> None:
    wheel = good_wheel()
    for number in range(150):
        wheel.add(f"tiny/{number}.py", EVIL)
    findings = judged({WHEEL: wheel.build(), SDIST: good_sdist().build()})
    assert len(findings) < 70
    assert any("more findings" in finding.found for finding in findings)


def test_what_a_backend_makes_is_not_found_out() -> None:
    assert WHEEL_FILE in [entry.data for entry in good_wheel().entries]
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build()})
    assert codes(findings) == set()
    assert {(f.check, f.state) for f in findings if f.subject == WHEEL} == {
        (check, State.PASS) for check in CHECKS if check != "explained"
    }
