"""Whether a whole dossier is there: every record of its jobs, and every file that a record or release.json names.

Records of jobs that ran before the gate are in release.json, which is signed. Those of later jobs are in nothing that
is signed: `records/SHA256SUMS`, which the last job writes, and the digests of records among the inputs of other records
show that none was lost or changed by accident. That is completeness and not authenticity: whoever rewrites all of them
consistently is not noticed by this, and gains nothing, since no other check believes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealwright.dossier import decode
from sealwright.dossier.store import DIST, EVIDENCE, REBUILT, RECORD_SUMS, RECORDS
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, Record, Sums
from sealwright.verify.evidence import Evidence, FileContent, data_at, refs_in

CHECK = "records"
_SUFFIX = ".json"
_CUT_OFF = "the release did not come to its end, or a part of the dossier was lost; get all of it again"
_CHANGED = "it is not what the last job of the release found; get the dossier again"


def check_complete(evidence: Evidence) -> Iterator[Finding]:
    """The records are exactly those that the last job listed, and none that a record names is missing.

    Codes: `record-sums-missing`, `record-sums-malformed`, `record-missing`, `record-changed`, `record-unlisted`,
    `malformed`, `record-unaccounted`.
    """
    files = evidence.case.files
    wrong = [*_against_sums(files), *_malformed(files), *_against_each_other(records_in(files))]
    yield from wrong
    if not wrong:
        count = len(records_in(files))
        yield Finding.passed(CHECK, found=f"{count} records, as the last job listed them; the project's own word")


def records_in(files: Mapping[str, FileContent]) -> dict[str, Record]:
    """The records that can be read, by file name."""
    found: dict[str, Record] = {}
    for ref in _records(files):
        try:
            found[ref.name] = decode(Record, data_at(files, ref.path) or b"", ref.path)
        except Refused:
            continue  # `_malformed` says so
    return found


def recorded_later(files: Mapping[str, FileContent], sealed: tuple[str, ...]) -> dict[str, FileRef]:
    """What records say was made, by path, where a job could only make it after release.json was written.

    Of distributions and evidence that is `sealed` alone: jobs that run project code run after the gate too.
    """
    outputs = (ref for record in records_in(files).values() for ref in record.outputs)
    return {
        ref.path: ref
        for ref in outputs
        if ref.path.partition("/")[0] not in (DIST, EVIDENCE, REBUILT) or ref.path in sealed
    }


def _records(files: Mapping[str, FileContent]) -> tuple[FileRef, ...]:
    return tuple(ref for ref in refs_in(files, RECORDS) if ref.path != RECORD_SUMS)


def _against_sums(files: Mapping[str, FileContent]) -> Iterator[Finding]:
    data = data_at(files, RECORD_SUMS)
    if data is None:
        yield Finding.absent(CHECK, "record-sums-missing", RECORD_SUMS, expected=RECORD_SUMS, hint=_CUT_OFF)
        return
    try:
        listed = dict(Sums.parse(data.decode("ascii")))
    except ValueError as error:
        yield Finding.failed(CHECK, "record-sums-malformed", RECORD_SUMS, found=str(error), hint=_CHANGED)
        return
    here = {ref.name: ref.sha256 for ref in _records(files)}
    for name in sorted(listed.keys() | here.keys()):
        path = f"{RECORDS}/{name}"
        if name not in here:
            yield _missing(path, listed[name])
        elif name not in listed:
            hint = "it is of no job of this release; find out where it came from"
            yield Finding.failed(CHECK, "record-unlisted", path, expected=f"listed in {RECORD_SUMS}", hint=hint)
        elif here[name] != listed[name]:
            yield _changed(path, listed[name], here[name])


def _malformed(files: Mapping[str, FileContent]) -> Iterator[Finding]:
    for ref in _records(files):
        try:
            record = decode(Record, data_at(files, ref.path) or b"", ref.path)
        except Refused as error:
            yield Finding.failed(CHECK, error.code, ref.path, found=error.message, hint=error.hint)
            continue
        if ref.name != f"{record.job}{_SUFFIX}":
            hint = "it was renamed or copied"
            yield Finding.failed(
                CHECK, "record-of-another-job", ref.path, expected=f"{record.job}{_SUFFIX}", found=ref.name, hint=hint
            )


def _against_each_other(records: Mapping[str, Record]) -> Iterator[Finding]:
    """The record of the last job names those of all others; whatever it names is compared with the list above."""
    named = {ref.name for record in records.values() for ref in record.inputs if ref.path.startswith(f"{RECORDS}/")}
    for name in sorted(named - records.keys()):
        yield Finding.absent(CHECK, "record-missing", f"{RECORDS}/{name}", expected="what another record was made from")
    last = sorted(records.keys() - named)
    if len(last) != 1:
        yield Finding.failed(
            CHECK,
            "record-unaccounted",
            RECORDS,
            expected="one record, of the last job, that nothing was made from",
            found=", ".join(last) or "none",
            hint=_CUT_OFF,
        )


def _missing(path: str, sha256: str) -> Finding:
    return Finding.absent(CHECK, "record-missing", path, expected=f"sha256:{sha256}", hint=_CUT_OFF)


def _changed(path: str, wanted: str, found: str) -> Finding:
    expected, other = f"sha256:{wanted}", f"sha256:{found}"
    return Finding.failed(CHECK, "record-changed", path, expected=expected, found=other, hint=_CHANGED)
