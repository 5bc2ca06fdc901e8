"""Source distributions whose bytes depend on the commit alone: the rules are in docs/rebuilding.md, by their version.

hatchling, flit, poetry-core and uv_build write such archives by themselves when SOURCE_DATE_EPOCH is set; setuptools
and pdm-backend write owners, modes and times of the build.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from sealwright.errors import Refused

RULES = "sealwright:sdist:v1"
"""Names what `normalise` does, in signed statements. Another form of archive is another version."""
_AS_BUILT = '`sdist = "as-built"` in [tool.sealwright] leaves it as the backend made it'
_LEVEL = 9
_FILE_NAME = 8
"""The gzip flag that a file name follows (RFC 1952)."""


def normalise(sdist: Path, epoch: int) -> tuple[str, ...]:
    """Rewrite an sdist in place if it tells when, where or by whom it was made; what it told, nothing if it is left.

    Order, times, modes, owners and packing are replaced, names and contents never. What a backend wrote reproducibly
    keeps its bytes, so that anybody can make them with that backend alone. `epoch` is in Unix seconds.
    Raises Refused (`sdist-malformed`, `sdist-changed`).
    """
    told = told_by(sdist, epoch)
    if told:
        data = sdist.read_bytes()
        rewritten = _rewritten(data, epoch)
        if _contents(rewritten) != _contents(data):
            raise Refused("sdist-changed", f"normalising {sdist.name} changed more than its headers", hint=_AS_BUILT)
        sdist.write_bytes(rewritten)
    return told


def told_by(sdist: Path, epoch: int) -> tuple[str, ...]:
    """What an sdist tells of its build, in a few words each; `epoch` is the one time that tells nothing.

    Raises Refused (`sdist-malformed`).
    """
    try:
        return tuple(_told(sdist.read_bytes(), sdist.name, epoch))
    except (tarfile.TarError, OSError, EOFError, struct.error, zlib.error) as error:
        raise Refused("sdist-malformed", f"{sdist.name} is not a tar.gz: {error}") from error


def _told(data: bytes, name: str, epoch: int) -> Iterator[str]:
    (stamp,) = struct.unpack("<I", data[4:8])  # RFC 1952
    if stamp not in (0, epoch):
        yield "time of the archive"
    if data[3] & _FILE_NAME and data[10:].partition(b"\0")[0] != name.removesuffix(".gz").encode():
        yield "place of the archive"
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        members = archive.getmembers()
    if any(member.mtime not in (0, epoch) for member in members):
        yield "times of members"
    if any((member.uid, member.gid) != (0, 0) or member.uname or member.gname for member in members):
        yield "owners of members"


def _rewritten(data: bytes, epoch: int) -> bytes:
    plain = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive,
        tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if member.isdir():
                continue  # the files name their folders
            content = archive.extractfile(member) if member.isreg() else None
            if content is None:
                raise Refused("sdist-malformed", f"{member.name} is neither a file nor a folder", hint=_AS_BUILT)
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mtime = member.size, epoch
            entry.mode = 0o755 if member.mode & 0o100 else 0o644
            target.addfile(entry, content)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=epoch, compresslevel=_LEVEL) as stream:
        stream.write(plain.getvalue())
    return packed.getvalue()


def _contents(data: bytes) -> list[tuple[str, bytes, bool]]:
    """Every file: name, digest of its content, whether it can be run."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                digest = hashlib.sha256(content.read()).digest()
                found.append((member.name, digest, bool(member.mode & 0o100)))
    return sorted(found)
