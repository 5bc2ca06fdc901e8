"""What archives are made of: members, hashed while they are unpacked."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.limits import Limits

_DRIVE = re.compile(r"[A-Za-z]:")
_SETID = 0o7000
_HEAD = 8
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file: opened, whatever the folder and the suffix.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\..*)?", re.IGNORECASE)

Wanted = Callable[[str], bool]
"""Whether the member of this name has to be read to be judged."""


class Keep:
    """Decides which members are held in memory: those that are wanted, as long as they are few and small."""

    def __init__(self, wanted: Wanted, limits: Limits) -> None:
        self._wanted = wanted
        self._largest = limits.kept
        self._left = limits.kept_total

    def __call__(self, name: str, size: int) -> bool:
        """Whether to hold the member of this name and size."""
        if size > min(self._largest, self._left) or not self._wanted(name):
            return False
        self._left -= size
        return True


class Kind(StrEnum):
    """What a member is. Everything else is refused while reading."""

    FILE = "file"
    LINK = "link"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive."""

    name: str
    """As it stands in the archive, without a final slash."""
    kind: Kind
    mode: int
    """Permission bits; 0 where the archive has none."""
    size: int = 0
    blob: str = ""
    """The id that git gives to this content."""
    sha256: bytes = b""
    data: bytes | None = None
    """The content, where it was wanted and is small."""
    target: str = ""
    """Of a link."""
    head: bytes = b""
    """The first bytes of the content, by which formats are told apart."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was read of an archive."""

    members: tuple[Member, ...]
    faults: tuple[Fault, ...]
    complete: bool
    """False where it could not be read to its end: nothing may be concluded from a member that is not there."""

    @property
    def files(self) -> Mapping[str, Member]:
        """Its regular files by name; the last one of a name, which is what most programs unpack."""
        return {member.name: member for member in self.members if member.kind is Kind.FILE}


def hashed(name: str, mode: int, size: int, chunks: Iterable[bytes], algorithm: str, *, keep: bool) -> Member:
    """A file made from its content in pieces. `algorithm` is git's: sha1 or sha256."""
    blob = hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)
    digest, kept, head, seen = hashlib.sha256(), bytearray(), b"", 0
    for chunk in chunks:
        head += chunk[: _HEAD - len(head)]
        blob.update(chunk)
        digest.update(chunk)
        seen += len(chunk)
        if keep:
            kept += chunk
    data = bytes(kept) if keep else None
    return Member(name, Kind.FILE, mode, seen, blob.hexdigest(), digest.digest(), data, head=head)


def blob_id(data: bytes, algorithm: str) -> str:
    """The id that git gives to a file of this content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def judge_names(members: Iterable[Member], limits: Limits) -> Iterator[Fault]:
    """Names that mean something else to another program, or to another file system."""
    seen: dict[str, Member] = {}
    folded: dict[str, str] = {}
    for member in members:
        yield from _judge_name(member.name, limits)
        if member.mode & _SETID:
            yield Fault("setid-bit", member.name, oct(member.mode))
        name = member.name
        if name in seen and not (member.kind is seen[name].kind is Kind.DIRECTORY):
            yield Fault("duplicate-member", name)
        other = folded.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
        if other != name:
            yield Fault("case-collision", name, other)
        seen[name] = member
    yield from _below_files(seen)


def _judge_name(name: str, limits: Limits) -> Iterator[Fault]:
    parts = name.split("/")
    if name.startswith("/") or _DRIVE.match(name):
        yield Fault("absolute-path", name)
    elif any(part in ("", ".", "..") for part in parts):
        yield Fault("path-traversal", name)
    if "\\" in name:
        yield Fault("backslash-in-name", name)
    categories = {unicodedata.category(character) for character in name}
    if categories & {"Cc", "Cs", "Co", "Zl", "Zp"}:
        yield Fault("control-character-in-name", name)
    if "Cf" in categories:
        yield Fault("invisible-character-in-name", name)
    if not unicodedata.is_normalized("NFC", name):
        yield Fault("name-not-normalised", name)
    if len(name) > limits.name:
        yield Fault("name-too-long", name, f"{len(name)} characters")
    if any(part.endswith((" ", ".")) and part.strip(". ") for part in parts):
        yield Fault("name-ends-badly", name)
    if any(_DEVICE.fullmatch(part) for part in parts):
        yield Fault("device-name", name)


def _below_files(seen: Mapping[str, Member]) -> Iterator[Fault]:
    for name in seen:
        for at, character in enumerate(name):
            above = seen.get(name[:at]) if character == "/" else None
            if above is not None and above.kind is not Kind.DIRECTORY:
                yield Fault("member-below-file", name, above.name)
