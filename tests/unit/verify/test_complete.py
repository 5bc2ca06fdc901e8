"""The records of a dossier: what shows that none was lost, changed, added or renamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sealwright.dossier import encode
from sealwright.dossier.store import RECORD_SUMS, record_path
from sealwright.model import FileRef, Finding, Record, State, Sums
from sealwright.services.trust import public_good
from sealwright.verify.complete import check_complete, recorded_later
from sealwright.verify.evidence import Evidence, FileContent, Scope
from sealwright.verify.expected import Expected
from sealwright.verify.own_word import LATER
from sealwright.verify.published import published_case

Files = dict[str, bytes]
JOBS = ("plan", "build", "probe", "announce")
EXPECTED = Expected("octo-org/tiny", "0" * 40, "refs/tags/v1.0")


def record(job: str, *inputs: FileRef, outputs: tuple[FileRef, ...] = ()) -> bytes:
    return encode(Record(job, "0" * 64, (job,), inputs, outputs, (Finding.passed(job),)))


def listed(files: Files) -> Files:
    refs = [FileRef.of(path, data) for path, data in files.items() if path != RECORD_SUMS]
    return {**files, RECORD_SUMS: Sums.of(refs).text.encode()}


def dossier() -> Files:
    files = {record_path(job): record(job) for job in JOBS[:-1]}
    refs = [FileRef.of(path, data) for path, data in files.items()]
    return listed({**files, record_path("announce"): record("announce", *refs)})


def without(files: Files, path: str) -> Files:
    return {other: data for other, data in files.items() if other != path}


def judge(files: Files) -> list[Finding]:
    contents = {path: FileContent.of(path, data) for path, data in files.items()}
    case = published_case(contents, EXPECTED, public_good(), scope=Scope.DOSSIER)
    return list(check_complete(Evidence(case, None, {}, (), (), (), {})))


def test_a_complete_set_of_records_passes_once() -> None:
    (finding,) = judge(dossier())
    assert finding.state is State.PASS
    assert "4 records" in finding.found
    assert "own word" in finding.found


PROBE, LAST = record_path("probe"), record_path("announce")
ATTACKS: tuple[tuple[str, Callable[[Files], Files], str], ...] = (
    ("no list", lambda f: without(f, RECORD_SUMS), "record-sums-missing"),
    ("an empty list", lambda f: {**f, RECORD_SUMS: b""}, "record-sums-malformed"),
    ("a list cut off", lambda f: {**f, RECORD_SUMS: f[RECORD_SUMS][:-1]}, "record-sums-malformed"),
    ("a list that is no text", lambda f: {**f, RECORD_SUMS: b"\xff"}, "record-sums-malformed"),
    ("a record gone", lambda f: without(f, PROBE), "record-missing"),
    ("a record gone from the list too", lambda f: listed(without(f, PROBE)), "record-missing"),
    ("the last record gone", lambda f: without(f, LAST), "record-missing"),
    ("the last record gone from the list too", lambda f: listed(without(f, LAST)), "record-unaccounted"),
    ("a record changed", lambda f: {**f, LAST: f[LAST].replace(b"announce", b"announcf", 1)}, "record-changed"),
    ("a record cut off", lambda f: {**f, PROBE: f[PROBE][:-9]}, "malformed"),
    ("a record more", lambda f: {**f, record_path("evil"): record("evil")}, "record-unlisted"),
    ("a record more, listed", lambda f: listed({**f, record_path("evil"): record("evil")}), "record-unaccounted"),
    ("a record renamed", lambda f: listed({**without(f, PROBE), record_path("x"): f[PROBE]}), "record-of-another-job"),
    ("no record at all", lambda _: {}, "record-sums-missing"),
)


@pytest.mark.parametrize(("attack", "code"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_records_that_are_not_all_there_are_refused_for_their_reason(
    attack: Callable[[Files], Files], code: str
) -> None:
    findings = judge(attack(dossier()))
    assert code in {finding.code for finding in findings}
    assert all(finding.state in (State.FAIL, State.ABSENT) for finding in findings)


def test_jobs_after_the_gate_can_place_only_what_is_theirs() -> None:
    outputs = tuple(
        FileRef.of(path, b"x")
        for path in ("published/a.provenance.json", "evidence/evil.json", "dist/evil.whl", *LATER)
    )
    files = {record_path("confirm"): FileContent.of(record_path("confirm"), record("confirm", outputs=outputs))}
    assert sorted(recorded_later(files, LATER)) == sorted(("published/a.provenance.json", *LATER))


def test_a_changed_file_is_told_from_a_missing_one() -> None:
    changed = {**dossier(), PROBE: record("probe", FileRef("x", "1" * 64, 1))}
    found = {finding.code: finding for finding in judge(changed)}
    assert found["record-changed"].state is State.FAIL
    assert replace(found["record-changed"], hint="").expected.startswith("sha256:")
