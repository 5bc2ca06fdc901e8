"""A release as it lies in a folder: downloaded assets side by side, or a dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import DIST, EVIDENCE, PUBLISHED, RELEASE, VERIFYING, digest_file
from sealwright.errors import UsageError
from sealwright.model import FileRef
from sealwright.verify.evidence import FileContent

_HELD = 32 * 1024 * 1024
"""Bytes; a larger distribution is judged by its digest alone, which is all that evidence is about."""
_MOST_FILES = 5_000
_INDEX_SUFFIX = ".provenance.json"
_TALK = frozenset({"report.html", "trust_config.json"})
"""Files that are for readers, and evidence of nothing."""


@dataclass(frozen=True, slots=True)
class ReleaseFolder:
    """The files of a release, by their path in a dossier."""

    files: dict[str, FileContent]
    is_dossier: bool
    """Whether it has the folders of a dossier, records of all jobs included."""


def read_release(folder: Path) -> ReleaseFolder:
    """Every file of a release that lies in `folder`.

    Raises UsageError (`target-missing`, `target-empty`, `target-irregular`).
    """
    if not folder.is_dir():
        raise UsageError("target-missing", f"{folder} is not a folder", hint="give the folder that holds the release")
    is_dossier = (folder / DIST).is_dir()
    paths = _of_dossier(folder) if is_dossier else ((path, _place(path.name)) for path in _plain(folder.iterdir()))
    files = {place: _content(path, place) for path, place in paths if place}
    if not any(place.startswith(f"{DIST}/") for place in files):
        raise UsageError(
            "target-empty",
            f"{folder} holds no wheel and no .tar.gz",
            hint="download the release's assets into one folder, distributions and evidence side by side",
        )
    return ReleaseFolder(files, is_dossier)


def read_beside(distributions: Iterable[Path]) -> ReleaseFolder:
    """Single distributions with the evidence that lies beside each of them. Raises UsageError (`target-missing`)."""
    files: dict[str, FileContent] = {}
    for path in distributions:
        if not path.is_file():
            raise UsageError("target-missing", f"{path} is not a file")
        place = f"{DIST}/{path.name}"
        files[place] = _content(path, place)
        beside = (entry for entry in path.parent.iterdir() if _belongs(entry.name, path.name))
        files |= {_place(entry.name): _content(entry, _place(entry.name)) for entry in _plain(beside)}
    files.pop("", None)
    return ReleaseFolder(files, is_dossier=False)


def _of_dossier(folder: Path) -> Iterator[tuple[Path, str]]:
    yield from ((path, path.name) for path in _plain([folder / RELEASE, folder / VERIFYING]) if path.is_file())
    for name in (DIST, EVIDENCE, PUBLISHED):
        if (folder / name).is_dir():
            yield from ((path, f"{name}/{path.name}") for path in _plain((folder / name).iterdir()))


def _plain(entries: Iterable[Path]) -> Iterator[Path]:
    for count, entry in enumerate(sorted(entries)):
        if count >= _MOST_FILES:
            raise UsageError("target-irregular", f"{entry.parent} holds more than {_MOST_FILES} files")
        if entry.is_symlink() or (entry.exists() and not entry.is_file() and not entry.is_dir()):
            raise UsageError(
                "target-irregular", f"{entry} is a link or no file", hint="a release holds plain files only"
            )
        if entry.is_file():
            yield entry


def _place(name: str) -> str:
    """Where a file of a flat folder belongs; empty for what is no part of a release."""
    if name in _TALK or name.startswith("."):
        return ""
    if name.endswith((".whl", ".tar.gz")):
        return f"{DIST}/{name}"
    if name in (RELEASE, VERIFYING):
        return name
    return f"{PUBLISHED}/{name}" if name.endswith(_INDEX_SUFFIX) else f"{EVIDENCE}/{name}"


def _belongs(name: str, distribution: str) -> bool:
    shared = name.endswith((".intoto.jsonl", "SHA256SUMS")) or name in (
        RELEASE,
        VERIFYING,
        f"{RELEASE}.sigstore.json",
        "pylock.toml",
    )
    return name != distribution and (name.startswith(f"{distribution}.") or shared)


def _content(path: Path, place: str) -> FileContent:
    digest, size = digest_file(path)
    ref = FileRef(place, digest, size)
    if size > _HELD:
        return FileContent(ref)
    data = path.read_bytes()
    return FileContent.of(place, data)
