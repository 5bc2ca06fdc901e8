"""The published files of one release: from the index that pip is configured for, or from disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import digest_file
from sealwright.errors import Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.model.digest import is_plain_name
from sealwright.project.pinned import PREFIX, pinned
from sealwright.services.index import IndexClient, configured_site, of_release, require_plain_names
from sealwright.services.package_index import PackageIndex
from sealwright.verify.archive.names import Name, parse_name
from sealwright.verify.listing import IndexFile

_SUFFIXES = (".whl", ".tar.gz")
_SPELLING = "--from pypi:NAME==VERSION, or the paths of its files, or of a folder that holds them"


@dataclass(frozen=True, slots=True)
class Published:
    """A release as it was published."""

    name: str
    """Normalised."""
    version: str
    """In normal form."""
    files: Mapping[FileRef, Path]
    """What can be rebuilt here: sdists, and wheels for every platform. Where each lies on this machine."""
    others: tuple[str, ...]
    """Names of files that are not rebuilt, such as wheels of one platform."""
    uploaded: str = ""
    """When the first of them was uploaded, as RFC 3339; empty where nobody says."""
    origin: str = ""
    """Where they come from, for people."""


def published(
    source: Sequence[str], directory: Path, folder: Path, index: PackageIndex, say: Callable[[str], None]
) -> Published:
    """The release that `source` names: `pypi:NAME==VERSION`, or paths below `directory`.

    What is fetched is put into the empty `folder`. Raises UsageError, Unavailable (`release-unknown`, ...) and Refused
    (`digest-mismatch`).
    """
    if any(word.startswith(PREFIX) for word in source):
        if len(source) != 1:
            raise UsageError("source-malformed", "`--from pypi:` takes one release", hint=_SPELLING)
        return _fetched(*pinned(source[0], _SPELLING), folder, index, say)
    return _on_disk([directory / word for word in source])


def _fetched(name: str, version: str, folder: Path, index: PackageIndex, say: Callable[[str], None]) -> Published:
    client = IndexClient(configured_site(index))
    everything = client.files(name)
    listed = of_release(everything, version)
    if not listed:
        raise _unknown(client.site.simple, name, version, everything)
    require_plain_names(client.site, listed)
    wanted = [file for file in listed if _is_rebuilt(file.filename)]
    files = {}
    for file in wanted:
        say(f"fetching {file.filename}")
        path = folder / file.filename
        path.write_bytes(client.download(file))
        files[_ref(path)] = path
    others = tuple(sorted(file.filename for file in listed if file not in wanted))
    times = [file.uploaded for file in listed]
    uploaded = min(times) if all(times) else ""
    return Published(name, version, files, others, uploaded, client.site.simple)


def _unknown(site: str, name: str, version: str, everything: Iterable[IndexFile]) -> Unavailable:
    versions = sorted({file.version for file in everything if file.version is not None})
    newest = ", ".join(map(str, versions[-5:]))
    return Unavailable(
        "release-unknown",
        f"{site} has no file of {name} {version}" + (f"; the newest versions are {newest}" if newest else ""),
        hint="correct the name or the version, or the index that pip is configured for",
    )


def _on_disk(paths: Sequence[Path]) -> Published:
    found = [file for path in paths for file in _files(path)]
    names = {path: _name(path) for path in found}
    releases = {(name.project, name.version) for name in names.values()}
    if not releases:
        places = ", ".join(map(str, paths))
        raise UsageError("file-missing", f"there is no wheel and no sdist (.tar.gz) in {places}", hint=_SPELLING)
    if len(releases) != 1:
        said = " and ".join(sorted(" ".join(release) for release in releases))
        raise UsageError("release-mixed", f"these are files of {said}, not of one release", hint=_SPELLING)
    ((name, version),) = releases
    files = {_ref(path): path for path in found if _is_rebuilt(path.name)}
    others = tuple(sorted(path.name for path in found if not _is_rebuilt(path.name)))
    return Published(name, version, files, others, origin=", ".join(sorted({str(path.parent) for path in found})))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(entry for entry in path.iterdir() if entry.name.endswith(_SUFFIXES) and entry.is_file())
    if not path.is_file():
        raise UsageError("file-missing", f"{path} is not here", hint=_SPELLING)
    return [path]


def _name(path: Path) -> Name:
    name = parse_name(path.name)
    if name is None or not is_plain_name(path.name):
        raise UsageError(
            "filename-malformed", f"{path.name} is not called like a wheel or an sdist (.tar.gz)", hint=_SPELLING
        )
    return name


def _is_rebuilt(filename: str) -> bool:
    name = parse_name(filename)
    return name is not None and (name.pure or not name.is_wheel)


def _ref(path: Path) -> FileRef:
    return FileRef(path.name, *digest_file(path))
