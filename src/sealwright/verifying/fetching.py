"""What came of a release that is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sealwright.model import FileRef, Finding, sha256_hex
from sealwright.verify.evidence import HELD, FileContent

MOST_BYTES = 4 << 30
"""Of all files of a release together; a larger one is not fetched at all."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a release."""

    files: Mapping[str, FileContent] = field(default_factory=dict)
    """By their path in a dossier."""
    findings: tuple[Finding, ...] = ()
    """What the service itself showed."""
    complete: bool = False
    """Whether everything that belongs to it came, as it was announced. Nothing is judged of less."""


def content(path: str, data: bytes) -> FileContent:
    """A file of a release; a large one by its digest alone, which is all that evidence is about."""
    return FileContent(FileRef(path, sha256_hex(data), len(data)), data if len(data) <= HELD else None)
