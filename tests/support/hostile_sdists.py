"""Hostile sdists, each as a real one: what was done to it, and the code that must be found."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable

from tests.support.archives import COMMITTED, METADATA, STEM, VERSION_FILE, SdistDraft
from tests.support.hostile_wheels import EVIL

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


def _gnu(kind: bytes, text: bytes) -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, len(text)
    return info.tobuf(tarfile.GNU_FORMAT) + text + bytes(-len(text) % 512)


def in_front(name: str, more: bytes) -> SdistAttack:
    """Put further headers in front of the header of a member."""

    def change(tar: bytes) -> bytes:
        at = tar.index(f"{STEM}/{name}\0".encode())
        return tar[:at] + more + tar[at:]

    return repacked(change)


def _pax(path: str) -> bytes:
    info = tarfile.TarInfo(path)
    info.pax_headers = {"path": path}
    return info.tobuf(tarfile.PAX_FORMAT)[:-512]


def _folder_name(sdist: SdistDraft) -> bytes:
    info = tarfile.TarInfo(f"{STEM}/evil")
    info.size = 512
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    block[len(STEM) + 5] = ord("/")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return gzip.compress(bytes(block) + bytes(512) + sdist.tar())


def _named_gzip(name: bytes) -> SdistAttack:
    return outside(lambda data: data[:3] + b"\x08" + data[4:10] + name + b"\0" + data[10:])


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
    "long name that hides a path": (
        "tar-two-names",
        in_front("README.md", _gnu(b"L", f"{STEM}/setup.py\0".encode())),
    ),
    "pax name that hides a path": ("tar-two-names", in_front("README.md", _pax(f"{STEM}/setup.py"))),
    "two long names": (
        "tar-two-names",
        in_front("README.md", _gnu(b"L", f"{STEM}/README.md\0".encode()) + _pax(f"{STEM}/README.md")),
    ),
    "NUL in a long name": (
        "control-character-in-name",
        in_front("README.md", _gnu(b"L", f"{STEM}/README.md\0/evil.py".encode())),
    ),
    "name without a member": ("tar-header", repacked(lambda tar: tar[:-10240] + _gnu(b"L", b"evil\0") + bytes(10240))),
    "name without an end": ("name-too-long", in_front("README.md", _gnu(b"L", b"e" * 60_000))),
    "file with the name of a folder": ("tar-header", _folder_name),
    "gzip that unpacks elsewhere": ("gzip-header", _named_gzip(b"../../evil.tar")),
    "Windows device": ("device-name", putting("src/tiny/con.py")),
    "no pyproject.toml": ("build-file-missing", lambda s: s.remove("pyproject.toml")),
    "pointer of a submodule that is none": ("not-in-git", putting("vendored/.git", b"gitdir: ../.git/modules/x\n")),
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
