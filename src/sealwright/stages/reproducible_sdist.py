"""Source distributions whose bytes depend on the commit alone.

hatchling, flit, poetry-core and uv_build write such archives by themselves when SOURCE_DATE_EPOCH is set; setuptools
and pdm-backend write owners and times of the build.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

from sealwright.errors import Refused

_LEVEL = 9


def make_reproducible(sdist: Path, epoch: int) -> bool:
    """Rewrite an sdist in place if it tells when or by whom it was made; whether that was necessary.

    Order, times, modes and owners are replaced, names and contents never. What a backend already wrote reproducibly
    keeps its bytes, so that anybody can make them with that backend alone. `epoch` is in Unix seconds.
    Raises Refused (`sdist-malformed`).
    """
    data = sdist.read_bytes()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            if _is_reproducible(data, archive.getmembers(), epoch):
                return False
            sdist.write_bytes(_rewritten(archive, epoch))
    except (tarfile.TarError, OSError, EOFError, struct.error) as error:
        raise Refused("sdist-malformed", f"{sdist.name} is not a tar.gz: {error}") from error
    return True


def _is_reproducible(data: bytes, members: list[tarfile.TarInfo], epoch: int) -> bool:
    # RFC 1952: bytes 4-7 are the time, flag 8 says that a file name follows.
    (stamp,) = struct.unpack("<I", data[4:8])
    return (
        stamp in (0, epoch)
        and not data[3] & 8
        and all(member.mtime in (0, epoch) for member in members)
        and all((m.uid, m.gid) == (0, 0) and not m.uname and not m.gname for m in members)
    )


def _rewritten(archive: tarfile.TarFile, epoch: int) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as target:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if member.isdir():
                continue  # the files name their folders
            content = archive.extractfile(member) if member.isreg() else None
            if content is None:
                raise Refused("sdist-malformed", f"{member.name} is neither a file nor a folder")
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mtime = member.size, epoch
            entry.mode = 0o755 if member.mode & 0o100 else 0o644
            target.addfile(entry, content)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=epoch, compresslevel=_LEVEL) as stream:
        stream.write(plain.getvalue())
    return packed.getvalue()
