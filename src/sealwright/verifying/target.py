"""What `sealwright verify` was asked about, however it came here."""

from __future__ import annotations

from dataclasses import dataclass

from sealwright.model import Finding
from sealwright.services.release_folder import ReleaseFiles
from sealwright.verify.question import Question


@dataclass(frozen=True, slots=True)
class Target:
    """The files of a release, and the question about them."""

    release: ReleaseFiles
    question: Question
    """As asked, with what naming the target adds to it."""
    findings: tuple[Finding, ...] = ()
    """Of the service that it was fetched from."""
    complete: bool = True
    """Whether everything that belongs to it is here; nothing is judged of less."""
    asked: str = ""
    """The host that it was fetched from; empty for files that were here."""
    index_asked: bool = False
    """Whether that was the index."""
