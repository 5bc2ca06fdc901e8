"""Whether the files of a release are exactly the ones that its jobs made, no more, no fewer, unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sealwright.dossier.store import LOCAL, SBOM_SUFFIX, VEX, is_part, record_path
from sealwright.model import FileRef, Finding, Record, Sums
from sealwright.model.digest import is_plain_name
from sealwright.verify.evidence import (
    GENERATOR_BUNDLE,
    GITHUB_BUNDLE,
    SIGNATURE_SUFFIX,
    STATEMENT_SUFFIX,
    Case,
    Evidence,
    FileContent,
)
from sealwright.verify.stated import maker_of

CHECK = "files"

# Jobs that ran project code must not be able to place what only an identity or a judgement may place, nor anything
# that nobody expects: release.json lists every file, and is signed.
_MAKERS = {
    "": ("plan",),
    "build": ("build",),
    LOCAL: ("build",),
    "dist": ("build",),
    "rebuilt": ("rebuild",),
    "evidence": ("examine", "attest"),
    "reports": ("examine",),
}


def check_files(evidence: Evidence) -> Iterator[Finding]:
    """Every file is claimed by the record of the job that may make it, and is as recorded; every claimed file is there.

    Codes: `file-unclaimed`, `file-missing`, `digest-mismatch`, `file-claimed-twice`, `file-out-of-place`,
    `evidence-orphaned`, `file-name`, `sums-differ`, `nothing-built`.
    """
    claimed = _claims(evidence.records)
    wrong = [
        *_misplaced(evidence.records),
        *_compare(claimed, evidence.case.files),
        *_unclaimed(claimed, evidence.case),
        *_orphans(evidence.case.files),
        *_odd_names(evidence.case.files),
        *_sums(evidence.case.sums, evidence.distributions),
    ]
    yield from wrong
    if not wrong:
        yield Finding.passed(CHECK, found=f"{len(evidence.case.files)} files, {len(evidence.distributions)} to publish")


def check_index(evidence: Evidence) -> Iterator[Finding]:
    """The index serves nothing else under this version: absent is to be uploaded, identical is done, different stops.

    Codes: `index-different`, `index-extra`.
    """
    served = evidence.case.index
    if isinstance(served, Finding):
        yield served
        return
    ours = {ref.name: ref.sha256 for ref in evidence.distributions}
    wrong = [_index_difference(name, digest, ours) for name, digest in served.items() if ours.get(name) != digest]
    yield from wrong
    if not wrong:
        yield Finding.passed("index", found=f"serves {len(served)} of {len(ours)} files, the same bytes")


def sha256sums(files: Mapping[str, FileContent]) -> bytes:
    """The text of evidence/SHA256SUMS: what a release consists of by file name, as `sha256sum -c` reads it.

    Flat, because that is how people download a release; the names are unique across the folders.
    """
    refs = (content.ref for path, content in files.items() if is_part(path))
    named = {ref.name: ref.sha256 for ref in refs if is_plain_name(ref.name)}
    return Sums(tuple(sorted(named.items()))).text.encode()


def _claims(records: Mapping[str, Record]) -> dict[str, tuple[tuple[str, FileRef], ...]]:
    """Path to (job, what it recorded), for every recorded output."""
    found: dict[str, tuple[tuple[str, FileRef], ...]] = {}
    for job, record in records.items():
        for ref in record.outputs:
            found[ref.path] = (*found.get(ref.path, ()), (job, ref))
    return found


def _misplaced(records: Mapping[str, Record]) -> Iterator[Finding]:
    for job, record in records.items():
        for ref in record.outputs:
            makers = _makers(ref)
            if job not in makers:
                yield Finding.failed(
                    CHECK,
                    "file-out-of-place",
                    ref.path,
                    expected=f"made by {' or '.join(makers) or 'nobody'}",
                    found=f"claimed by {job}",
                    hint="a job put a file where only another job may put one",
                )


def _makers(ref: FileRef) -> tuple[str, ...]:
    folder = ref.path.rpartition("/")[0]
    if folder == "statements":
        return (maker_of(ref.name.removesuffix(".json")),)
    return _MAKERS.get(folder, ())


def _compare(
    claimed: Mapping[str, tuple[tuple[str, FileRef], ...]], files: Mapping[str, FileContent]
) -> Iterator[Finding]:
    for path, claims in claimed.items():
        if len(claims) > 1:
            jobs = ", ".join(job for job, _ in claims)
            yield Finding.failed(CHECK, "file-claimed-twice", path, expected="one job", found=jobs)
        job, recorded = claims[0]
        if path not in files:
            hint = f"the artifact of job {job} is incomplete"
            yield Finding.absent(CHECK, "file-missing", path, expected=f"sha256:{recorded.sha256}", hint=hint)
        elif files[path].ref.sha256 != recorded.sha256:
            yield Finding.failed(
                CHECK,
                "digest-mismatch",
                path,
                expected=f"sha256:{recorded.sha256}, recorded by {job}",
                found=f"sha256:{files[path].ref.sha256}",
                hint="it was changed after the job that made it",
            )


def _unclaimed(claimed: Iterable[str], case: Case) -> Iterator[Finding]:
    others = {GENERATOR_BUNDLE} if case.generator else set()
    known = {*claimed, *others, *(record_path(job) for job in case.jobs)}
    for path in sorted(case.files.keys() - known):
        hint = "no job of this release says that it made it; find out where it came from"
        yield Finding.failed(CHECK, "file-unclaimed", path, expected="a file that a record names", hint=hint)


def _orphans(files: Mapping[str, FileContent]) -> Iterator[Finding]:
    for path in sorted(files):
        wanted = _described_by(path)
        if wanted and not any(candidate in files for candidate in wanted):
            yield Finding.failed(
                CHECK,
                "evidence-orphaned",
                path,
                expected=" or ".join(wanted),
                found="no such file",
                hint="evidence about a file that is not here; one of the two was removed or renamed",
            )


def _odd_names(files: Mapping[str, FileContent]) -> Iterator[Finding]:
    for path in sorted(files):
        if not is_plain_name(files[path].ref.name):
            hint = "such a name reads differently from one program to the next"
            yield Finding.failed(CHECK, "file-name", path, expected="letters, digits and ._+!-", hint=hint)


def _described_by(path: str) -> tuple[str, ...]:
    """The paths of which one must exist for the evidence at `path` to be about something."""
    folder, _, name = path.rpartition("/")
    if folder != "evidence" or path in (GENERATOR_BUNDLE, GITHUB_BUNDLE):
        return ()
    if path == VEX:
        return ("statements/audit.json",)
    if name.endswith(SIGNATURE_SUFFIX):
        return (f"dist/{name.removesuffix(SIGNATURE_SUFFIX)}", f"evidence/{name.removesuffix(SIGNATURE_SUFFIX)}")
    if name.endswith(SBOM_SUFFIX):
        return (f"dist/{name.removesuffix(SBOM_SUFFIX)}",)
    if name.endswith(STATEMENT_SUFFIX):
        return (f"statements/{name.removesuffix(STATEMENT_SUFFIX)}.json",)
    return ()


def _sums(sums: Sums, distributions: tuple[FileRef, ...]) -> Iterator[Finding]:
    if not distributions:
        yield Finding.absent(CHECK, "nothing-built", "dist", expected="at least one distribution")
    for name, found, wanted in _differences({ref.name: ref.sha256 for ref in distributions}, dict(sums)):
        yield Finding.failed(
            CHECK,
            "sums-differ",
            name,
            expected=f"sha256:{wanted}, put out by build" if wanted else "not put out by build",
            found=f"sha256:{found}" if found else "no such file",
            hint="the folder is not the one whose digests the build job put out",
        )


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield name, found.get(name, ""), wanted.get(name, "")


def _index_difference(name: str, digest: str, ours: Mapping[str, str]) -> Finding:
    if name in ours:
        return Finding.failed(
            "index",
            "index-different",
            name,
            expected=f"sha256:{ours[name]}",
            found=f"sha256:{digest}",
            hint="the index never replaces a file; release a new version",
        )
    return Finding.failed(
        "index",
        "index-extra",
        name,
        expected="only the distributions of this release",
        found=f"sha256:{digest}",
        hint="somebody published another file under this version; find out who, then release a new version",
    )
