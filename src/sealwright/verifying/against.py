"""An earlier release on an index, as far as a comparison needs it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from sealwright.errors import SealwrightError, Unavailable
from sealwright.verify.changes import Publisher, Side
from sealwright.verify.changes.compare import pairs
from sealwright.verify.difference.reading import LIMITS
from sealwright.verify.listing import IndexFile
from sealwright.verifying.index_reader import IndexReader

Naming = Callable[[Iterable[IndexFile], Mapping[str, bytes]], Publisher | None]
"""Who uploaded files, by the index's provenance of each by name; None where that shows nothing."""


def side_on_index(reader: IndexReader, version: str, later: Iterable[str], naming: Naming) -> Side:
    """An earlier release on an index, with the distributions that those called `later` are compared with.

    What does not come is left out; the comparison then says so. Raises Unavailable where the index does not show what
    it has.
    """
    listed = reader.listed(version)
    if listed.findings:
        first = listed.findings[0]
        raise Unavailable(
            first.code, f"{version} cannot be compared with: {first.found or first.code}", hint=first.hint
        )
    names = tuple(file.filename for file in listed.files)
    wanted = set(pairs(names, later).values())
    chosen = [file for file in listed.files if file.filename in wanted]
    fetched = reader.download(chosen, lambda _, data: io.BytesIO(data), LIMITS.total)
    archives: dict[str, BinaryIO] = {
        name: answer for name, answer in fetched.items() if not isinstance(answer, SealwrightError)
    }
    said = {name: answer for name, answer in reader.provenances(chosen).items() if isinstance(answer, bytes)}
    return Side(version, names, archives, publisher=naming(chosen, said))
