"""A release whose files are here, as it is compared; and who uploaded one, by attestations that hold."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from sealwright.dossier.store import DIST, EVIDENCE, SBOM_SUFFIX
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.changes import Publisher, Side
from sealwright.verify.evidence import FileContent, data_at, provenance_path, refs_in
from sealwright.verify.pep740 import open_provenance
from sealwright.verify.question import owner_and_name, workflow_of


def side_of_files(files: Mapping[str, FileContent], version: str, root: TrustRoot) -> Side:
    """A release laid out as in a dossier. Distributions too large to hold are left out; the comparison says so."""
    refs = refs_in(files, DIST)
    held = {ref.name: data for ref in refs if (data := data_at(files, ref.path)) is not None}
    archives: dict[str, BinaryIO] = {name: io.BytesIO(data) for name, data in held.items()}
    paths = {ref.name: f"{EVIDENCE}/{ref.name}{SBOM_SUFFIX}" for ref in refs}
    sboms = {name: data for name, path in paths.items() if (data := data_at(files, path)) is not None}
    said = {ref.name: data for ref in refs if (data := data_at(files, provenance_path(ref.name))) is not None}
    publisher = proven_publisher(((ref.name, ref.sha256) for ref in refs), said, root)
    return Side(version, tuple(ref.name for ref in refs), archives, sboms, publisher)


def proven_publisher(files: Iterable[tuple[str, str]], said: Mapping[str, bytes], root: TrustRoot) -> Publisher | None:
    """Who uploaded (name, sha256), by the first attestation that holds in what an index `said`."""
    for name, sha256 in files:
        for attestation in open_provenance(said.get(name, b""), name, sha256, root).attestations:
            claims = attestation.claims
            return Publisher(owner_and_name(claims), workflow_of(claims).rpartition("/")[2], claims.environment)
    return None
