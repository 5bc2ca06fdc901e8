"""The version of a project, set where it is written, with every other byte of the file as it was."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.errors import SealwrightError, UsageError
from sealwright.project.reading import ProjectInfo, read_project
from sealwright.project.source import VersionKind
from sealwright.project.tables import Reader


def with_version(read: Reader, version: str) -> dict[str, bytes]:
    """The files that have to change for the project to say that it is `version`; none where a tag decides.

    Where a version is written, and how, is known to whoever reads it: so the one place is taken whose change makes
    the project, read again, say the new version and otherwise what it said before. Raises UsageError
    (`version-not-writable`, and those of reading a project).
    """
    seen: dict[str, bytes] = {}

    def remembering(path: str) -> bytes | None:
        data = read(path)
        if data is not None:
            seen[path] = data
        return data

    before = read_project(remembering)
    if before.version.kind in (VersionKind.TAG, VersionKind.UNKNOWN) or before.version.version == version:
        return {}
    found = next(_edits(seen, read, before, version), None)
    if found is None:
        raise UsageError(
            "version-not-writable",
            f"{before.version.where} says {before.version.version}, in a form that cannot be set without running code",
            hint=f'write it as one string, such as "{version}", or set it yourself, commit, and run '
            f"`sealwright prepare {version}`",
        )
    return found


def _edits(seen: dict[str, bytes], read: Reader, before: ProjectInfo, version: str) -> Iterator[dict[str, bytes]]:
    assert before.version.version is not None  # only a version of unknown kind is None
    old = before.version.version.encode()
    for path, data in seen.items():
        for at in _places(data, old):
            edit = {path: data[:at] + version.encode() + data[at + len(old) :]}
            if _says(edit, read, before, version):
                yield edit


def _places(data: bytes, old: bytes) -> Iterator[int]:
    at = data.find(old)
    while at >= 0:
        yield at
        at = data.find(old, at + 1)


def _says(edit: dict[str, bytes], read: Reader, before: ProjectInfo, version: str) -> bool:
    try:
        after = read_project(lambda path: edit[path] if path in edit else read(path))
    except SealwrightError:  # the place was in the middle of something else
        return False
    same = (after.name, after.requires_python, after.backend) == (before.name, before.requires_python, before.backend)
    return same and after.version.version == version and after.version.kind is before.version.kind
