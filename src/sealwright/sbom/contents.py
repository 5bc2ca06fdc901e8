"""What is in a wheel beside its own code: SBOMs, other projects' code, compiled code, copyright notices.

Looked at by name, and only what is read in full is believed; nothing that is installed is run.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from packaging.utils import canonicalize_name

from sealwright.errors import Refused
from sealwright.model.digest import is_plain_path
from sealwright.sbom.metadata import UNREADABLE
from sealwright.sbom.notices import notices_in
from sealwright.verify.archive.suffixes import is_compiled

LARGEST = 8 * 1024 * 1024
"""Bytes of an embedded SBOM that is read; the largest known ones have less than 2 MiB."""
MOST = 32
"""Embedded SBOMs of one wheel that are looked at."""
_HASHED = 64 * 1024 * 1024
_CHUNK = 256 * 1024
_SHOWN = 10
_NOTICE_FILES = 20
_NOTICE_SIZE = 1024 * 1024

_SBOM = re.compile(r"[^/]+\.dist-info/sboms/.+")
_NOTICE = re.compile(r"[^/]+\.dist-info/(licenses/.+|(licen[cs]e|copying|notice|copyright)[^/]*)", re.IGNORECASE)
# Folders that hold nothing but copies of other projects, by custom or because a tool makes them:
# auditwheel and delvewheel put libraries into `<name>.libs`, delocate into `.dylibs`.
_FOREIGN = re.compile(r"(.*/)?(_vendor|_vendored|vendored|_vendoring|third_party|[^/]+\.libs|\.dylibs)(?=/)")
_ARCHIVES = (".whl", ".jar", ".egg")


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file in `.dist-info/sboms` (PEP 770)."""

    path: str
    """In the wheel, with `/`."""
    sha256: str
    """Empty where it is too large even for that."""
    data: bytes | None
    """None where it is larger than LARGEST."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What was seen in one wheel, or in what was installed from it."""

    documents: tuple[EmbeddedFile, ...] = ()
    """By path; at most MOST."""
    further: int = 0
    """Documents beyond those."""
    foreign: tuple[str, ...] = ()
    """Folders and archives that hold other projects' code, the first few."""
    compiled: int = 0
    """Files of compiled code."""
    notices: tuple[str, ...] = ()
    """Lines that claim a copyright, from its licence files."""


def wheel_contents(wheel: Path) -> Contents:
    """What is in a wheel. Raises Refused (`wheel-malformed`)."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return _contents(archive.namelist(), archive.open)
    except UNREADABLE as error:
        raise Refused("wheel-malformed", f"{wheel.name}: {error}", hint="`sealwright inspect` says more") from error


def installed_contents(folder: Path) -> dict[str, Contents]:
    """What is in each distribution that is installed in a site-packages folder, by normalised name.

    RECORD says which files are whose, except in the dist-info folder itself, which is one distribution's alone. Links
    and what lies outside the folder are passed over.
    """
    return {
        str(canonicalize_name(info.name.partition("-")[0])): _contents(
            _recorded(folder, info), lambda name: (folder / name).open("rb")
        )
        for info in sorted(folder.glob("*.dist-info"))
    }


def _recorded(folder: Path, info: Path) -> list[str]:
    record = info / "RECORD"
    lines = record.read_text("utf-8", "replace").splitlines() if record.is_file() else []
    names = [line.rsplit(",", 2)[0].strip('"') for line in lines]
    names += [path.relative_to(folder).as_posix() for path in info.rglob("*")]
    return [name for name in names if is_plain_path(name) and (_is_inside(folder, name) or not _is_read(name))]


def _is_read(name: str) -> bool:
    return bool(_SBOM.fullmatch(name) or _NOTICE.fullmatch(name))


def _is_inside(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.resolve() == folder.resolve() / name


def _contents(names: Iterable[str], opened: Callable[[str], IO[bytes]]) -> Contents:
    files = sorted({name for name in names if not name.endswith("/")})
    documents = [name for name in files if _SBOM.fullmatch(name)]
    shipped = [name for name in files if not name.partition("/")[0].endswith(".dist-info")]
    foreign = {match[0] for name in shipped if (match := _FOREIGN.match(name))}
    foreign |= {name for name in shipped if name.lower().endswith(_ARCHIVES)}
    return Contents(
        tuple(_embedded(name, opened) for name in documents[:MOST]),
        len(documents[MOST:]),
        tuple(sorted(foreign)[:_SHOWN]),
        sum(is_compiled(name) for name in shipped),
        _notices([name for name in files if _NOTICE.fullmatch(name) and not _FOREIGN.match(name)], opened),
    )


def _embedded(name: str, opened: Callable[[str], IO[bytes]]) -> EmbeddedFile:
    digest, kept, size = hashlib.sha256(), bytearray(), 0
    with opened(name) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if size > _HASHED:
                return EmbeddedFile(name, "", None)
            if size <= LARGEST:
                kept += chunk
    return EmbeddedFile(name, digest.hexdigest(), bytes(kept) if size <= LARGEST else None)


def _notices(names: list[str], opened: Callable[[str], IO[bytes]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names[:_NOTICE_FILES]:
        with opened(name) as stream:
            text = stream.read(_NOTICE_SIZE).decode("utf-8", "replace")
        found |= dict.fromkeys(notices_in(text))
    return tuple(found)[:_SHOWN]
