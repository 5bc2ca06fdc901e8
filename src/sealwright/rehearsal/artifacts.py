"""The rehearsal's artifact store: folders that jobs kept, by id, and what of them belongs to the dossier."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sealwright.dossier.store import REBUILT, digest_file
from sealwright.errors import Refused

VARIABLE = "SEALWRIGHT_ARTIFACTS"
"""Where the store is, for stand-ins of actions that run as processes."""
NOT_REHEARSED = "not-rehearsed"
"""What a workflow of the project's own puts out in a rehearsal, in the place of an artifact's id: it made nothing."""
RUN_ATTEMPT = "1"
_DIGESTS = ".digests"


def attempt_name(name: str) -> str:
    """The name under which a job keeps something: release.yml puts the attempt into it."""
    return f"{name}-{RUN_ATTEMPT}"


class Artifacts:
    """Each artifact is a folder `<job>.<name>`; an id is the folder's name, so ids are the same on every run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, job: str, name: str, source: Path, *, hidden: bool = True) -> str:
        """Store a copy of a file or of a folder's content, and return its id.

        `hidden` takes files and folders along whose names begin with a dot.
        Raises Refused (`nothing-to-keep`, `artifact-exists`: no job may replace what another one kept).
        """
        entries = _entries(source, hidden=hidden)
        if not entries:
            raise Refused("nothing-to-keep", f"job {job} made no `{source.name}`")
        if self.named(name):
            raise Refused("artifact-exists", f"there is an artifact {name!r} already, kept as {self.named(name)}")
        id_ = f"{job}.{name}"
        partial = self.root / f".{id_}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for path, relative in entries:
            target = partial / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)
        partial.rename(self.root / id_)
        self.remember_digest(id_)
        return id_

    def fetch(self, id_: str, into: Path) -> None:
        """Copy an artifact's content into a folder.

        Raises Refused (`artifact-missing`, `artifact-digest` where it is not what was kept, `artifact-overlaps`).
        """
        source = self.root / id_
        if not _is_name(id_) or not source.is_dir():
            raise Refused("artifact-missing", f"there is no artifact {id_!r}", hint="the job that keeps it did not run")
        if self.digest(id_) != content_digest(source):
            raise Refused("artifact-digest", f"artifact {id_} is not what was kept: its digest is another one")
        for path, relative in _entries(source, hidden=True):
            target = into / relative
            if os.path.lexists(target):
                raise Refused("artifact-overlaps", f"{target.name} comes from two artifacts")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)

    def digest(self, id_: str) -> str:
        """The SHA-256 of an artifact's content as it was kept; empty where there is none."""
        file = self.root / _DIGESTS / id_
        return file.read_text("ascii") if file.is_file() else ""

    def remember_digest(self, id_: str) -> None:
        """Make an artifact's content, as it is now, the one that is expected of it."""
        folder = self.root / _DIGESTS
        folder.mkdir(exist_ok=True)
        (folder / id_).write_text(content_digest(self.root / id_), "ascii")

    def ids(self) -> tuple[str, ...]:
        """Everything that was kept."""
        return tuple(sorted(path.name for path in self.root.iterdir() if _is_name(path.name)))

    def named(self, name: str) -> str:
        """The id of the artifact with this name, as GitHub finds one without an id; empty where there is none."""
        found = [id_ for id_ in self.ids() if id_.partition(".")[2] == name]
        return found[0] if len(found) == 1 else ""

    def discard(self, job: str) -> None:
        """Remove what an unfinished run of a job left."""
        for path in (*self.root.glob(f"{job}.*"), *self.root.glob(f".{job}.*")):
            shutil.rmtree(path)

    def dossier_files(self, job: str) -> dict[str, Path]:
        """What a job added to the dossier: path in the dossier to the stored file."""
        # Its record and what belongs to it; other artifacts are for jobs alone.
        folder = self.root / f"{job}.{attempt_name(job)}"
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        # Rebuilt files exist to be compared by the gate; a dossier holds each distribution once.
        return {path: file for path, file in files.items() if not path.startswith(f"{REBUILT}/")}


def content_digest(folder: Path) -> str:
    """One SHA-256 of all paths in a folder and what they hold, in hexadecimal."""
    total = hashlib.sha256()
    for path, relative in _entries(folder, hidden=True):
        held = f"-> {path.readlink()}" if path.is_symlink() else digest_file(path)[0]
        total.update(f"{relative.as_posix()}\0{held}\0".encode())
    return total.hexdigest()


def _entries(source: Path, *, hidden: bool) -> list[tuple[Path, Path]]:
    """Files and links, each with its path in the artifact; empty folders are not kept, as GitHub keeps none."""
    if source.is_file():
        return [(source, Path(source.name))]
    found = [(path, path.relative_to(source)) for path in sorted(_files(source))]
    return [(path, relative) for path, relative in found if hidden or not _is_hidden(relative)]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _is_hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _is_name(id_: str) -> bool:
    return bool(id_) and not id_.startswith(".") and "/" not in id_ and "\\" not in id_
