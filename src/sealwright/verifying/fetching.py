"""Many questions to one service within one budget of time; what is not answered is a value, as every answer is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sealwright.errors import SealwrightError
from sealwright.model import FileRef, Finding, sha256_hex
from sealwright.services.concurrently import Questions
from sealwright.services.release_folder import HELD
from sealwright.verify.evidence import FileContent

AT_ONCE = 2
"""Questions that are asked at the same time; each may have half a gigabyte as its answer."""
SECONDS = 900.0
"""For everything that is asked of one service in one call of a command."""
MOST_BYTES = 4 << 30
"""Of all files of a release together; a larger one is not fetched at all."""
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a release."""

    files: Mapping[str, FileContent] = field(default_factory=dict)
    """By their path in a dossier."""
    findings: tuple[Finding, ...] = ()
    """What the service itself showed."""
    complete: bool = False
    """Whether everything that belongs to it came, as it was announced. Nothing is judged of less."""


def ask_all(ask: Callable[[K], V], keys: Iterable[K], seconds: float) -> dict[K, V | SealwrightError]:
    """Every key with its answer or with why there is none; never waits longer than `seconds`."""

    def answered(key: K) -> V | SealwrightError:
        try:
            return ask(key)
        except SealwrightError as error:
            return error

    found: dict[K, V | SealwrightError] = dict(Questions(answered, keys, AT_ONCE).answers(seconds))
    return found


def ask_one(ask: Callable[[], V], seconds: float) -> V | SealwrightError:
    """The answer to one question, or why there is none."""
    return ask_all(lambda _: ask(), ("",), seconds)[""]


def content(path: str, data: bytes) -> FileContent:
    """A file of a release; a large one by its digest alone, which is all that evidence is about."""
    return FileContent(FileRef(path, sha256_hex(data), len(data)), data if len(data) <= HELD else None)
