"""A release as it lies in a folder: downloaded assets side by side, or a dossier."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sealwright.dossier.store import DIST, RELEASE, digest_file
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.verify.evidence import HELD, FileContent, Scope
from sealwright.verify.placing import DISTRIBUTIONS, TALK, place_of

MOST_FILES = 5_000


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """The files of a release, by their path in a dossier, read once."""

    files: dict[str, FileContent]
    scope: Scope
    paths: dict[str, Path] = field(default_factory=dict)
    """Where they lie, for those that are too large to be held."""

    def open(self, path: str) -> BinaryIO:
        """The very bytes that were read.

        Raises Refused (`file-changed`) for a large file that has changed since, Unavailable (`file-not-kept`) for one
        that was fetched.
        """
        content = self.files[path]
        if content.data is not None:
            return BytesIO(content.data)
        if path not in self.paths:
            hint = "download the release into a folder, and judge that"
            raise Unavailable("file-not-kept", f"{path} is too large to be kept when it is fetched", hint=hint)
        if digest_file(self.paths[path]) != (content.ref.sha256, content.ref.size):
            raise Refused("file-changed", f"{self.paths[path]} changes while it is judged")
        return self.paths[path].open("rb")


def read_release(folder: Path) -> ReleaseFiles:
    """Every file of a release that lies in `folder`: a dossier where it has a folder `dist`, else assets.

    Raises UsageError (`target-missing`, `target-empty`) and Refused (`target-irregular`).
    """
    if not folder.is_dir():
        hint = "name the folder that holds the release, or its distributions"
        raise UsageError("target-missing", f"{folder} is neither a folder nor a file", hint=hint)
    is_dossier = (folder / DIST).is_dir()
    found = ((path, path.relative_to(folder).as_posix()) for path in _plain_files(folder))
    placed = {place: path for path, name in found if (place := name if is_dossier else place_of(name)) not in TALK}
    if not any(place.startswith(f"{DIST}/") for place in placed):
        raise UsageError(
            "target-empty",
            f"{folder} holds no wheel and no .tar.gz",
            hint="download the release's assets into one folder, distributions and evidence side by side",
        )
    return _read(placed, Scope.DOSSIER if is_dossier else Scope.ASSETS)


def read_beside(distributions: Iterable[Path]) -> ReleaseFiles:
    """Single distributions with the evidence that lies beside each of them.

    Raises UsageError (`target-missing`, `target-twice`) and Refused (`target-irregular`).
    """
    placed: dict[str, Path] = {}
    for path in distributions:
        if not path.is_file():
            raise UsageError("target-missing", f"{path} is neither a folder nor a file")
        beside = (entry for entry in path.parent.iterdir() if _belongs(entry.name, path.name) and entry.is_file())
        for place, file in ((f"{DIST}/{path.name}", path), *((place_of(entry.name), entry) for entry in beside)):
            other = placed.setdefault(place, file)
            if other != file and digest_file(other) != digest_file(_plain(file)):
                hint = "give the distributions of one release at a time"
                raise UsageError("target-twice", f"{other} and {file} would be one file of a release", hint=hint)
    return _read(placed, Scope.FILES)


def _read(placed: dict[str, Path], scope: Scope) -> ReleaseFiles:
    return ReleaseFiles({place: _content(_plain(path), place) for place, path in sorted(placed.items())}, scope, placed)


def _plain_files(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, hidden ones at the top aside: no release has such, and systems leave them around."""
    count = 0
    for at, folders, names in os.walk(folder, onerror=_raise):
        here = Path(at)
        if here == folder:
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".")]  # noqa: PLW2901 - the list to go through
        for name in (*names, *(name for name in folders if (here / name).is_symlink())):
            count += 1
            if count > MOST_FILES:
                raise Refused("target-irregular", f"{folder} holds more than {MOST_FILES} files")
            yield _plain(here / name)


def _raise(error: OSError) -> None:
    raise UsageError("target-unreadable", f"{error.filename}: {error.strerror}") from error


def _plain(path: Path) -> Path:
    if path.is_symlink() or not path.is_file():
        hint = "a release holds plain files only; look where this one came from"
        raise Refused("target-irregular", f"{path} is a link or no file", hint=hint)
    return path


def _belongs(name: str, distribution: str) -> bool:
    """Whether a file is evidence about this distribution, or about the whole release that it is of."""
    if name.endswith(DISTRIBUTIONS) or name == distribution:
        return False
    shared = (RELEASE, f"{RELEASE}.sigstore.json", "pylock.toml")
    return name.startswith(f"{distribution}.") or name.endswith(".intoto.jsonl") or name in shared


def _content(path: Path, place: str) -> FileContent:
    if path.stat().st_size > HELD:
        return FileContent(FileRef(place, *digest_file(path)))
    return FileContent.of(place, path.read_bytes())
