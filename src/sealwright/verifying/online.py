"""A release that somebody has, compared with what an index serves under its name and version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.dossier.store import DIST
from sealwright.errors import SealwrightError
from sealwright.model import FileRef, Finding
from sealwright.stages.base import finding_of
from sealwright.verify import served
from sealwright.verify.archive.names import parse_name
from sealwright.verify.bundle import Claims, TrustRoot
from sealwright.verify.evidence import FileContent, refs_in
from sealwright.verify.indexed import judge_publisher
from sealwright.verify.listing import IndexFile
from sealwright.verify.question import Question
from sealwright.verify.served import FILES, PROVENANCE, unattested
from sealwright.verifying.index_reader import IndexReader


@dataclass(frozen=True, slots=True)
class Asked:
    """By whom the files on the index must have been uploaded."""

    question: Question
    claims: Claims | None
    """Of the release at hand, whose commit and tag the index must name as well."""
    root: TrustRoot


def release_of(files: Mapping[str, FileContent]) -> tuple[str, str] | None:
    """The (project, version) that all distributions name; None where they name none, or several."""
    names = {parse_name(ref.name) for ref in refs_in(files, DIST)}
    found = {(name.project, name.version) for name in names if name is not None}
    return found.pop() if len(found) == 1 and None not in names else None


def compare_with_index(
    planned: tuple[FileRef, ...], reader: IndexReader, version: str, asked: Asked
) -> Iterator[Finding]:
    """The index lists each distribution as it is here, none that is not here, none yanked, by the same publisher.

    Checks `index-files` and `index-provenance`; nothing that was not answered passes. Codes: `index-absent`,
    `index-different`, `index-extra`, `index-yanked`, those of `IndexReader.listed` and of `verify_provenance`.
    """
    listed = reader.listed(version)
    yield from listed.findings
    if listed.findings:
        return
    by_name = {file.filename: file for file in listed.files}
    yield from (_compared(ref, by_name.get(ref.name)) for ref in planned)
    yield from served.extras(planned, listed.files)
    there = {ref: by_name[ref.name] for ref in planned if ref.name in by_name}
    answers = reader.provenances(there.values())
    for ref in there:
        yield from _published_by(ref, answers[ref.name], asked)


def _compared(ref: FileRef, file: IndexFile | None) -> Finding:
    if file is None:
        hint = "the index has this version without this file; ask the project why"
        return Finding.absent(FILES, "index-absent", ref.name, expected=served.described(ref), hint=hint)
    same = Finding.passed(FILES, ref.name, served.described(ref))
    return served.difference(ref, file) or served.withdrawn(file) or same


def _published_by(ref: FileRef, answer: bytes | SealwrightError | None, asked: Asked) -> tuple[Finding, ...]:
    match answer:
        case SealwrightError():
            return (finding_of(answer, PROVENANCE).about(ref.name),)
        case None:
            return (unattested(ref.name),)
        case bytes():
            return judge_publisher(answer, ref, asked.root, asked.question, asked.claims)
