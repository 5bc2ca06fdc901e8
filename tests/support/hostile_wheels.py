"""Hostile wheels, each as a real one: what was done to it, and the code that must be found."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable

from tests.support.archives import (
    COMMITTED,
    ENTRY_POINTS,
    INFO,
    METADATA,
    STEM,
    VERSION_FILE,
    WHEEL_FILE,
    WheelDraft,
    good_wheel,
)

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


def _unrecorded(wheel: WheelDraft) -> None:
    wheel.recorded = False


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


def _end_of(data: bytes) -> tuple[int, int]:
    """Where the end record is, and where the directory begins."""
    end = data.rindex(b"PK\x05\x06")
    return end, struct.unpack("<L", data[end + 16 : end + 20])[0]


def _evil_directory(data: bytes) -> bytes:
    """A directory that knows the first member alone, under another name, and its end record; to be appended."""
    _, start = _end_of(data)
    entry = data[start : start + 46]
    names, extras, comments = struct.unpack("<3H", entry[28:34])
    name = data[start + 46 : start + 46 + names].replace(b"tiny", b"evil")
    entry = entry[:30] + b"\0" * 4 + entry[34:] + name
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(data), 0)
    assert extras == comments == 0
    return entry + end


def _second_directory_in_comment(data: bytes) -> bytes:
    hidden = _evil_directory(data)
    end, _ = _end_of(data)
    return data[: end + 20] + struct.pack("<H", len(hidden)) + hidden


def _zip64_locator(data: bytes) -> bytes:
    end, _ = _end_of(data)
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0)
    return data[:end] + large + struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1) + data[end:]


def _zip64_sizes(data: bytes) -> bytes:
    _, start = _end_of(data)
    return data[: start + 20] + b"\xff" * 8 + data[start + 28 :]


def _overlapping(data: bytes) -> bytes:
    """The second member of the directory begins inside of the first one."""
    _, start = _end_of(data)
    second = start + 46 + sum(struct.unpack("<3H", data[start + 28 : start + 34]))
    return data[: second + 42] + struct.pack("<L", 4) + data[second + 46 :]


def _other_disk(data: bytes) -> bytes:
    _, start = _end_of(data)
    return data[: start + 34] + b"\1\0" + data[start + 36 :]


def _quoted(data: bytes) -> bytes:
    return data.replace(b"tiny/data.txt,", b'"tiny/data.txt",')


def _raw_record(change: Callable[[bytes], bytes]) -> Attack:
    def attack(wheel: WheelDraft) -> None:
        wheel.raw_record = change

    return attack


def metadata(old: bytes, new: bytes) -> Attack:
    return changing(f"{INFO}/METADATA", old, new)


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
    # what runs by itself, or is taken for something else
    "pth file in platlib": ("pth-file", adding(f"{STEM}.data/platlib/evil.pth")),
    "sitecustomize": ("startup-module", adding("sitecustomize.py")),
    "usercustomize as a package": ("startup-module", adding("usercustomize/__init__.py")),
    "sitecustomize in purelib": ("startup-module", adding(f"{STEM}.data/purelib/SiteCustomize.py")),
    "finder of an editable install": ("editable-install", adding("__editable___tiny_1_0_finder.py")),
    "finder of hatchling's editable install": ("editable-install", adding("_editable_impl_tiny.py")),
    "egg-link": ("other-metadata", adding("pip.egg-link", b"/tmp/evil\n.\n")),
    "egg-info of another project": ("other-metadata", adding("pip-1.0.egg-info/PKG-INFO", METADATA)),
    "dist-info in capital letters": ("dist-info", adding("PIP-1.0.DIST-INFO/METADATA", METADATA)),
    "standard library": ("shadows-standard-library", adding("json/__init__.py")),
    "module of the standard library": ("shadows-standard-library", adding("tokenize.py")),
    "Windows device": ("device-name", adding("tiny/NUL.txt")),
    "Windows device as a folder": ("device-name", adding("tiny/aux/evil.py")),
    "folder without a slash": ("special-file", adding("tiny/folder", b"", mode=0o040755)),
    "file with a slash": ("special-file", adding("tiny/file.py/", EVIL)),
    "data in the library": ("data-escapes", adding(f"{STEM}.data/data/lib/python3.11/site-packages/evil.pth")),
    "data in the library of Windows": ("data-escapes", adding(f"{STEM}.data/data/Lib/site-packages/evil.py")),
    "module in the library of Windows": ("data-escapes", adding(f"{STEM}.data/data/Lib/os.py")),
    "data among programs": ("data-escapes", adding(f"{STEM}.data/data/bin/python")),
    "configuration of the environment": ("data-escapes", adding(f"{STEM}.data/data/pyvenv.cfg")),
    "data folder that climbs": ("path-traversal", adding(f"{STEM}.data/purelib/../../evil.py")),
    "data folder in capital letters": ("data-scheme", adding(f"{STEM}.DATA/purelib/evil.py")),
    "installed over another member": ("installed-twice", adding(f"{STEM}.data/purelib/tiny/data.txt", b"data\n")),
    "committed file in other letters": (
        "differs-in-case",
        lambda w: (w.remove("tiny/data.txt"), w.add("tiny/Data.txt", b"data\n"))[0],
    ),
    "embedded SBOM that is none": ("embedded-sbom", adding(f"{INFO}/sboms/evil.json", b'{"evil": true}')),
    "embedded SBOM nested without end": ("embedded-sbom", adding(f"{INFO}/sboms/evil.json", b"[" * 100_000)),
    "top_level of another project": ("list-says-more", adding(f"{INFO}/top_level.txt", b"tiny\npip\n")),
    "namespace of another project": ("list-says-more", adding(f"{INFO}/namespace_packages.txt", b"google\n")),
    "zip-safe with a text": ("list-says-more", adding(f"{INFO}/zip-safe", b"evil\n")),
    "version list that holds more": ("list-says-more", adding(f"{INFO}/scm_version.json", b'{"tag": {"evil": 1}}')),
    "installer's own file": ("not-in-git", adding(f"{INFO}/direct_url.json", b"{}")),
    # what readers take for different things
    "Name twice": ("metadata-field-twice", metadata(b"Name: tiny\n", b"Name: tiny\nName: pip\n")),
    "Requires-Python twice": (
        "metadata-field-twice",
        metadata(b"Requires-Python: >=3.11\n", b"Requires-Python: >=3.11\nRequires-Python: >=2\n"),
    ),
    "dependency in a continuation line": (
        "metadata-folded",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nKeywords: fine\n  Requires-Dist: evil\n"),
    ),
    "dependency behind a lone carriage return": (
        "metadata-malformed",
        metadata(b"Version: 1.0\n", b"Version: 1.0\rRequires-Dist: evil\n"),
    ),
    "dependency behind a line separator": (
        "metadata-malformed",
        metadata(b"Version: 1.0\n", "Version: 1.0\u2028Requires-Dist: evil\n".encode()),
    ),
    "field without a name": ("metadata-malformed", metadata(b"Version: 1.0\n", b"Version: 1.0\n: evil\n")),
    "METADATA that is not UTF-8": ("metadata-malformed", metadata(b"# Tiny", b"# Tin\xff")),
    "dependency that cannot be read": ("dependencies-malformed", metadata(b">=20\n", b">=20\nRequires-Dist: ???\n")),
    "dependency nested without end": (
        "dependencies-malformed",
        metadata(b">=20\n", b">=20\nRequires-Dist: x; " + b"(" * 20_000 + b"os_name == 'nt'" + b")" * 20_000 + b"\n"),
    ),
    "version of many digits": (
        "dependencies-malformed",
        metadata(b">=20\n", b">=20\nRequires-Dist: x>=" + b"9" * 5000 + b"\n"),
    ),
    "more dependencies than anybody has": (
        "dependencies-malformed",
        metadata(b">=20\n", b">=20\n" + b"Requires-Dist: x\n" * 3000),
    ),
    "more fields than anybody has": ("metadata-malformed", metadata(b">=20\n", b">=20\n" + b"X: y\n" * 9000)),
    "dependency under a contradiction": (
        "dependency-added",
        metadata(b">=20\n", b">=20\nRequires-Dist: evil; os_name == 'nt' and os_name != 'nt'\n"),
    ),
    "another summary": ("declaration-differs", metadata(b"Version: 1.0\n", b"Version: 1.0\nSummary: Evil\n")),
    "another homepage": (
        "declaration-differs",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nHome-page: https://evil.example\n"),
    ),
    "another author": (
        "declaration-differs",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nAuthor-email: Evil <evil@example.org>\n"),
    ),
    "another licence": ("declaration-differs", metadata(b"Version: 1.0\n", b"Version: 1.0\nLicense: Evil\n")),
    "a classifier more": (
        "declaration-differs",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nClassifier: Private :: No\n"),
    ),
    "licence file that is not committed": (
        "declaration-differs",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nLicense-File: EVIL\n"),
    ),
    "in the place of another project": (
        "declaration-differs",
        metadata(b"Version: 1.0\n", b"Version: 1.0\nObsoletes-Dist: pip\n"),
    ),
    "another description": ("declaration-differs", metadata(b"# Tiny", b"# Tiny\n\npip install evil")),
    "another description in one letter": ("metadata-differs", metadata(b"# Tiny", "# Tin\u00fd".encode())),
    "Root-Is-Purelib twice": (
        "wheel-file",
        changing(f"{INFO}/WHEEL", b"Root-Is-Purelib: true\n", b"Root-Is-Purelib: true\nRoot-Is-Purelib: false\n"),
    ),
    "build tag inside only": ("wheel-file", changing(f"{INFO}/WHEEL", b"Generator", b"Build: 7\nGenerator")),
    "text behind WHEEL": ("wheel-file", lambda w: w.change(f"{INFO}/WHEEL", WHEEL_FILE + b"\nevil\n")),
    "entry point that others load": (
        "entry-point-loaded-by-others",
        lambda w: w.change(f"{INFO}/entry_points.txt", ENTRY_POINTS + b"[pytest11]\nevil = tiny:evil\n"),
    ),
    "program beside the programs": (
        "entry-point-name",
        lambda w: w.change(f"{INFO}/entry_points.txt", ENTRY_POINTS + b"../../evil = tiny:main\n"),
    ),
    "statement in an entry point": (
        "entry-points-malformed",
        lambda w: w.change(f"{INFO}/entry_points.txt", b"[console_scripts]\ntiny = tiny:main; import os\n"),
    ),
    "quoted row of RECORD": ("record-quoted", _raw_record(_quoted)),
    "row of RECORD over two lines": ("record-quoted", _raw_record(lambda data: data + b'"evil\n.py",sha256=A,1\n')),
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
    "no RECORD": ("record-missing", _unrecorded),
    "comment": ("zip-comment", _commented),
    "member comment": ("zip-member-comment", adding("tiny/evil.py", comment=b"evil")),
    "name in an extra field": ("zip-extra-field", adding("tiny/evil.py", extra=_PATH_FIELD)),
    "trailing data": ("trailing-data", patching(lambda data: data + b"evil")),
    "prepended data": ("prepended-data", patching(lambda data: b"#!/bin/sh\nevil\n" + data)),
    "second archive appended": ("prepended-data", patching(_second_end)),
    "second directory in the comment": ("zip-two-ends", patching(_second_directory_in_comment)),
    "second directory behind the end": ("zip-two-ends", patching(lambda data: data + _evil_directory(data))),
    "larger end record": ("zip-64", patching(_zip64_locator)),
    "sizes in a larger field": ("zip-64", patching(_zip64_sizes)),
    "overlapping members": ("zip-overlap", patching(_overlapping)),
    "member on another disk": ("unreadable", patching(_other_disk)),
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
    "empty zip": ("no-members", lambda _wheel: b"PK\5\6" + bytes(18)),
    "not a zip": ("unreadable", lambda _wheel: b"evil" * 100),
}
