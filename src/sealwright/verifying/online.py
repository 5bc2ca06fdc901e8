"""A release that somebody has, compared with what an index serves under its name and version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealwright.dossier.store import DIST
from sealwright.errors import SealwrightError
from sealwright.model import FileRef, Finding
from sealwright.stages.base import finding_of
from sealwright.verify import served
from sealwright.verify.anybody import Examined, judge_answered
from sealwright.verify.archive.names import parse_name
from sealwright.verify.evidence import FileContent, provenance_path, refs_in
from sealwright.verify.index_evidence import open_answers
from sealwright.verify.listing import IndexFile
from sealwright.verify.question import Question
from sealwright.verify.served import FILES, PROVENANCE, unattested
from sealwright.verifying.index_reader import IndexReader


def release_of(files: Mapping[str, FileContent]) -> tuple[str, str] | None:
    """The (project, version) that all distributions name; None where they name none, or several."""
    names = {parse_name(ref.name) for ref in refs_in(files, DIST)}
    found = {(name.project, name.version) for name in names if name is not None}
    return found.pop() if len(found) == 1 and None not in names else None


def compare_with_index(
    examined: Examined, question: Question, reader: IndexReader, version: str, *, whole: bool
) -> Iterator[Finding]:
    """The index lists each distribution as it is here, none that is not here, none yanked, by the same publisher.

    `whole` says that all distributions of the release are here. Checks `index-files` and `index-provenance`; nothing
    that was not answered passes. Codes: `index-absent`, `index-different`, `index-extra`, `index-yanked`,
    `provenance-missing`, those of `IndexReader.listed` and of `judge_answered`.
    """
    planned = examined.evidence.distributions
    listed = reader.listed(version)
    yield from listed.findings
    if listed.findings:
        return
    by_name = {file.filename: file for file in listed.files}
    yield from (_compared(ref, by_name.get(ref.name)) for ref in planned)
    yield from served.extras(planned, listed.files) if whole else ()
    yield from _uploaded(examined, question, reader, by_name)


def _compared(ref: FileRef, file: IndexFile | None) -> Finding:
    if file is None:
        hint = "the index has this version without this file; ask the project why"
        return Finding.absent(FILES, "index-absent", ref.name, expected=served.described(ref), hint=hint)
    same = Finding.passed(FILES, ref.name, served.described(ref))
    return served.difference(ref, file) or served.withdrawn(file) or same


def _uploaded(
    examined: Examined, question: Question, reader: IndexReader, by_name: Mapping[str, IndexFile]
) -> Iterator[Finding]:
    """Whether the index's attestations of the files that are here and there are of this very release."""
    here = {ref.name: ref for ref in examined.evidence.distributions if ref.name in by_name}
    said: dict[str, FileContent] = {}
    for name, answer in reader.provenances(by_name[name] for name in here).items():
        match answer:
            case SealwrightError():
                yield finding_of(answer, PROVENANCE).about(name)
            case None:
                yield unattested(name)
            case bytes():
                said[provenance_path(name)] = FileContent.of(provenance_path(name), answer)
    attested = {ref.path: FileContent(ref) for name, ref in here.items() if provenance_path(name) in said}
    answers = open_answers({**attested, **said}, examined.evidence.case.root)
    found = judge_answered(examined.evidence, answers, question)
    # Said above about each that has none, with the reason.
    yield from (finding for finding in found if finding.code != "index-provenance-missing")
