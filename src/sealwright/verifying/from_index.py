"""One version of a project, as an index serves it: every file, and what the index says about who uploaded it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sealwright.dossier.store import DIST
from sealwright.errors import SealwrightError
from sealwright.model import Finding
from sealwright.services.release_folder import MOST_FILES
from sealwright.stages.base import finding_of
from sealwright.verify import served
from sealwright.verify.evidence import FileContent, provenance_path
from sealwright.verify.listing import IndexFile
from sealwright.verify.served import FILES, PROVENANCE
from sealwright.verifying.fetching import MOST_BYTES, Fetched, content
from sealwright.verifying.index_reader import IndexReader

Say = Callable[[str], None]


def fetch_release(reader: IndexReader, version: str, say: Say) -> Fetched:
    """Everything that the index has of a version. Findings: `index-files`, and `index-provenance` without answer."""
    listed = reader.listed(version)
    if listed.findings:
        return Fetched(findings=listed.findings)
    refusal = _too_much(listed.files)
    if refusal is not None:
        return Fetched(findings=(refusal.about(f"{reader.project} {version}"),))
    say(f"fetching {len(listed.files)} files of {reader.project} {version} from {reader.site.url}")
    contents = reader.download(listed.files, lambda name, data: content(f"{DIST}/{name}", data))
    provenances = reader.provenances(listed.files)
    findings = (
        *(_file(file, contents[file.filename]) for file in listed.files),
        *(_unanswered(name, answer) for name, answer in provenances.items() if isinstance(answer, SealwrightError)),
    )
    here = [file for file in contents.values() if isinstance(file, FileContent)]
    said = {name: answer for name, answer in provenances.items() if not isinstance(answer, SealwrightError)}
    files = {file.ref.path: file for file in here}
    files |= {provenance_path(name): _kept(name, answer) for name, answer in said.items() if answer is not None}
    return Fetched(files, findings, complete=(len(here), len(said)) == (len(contents), len(provenances)))


def _file(file: IndexFile, found: FileContent | SealwrightError) -> Finding:
    if isinstance(found, SealwrightError):
        return finding_of(found, FILES).about(file.filename)
    return (
        served.difference(found.ref, file)
        or served.withdrawn(file)
        or Finding.passed(FILES, file.filename, served.described(found.ref))
    )


def _unanswered(name: str, error: SealwrightError) -> Finding:
    return finding_of(error, PROVENANCE).about(name)


def _kept(name: str, provenance: bytes) -> FileContent:
    return FileContent.of(provenance_path(name), provenance)


def _too_much(files: Iterable[IndexFile]) -> Finding | None:
    sizes = [file.size or 0 for file in files]
    if len(sizes) <= MOST_FILES and sum(sizes) <= MOST_BYTES:
        return None
    found = f"{len(sizes)} files of {sum(sizes)} bytes; at most {MOST_FILES} of {MOST_BYTES} are fetched"
    hint = "download the ones that you want, and judge them as files"
    return Finding.unavailable(FILES, "release-too-large", found=found, hint=hint)
