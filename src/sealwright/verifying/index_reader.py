"""One project on an index: what it lists of a version, the files, and what it says about who uploaded them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sealwright.endpoints import IndexSite
from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding
from sealwright.services.http import LARGEST, Connections
from sealwright.services.index import IndexClient, of_release, require_plain_names
from sealwright.stages.base import finding_of
from sealwright.verify import served
from sealwright.verify.listing import IndexFile
from sealwright.verify.served import FILES
from sealwright.verifying.asking import AT_ONCE, SECONDS, ask_all, ask_one

_STALE = "the index shows an old page for minutes after an upload; ask again later"
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Listed:
    """What an index lists of a version."""

    files: tuple[IndexFile, ...]
    findings: tuple[Finding, ...] = ()
    """Why that is not all, or not known."""


class IndexReader:
    """Asks one index about one project, within `seconds` for everything together."""

    def __init__(self, site: IndexSite, project: str, *, seconds: float = SECONDS) -> None:
        self.project = project
        self.site = site
        self._client = IndexClient(site, Connections(AT_ONCE))
        self._end = time.monotonic() + seconds
        self._everything: tuple[IndexFile, ...] | SealwrightError | None = None

    def everything(self, seconds: float | None = None) -> tuple[IndexFile, ...] | SealwrightError:
        """All files of all versions, asked for once. `seconds` may be less than what is left."""
        if self._everything is None:
            left = self._left if seconds is None else min(seconds, self._left)
            self._everything = ask_one(lambda: self._client.files(self.project), left)
        return self._everything

    def listed(self, version: str) -> Listed:
        """The files of a version, where the index's two ways to list them agree; else why nothing is known.

        Codes: `project-unknown`, `version-unknown`, `index-propagating`, and those of `IndexClient`.
        """
        everything = self.everything()
        if isinstance(everything, SealwrightError):
            return Listed((), (finding_of(everything, FILES).about(self.project),))
        files = of_release(everything, version)
        known = ask_one(lambda: self._client.released(self.project, version), self._left)
        if isinstance(known, SealwrightError):
            return Listed((), (finding_of(known, FILES).about(f"{self.project} {version}"),))
        # An index without that other way answers as for an unknown version, and is then believed.
        unlike = known ^ {file.filename for file in files} if known else frozenset[str]()
        if unlike:
            return Listed(files, tuple(served.propagating(FILES, name, _STALE) for name in sorted(unlike)))
        if not files:
            return Listed((), (self._unknown(version, everything),))
        try:
            require_plain_names(self.site, files)
        except Unavailable as error:
            return Listed((), (finding_of(error, FILES).about(f"{self.project} {version}"),))
        return Listed(files)

    def download(
        self, files: Iterable[IndexFile], use: Callable[[str, bytes], V], limit: int = LARGEST
    ) -> dict[str, V | SealwrightError]:
        """By name, what `use` makes of each file's name and bytes, which are those that the index lists."""
        by_name = {file.filename: file for file in files}
        return ask_all(lambda name: use(name, self._client.download(by_name[name], limit=limit)), by_name, self._left)

    def provenances(self, files: Iterable[IndexFile]) -> dict[str, bytes | SealwrightError | None]:
        """What the index has on who uploaded each file; None where it has nothing, and says nowhere that it had."""
        by_name = {file.filename: file for file in files}

        def fetch(name: str) -> bytes | None:
            file = by_name[name]
            found = self._client.provenance(self.project, str(file.version or ""), name)
            if found is None and file.provenance_url:
                said = f"{name} is listed with a provenance that is not there"
                raise Unavailable("index-propagating", said, hint=_STALE)
            return found

        return ask_all(fetch, by_name, self._left)

    @property
    def _left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def _unknown(self, version: str, everything: tuple[IndexFile, ...]) -> Finding:
        where = self.site.simple
        if not everything:
            hint = f"{where} knows no project of this name; correct it"
            return Finding.absent(FILES, "project-unknown", self.project, expected="a project", hint=hint)
        versions = sorted({file.version for file in everything if file.version is not None})
        hint = f"{where} has others, the newest {', '.join(map(str, versions[-5:]))}"
        return Finding.absent(FILES, "version-unknown", f"{self.project} {version}", expected="a file of it", hint=hint)
