"""The rehearsal's artifact store: folders that jobs kept, by id, and what of them belongs to the dossier."""

from __future__ import annotations

import shutil
from pathlib import Path

from sealwright.dossier.store import REBUILT
from sealwright.errors import Refused


class Artifacts:
    """Each artifact is a folder `<job>.<name>`; an id is the folder's name, so ids are the same on every run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, job: str, name: str, source: Path) -> str:
        """Store a copy of a folder and return its id. Raises Refused (`nothing-to-keep`)."""
        if not source.is_dir() or not any(source.iterdir()):
            raise Refused("nothing-to-keep", f"job {job} made no `{source.name}`")
        id_ = f"{job}.{name}"
        partial = self.root / f".{id_}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, symlinks=True)
        partial.rename(self.root / id_)
        return id_

    def fetch(self, id_: str, into: Path) -> None:
        """Copy an artifact's content into a folder. Raises Refused (`artifact-missing`, `artifact-overlaps`)."""
        source = self.root / id_
        if not id_ or not source.is_dir():
            raise Refused("artifact-missing", f"there is no artifact {id_!r}", hint="the job that keeps it did not run")
        for path in sorted(source.rglob("*")):
            target = into / path.relative_to(source)
            if path.is_dir() and not path.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
            elif target.exists():
                raise Refused("artifact-overlaps", f"{target.name} comes from two artifacts")
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target, follow_symlinks=False)

    def named(self, name: str) -> str:
        """The id of the artifact with this name, as GitHub finds one without an id."""
        found = [path.name for path in self.root.iterdir() if path.name.partition(".")[2] == name]
        return found[0] if len(found) == 1 else ""

    def discard(self, job: str) -> None:
        """Remove what an unfinished run of a job left."""
        for path in (*self.root.glob(f"{job}.*"), *self.root.glob(f".{job}.*")):
            shutil.rmtree(path)

    def dossier_files(self, job: str) -> dict[str, Path]:
        """What a job added to the dossier: path in the dossier to the stored file."""
        folder = self.root / f"{job}.{job}"  # its record and what belongs to it; other artifacts are for jobs alone
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        # Rebuilt files exist to be compared by the gate; a dossier holds each distribution once.
        return {path: file for path, file in files.items() if not path.startswith(f"{REBUILT}/")}
