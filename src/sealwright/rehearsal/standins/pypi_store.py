"""What the index stand-in remembers, on disk: files, names that were ever used, tokens and their publishers."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from packaging.utils import canonicalize_name
from packaging.version import Version

from sealwright.dossier import decode, encode
from sealwright.rehearsal.standins.trusted_publishing import Grant


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that was uploaded and not deleted since."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    project: str
    """Normalised."""
    version: str
    """PEP 440, in normal form."""
    filename: str
    filetype: str
    """`sdist` or `bdist_wheel`."""
    size: int
    sha256: str
    blake2_256: str
    uploaded: str
    """ISO 8601, UTC."""
    requires_python: str = ""
    metadata_sha256: str = ""
    """Of the METADATA file inside a wheel; empty for anything else."""
    provenance: bool = False
    yanked: str | None = None
    """The reason, possibly empty; None for a file that is not yanked."""

    @property
    def path(self) -> str:
        """Where it is served, by its BLAKE2b-256 digest as on the real index, without a leading slash."""
        digest = self.blake2_256
        return f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.filename}"

    @property
    def time(self) -> dt.datetime:
        """When it was uploaded."""
        return dt.datetime.fromisoformat(self.uploaded)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything but the files' bytes."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    files: tuple[StoredFile, ...] = ()
    used_names: tuple[str, ...] = ()
    """Every file name ever taken, deleted ones included: none is given out twice."""
    used_tokens: tuple[str, ...] = ()
    """The `jti` of every identity token that was exchanged."""
    created: tuple[str, ...] = ()
    """Projects that came into being through a pending publisher."""
    grants: dict[str, Grant] = field(default_factory=dict)
    """Upload tokens by the SHA-256 of their text."""


class Store:
    """The ledger and the files below one folder. Not locked: the server serialises what changes it."""

    def __init__(self, state: Path) -> None:
        self._root = state
        self._index = state / "index.json"
        self.ledger = decode(Ledger, self._index.read_bytes(), str(self._index)) if self._index.exists() else Ledger()

    def save(self, ledger: Ledger) -> None:
        """Make `ledger` the current one; a reader of the folder finds this one or the one before."""
        self._write(self._index, encode(ledger))
        self.ledger = ledger

    def add(self, file: StoredFile, content: bytes, metadata: bytes | None, provenance: bytes | None) -> None:
        """Keep a new file and what is served beside it."""
        target = self._root / file.path
        self._write(target, content)
        for suffix, data in ((".metadata", metadata), (".provenance", provenance)):
            if data is not None:
                self._write(target.with_name(target.name + suffix), data)
        ledger = self.ledger
        self.save(replace(ledger, files=(*ledger.files, file), used_names=tuple({*ledger.used_names, file.filename})))

    def change(self, files: Iterable[StoredFile]) -> None:
        """Replace the list of files, after a deletion or a yank."""
        self.save(replace(self.ledger, files=tuple(files)))

    def named(self, filename: str) -> StoredFile | None:
        """The file of that very name."""
        return next((file for file in self.ledger.files if file.filename == filename), None)

    def of_project(self, project: str) -> tuple[StoredFile, ...]:
        """All files of a project, in the order they came."""
        name = canonicalize_name(project)
        return tuple(file for file in self.ledger.files if file.project == name)

    def of_release(self, project: str, version: str) -> tuple[StoredFile, ...]:
        """All files of one version, in the order they came; 1.0 and 1.0.0 are the same one."""
        wanted = Version(version)
        return tuple(file for file in self.of_project(project) if Version(file.version) == wanted)

    def read(self, path: str) -> bytes | None:
        """The bytes served at `packages/...`, a file's own or what lies beside it; None where nothing is."""
        served = {file.path: file for file in self.ledger.files}
        base = path.removesuffix(".metadata").removesuffix(".provenance")
        return (self._root / path).read_bytes() if base in served and (self._root / path).is_file() else None

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)


def digests(content: bytes) -> tuple[str, str]:
    """(SHA-256, BLAKE2b-256) in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest(), hashlib.blake2b(content, digest_size=32).hexdigest()
