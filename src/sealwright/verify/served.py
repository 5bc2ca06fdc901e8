"""What an index lists of one version, against the files that it should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from packaging.version import Version

from sealwright.model import FileRef, Finding
from sealwright.verify.listing import IndexFile

FILES = "index-files"
"""The check that answers whether an index serves exactly these files."""
PROVENANCE = "index-provenance"
"""The check that answers who uploaded them."""


def difference(ref: FileRef, file: IndexFile) -> Finding | None:
    """Whether the index lists another file under this name. Code: `index-different`."""
    if file.sha256 == ref.sha256 and file.size in (None, ref.size):
        return None
    return Finding.failed(
        FILES,
        "index-different",
        ref.name,
        expected=described(ref),
        found=f"sha256:{file.sha256}, {file.size} bytes",
        hint="the index serves another file under this name; do not use it, and find out why (maintainers: yank it)",
    )


def described(ref: FileRef) -> str:
    """A file by its digest and size."""
    return f"sha256:{ref.sha256}, {ref.size} bytes"


def extras(planned: Sequence[FileRef], listed: Iterable[IndexFile]) -> Iterator[Finding]:
    """Files of the version that the release does not have, which installers may well prefer. Code: `index-extra`."""
    known = {ref.name for ref in planned}
    for file in sorted(listed, key=lambda file: file.filename):
        if file.filename not in known:
            yield Finding.failed(
                FILES,
                "index-extra",
                file.filename,
                expected="only the distributions of this release",
                found=f"sha256:{file.sha256}",
                hint="somebody published another file under this version; do not use it, find out who, have it yanked",
            )


def withdrawn(file: IndexFile) -> Finding | None:
    """Whether the project has taken the file back. Code: `index-yanked`."""
    if not file.yanked:
        return None
    return Finding.failed(
        FILES,
        "index-yanked",
        file.filename,
        expected="a release that its project stands by",
        found=file.yanked_reason or "yanked, without a reason",
        hint="installers pass over it unless it is pinned; see what its project says, and take a later version",
    )


def propagating(check: str, subject: str, hint: str) -> Finding:
    """Something that was uploaded and is not to be seen yet, which is not a failure. Code: `index-propagating`."""
    return Finding.unavailable(check, "index-propagating", subject, found="not visible yet", hint=hint)


def unattested(name: str) -> Finding:
    """An index that has a file and nothing about who uploaded it. Code: `provenance-missing`."""
    return Finding.absent(
        PROVENANCE,
        "provenance-missing",
        name,
        expected="an attestation of who uploaded it",
        hint="whoever could upload to the project can have made it; look for a signed release elsewhere",
    )


def version_before(version: str, listed: Iterable[IndexFile]) -> str:
    """The highest version below `version` of which some file was not taken back; empty where there is none.

    A pre-release only counts where there is nothing else: hardly anybody has it.
    """
    there = {file.version for file in listed if file.version is not None and not file.yanked}
    lower = [other for other in there if other < Version(version)]
    finals = [other for other in lower if not other.is_prerelease]
    return str(max(finals or lower)) if lower else ""
