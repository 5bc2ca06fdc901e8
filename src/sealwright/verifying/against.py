"""Releases as they are compared: from an index, as far as a comparison needs them, or from files at hand."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from sealwright.dossier.store import DIST, EVIDENCE
from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import FileRef
from sealwright.verify import pep740
from sealwright.verify.bundle import Claims, TrustRoot
from sealwright.verify.changes import Publisher, Side
from sealwright.verify.changes.compare import pairs
from sealwright.verify.difference.reading import LIMITS
from sealwright.verify.evidence import SBOM_SUFFIX, FileContent, data_at, refs_in
from sealwright.verify.indexed import provenance_path, workflow_of
from sealwright.verify.question import owner_and_name
from sealwright.verifying.from_index import IndexReader


def side_on_index(reader: IndexReader, version: str, later: Iterable[str], roots: Iterable[TrustRoot]) -> Side:
    """An earlier release on an index, with the distributions that those called `later` are compared with.

    What does not come is left out; the comparison then says so. Who uploaded it is what an attestation under one of
    the `roots` says. Raises Unavailable where the index does not show what it has.
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
    refs = [FileRef(f"{DIST}/{file.filename}", file.sha256, file.size or 0) for file in chosen]
    said = {name: answer for name, answer in reader.provenances(chosen).items() if isinstance(answer, bytes)}
    return Side(version, names, archives, publisher=publisher_of(refs, said, roots))


def side_of_files(files: Mapping[str, FileContent], version: str, root: TrustRoot) -> Side:
    """A release whose files are here, laid out as in a dossier. Distributions too large to hold are left out."""
    refs = refs_in(files, DIST)
    archives: dict[str, BinaryIO] = {
        ref.name: io.BytesIO(data) for ref in refs if (data := data_at(files, ref.path)) is not None
    }
    sboms = {
        ref.name: data for ref in refs if (data := data_at(files, f"{EVIDENCE}/{ref.name}{SBOM_SUFFIX}")) is not None
    }
    said = {ref.name: data for ref in refs if (data := data_at(files, provenance_path(ref.name))) is not None}
    return Side(version, tuple(ref.name for ref in refs), archives, sboms, publisher_of(refs, said, (root,)))


def publisher_of(refs: Iterable[FileRef], said: Mapping[str, bytes], roots: Iterable[TrustRoot]) -> Publisher | None:
    """Who uploaded a release, by the first attestation that holds; None where none does."""
    trusted = tuple(roots)
    for ref in refs:
        for root in trusted:
            for attestation in pep740.holding(said.get(ref.name, b""), ref.name, ref.sha256, root):
                return _named(attestation.claims)
    return None


def _named(claims: Claims) -> Publisher:
    return Publisher(owner_and_name(claims), workflow_of(claims).rpartition("/")[2], claims.environment)
