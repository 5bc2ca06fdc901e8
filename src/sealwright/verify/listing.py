"""Whether files are those that the package index has under their name: only of these, silence says something.

An advisory service answers `{}` about a package that it never heard of, and about a file that merely calls itself like
one. https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from packaging.version import Version

from sealwright.errors import Unavailable
from sealwright.model import Finding
from sealwright.project.versions import version_of
from sealwright.verify.advisories import CHECK
from sealwright.verify.closure import Pin

YANKED = "audit-yanked"
_SHORT = 12
"""Characters of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file as an index lists it."""

    filename: str
    url: str
    sha256: str
    size: int | None = None
    """In bytes; None where the index does not say."""
    yanked: bool = False
    core_metadata_sha256: str = ""
    """Of the METADATA file that is served beside a wheel; empty where none is."""
    provenance_url: str = ""
    """Empty where the index has no attestations for it."""
    yanked_reason: str = ""
    """Empty where nobody gave one."""
    uploaded: str = ""
    """When, as RFC 3339 in UTC; empty where the index does not say."""

    @property
    def version(self) -> Version | None:
        """The version in its name; None where the name follows no standard."""
        return version_of(self.filename)

    def is_of(self, version: str) -> bool:
        """Whether it belongs to `version`; 1.0 and 1.0.0 are the same one.

        A file whose name follows no standard belongs to it if the version is a part of the name.
        """
        named = self.version
        return f"-{version}" in self.filename if named is None else named == Version(version)


@dataclass(frozen=True, slots=True)
class Listing:
    """What one index answered about the projects of a closure."""

    host: str
    """Of the index; empty where there is none to ask."""
    pages: Mapping[str, tuple[IndexFile, ...] | Unavailable]
    """Normalised name to all its files, none where the index does not know the name, or why there is no answer."""

    def judge(self, pins: Iterable[Pin]) -> Iterator[Finding]:
        """What is not known because a file is not the index's; nothing about a package all of whose files are.

        Answers of the check `audit`, all unavailable: `audit-index-unanswered`, `audit-name-unknown`,
        `audit-file-unknown`.
        """
        for pin in pins:
            page = self.pages.get(pin.name, _NOT_ASKED)
            if isinstance(page, Unavailable):
                yield _unknown("audit-index-unanswered", pin, page.message, page.hint)
            elif not page:
                found = f"{self.host} has no project of this name{_elsewhere(pin, self.host)}"
                yield _unknown("audit-name-unknown", pin, found, _HINT)
            else:
                yield from self._files(pin, {file.sha256: file for file in page})

    def yanked(self, pins: Iterable[Pin]) -> Iterator[Finding]:
        """A note on each package of which a file was taken back by its project: check `audit-yanked`."""
        for pin in pins:
            page = self.pages.get(pin.name, ())
            digests = {sha256 for _, _, sha256 in pin.files}
            taken = [f for f in page if f.yanked and f.sha256 in digests] if not isinstance(page, Unavailable) else []
            if taken:
                yield Finding.failed(
                    YANKED,
                    "dependency-yanked",
                    f"{pin.name} {pin.version}",
                    expected="a release that its project stands by",
                    found=taken[0].yanked_reason or f"{taken[0].filename} is yanked, without a reason",
                    hint="installers pass over it unless it is pinned; see what its project says, and upgrade",
                )

    def _files(self, pin: Pin, page: Mapping[str, IndexFile]) -> Iterator[Finding]:
        """At most one finding: the first file that is not what it says, and how many there are."""
        if not pin.files:
            yield _unknown("audit-file-unknown", pin, "no sha256 is given, so nobody knows which file it is", _UNHASHED)
            return
        wrong = [why for name, url, sha256 in pin.files if (why := self._difference(pin, name, url, sha256, page))]
        if wrong:
            more = f"; {len(wrong)} of {len(pin.files)} files" if len(pin.files) > 1 else ""
            yield _unknown("audit-file-unknown", pin, wrong[0] + more, _HINT)

    def _difference(self, pin: Pin, name: str, url: str, sha256: str, page: Mapping[str, IndexFile]) -> str:
        listed = page.get(sha256)
        what = f"{name or 'a file'} with sha256:{sha256[:_SHORT]}…"
        if listed is None:
            return f"{self.host} does not list {what}{_from(url, self.host)}"
        if not listed.is_of(pin.version) or (name and name != listed.filename):
            return f"{self.host} lists {what} as {listed.filename}"
        return ""


_HINT = (
    "what is known about a name says nothing of another file: take the release from the index, or look for advisories "
    "where the file comes from"
)
_UNHASHED = "record the digests of components, as `sealwright stage sbom` does, or audit a lock with hashes"
_NOT_ASKED = Unavailable("audit-index-unanswered", "the index was not asked about it")


def _unknown(code: str, pin: Pin, found: str, hint: str) -> Finding:
    return Finding.unavailable(CHECK, code, f"{pin.name} {pin.version}", found=found, hint=hint)


def _elsewhere(pin: Pin, host: str) -> str:
    return next((text for _, url, _ in pin.files if (text := _from(url, host))), "")


def _from(url: str, host: str) -> str:
    """Where a file comes from, without whatever else an address may hold."""
    try:
        there = urlsplit(url).hostname
    except ValueError:  # no address at all
        return ""
    if there:
        return f"; it comes from {there}" if there != host else ""
    return "; it comes from a folder" if url else ""
