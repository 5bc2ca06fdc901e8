"""RECORD: every file of a wheel with its hash (https://packaging.python.org/en/latest/specifications/recording-installed-packages/)."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator, Mapping

from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.members import Member

# A name is put in quotes where it holds a comma or a quote, and nothing else is.
_QUOTED = re.compile(r'"(?=[^"]*(?:,|""))(?:[^"]|"")*",[^",]*,[^",]*')


def judge_record(files: Mapping[str, Member], dist_info: str) -> Iterator[Fault]:
    """Faults of the RECORD of a wheel with these files."""
    path = f"{dist_info}/RECORD"
    record = files.get(path)
    if record is None or record.data is None:
        yield Fault("record-missing", path)
        return
    try:
        rows = list(csv.reader(io.StringIO(record.data.decode(), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        yield Fault("record-malformed", path, str(error))
        return
    yield from _needlessly_quoted(record.data.decode(), path)
    listed: dict[str, tuple[str, str]] = {}
    for row in filter(None, rows):
        if len(row) != 3:
            yield Fault("record-malformed", path, ",".join(row))
            continue
        if row[0] in listed:
            yield Fault("record-duplicate", row[0])
        listed[row[0]] = (row[1], row[2])
    yield from _compared(files, listed, path)


def _needlessly_quoted(text: str, path: str) -> Iterator[Fault]:
    """Rows that a reader of plain commas takes for others than a reader of CSV does."""
    for line in text.splitlines():
        if '"' in line and _QUOTED.fullmatch(line) is None:
            yield Fault("record-quoted", path, line[:80])


def _compared(files: Mapping[str, Member], listed: Mapping[str, tuple[str, str]], path: str) -> Iterator[Fault]:
    for name in sorted(listed.keys() - files.keys()):
        yield Fault("record-phantom", name)
    for name, member in sorted(files.items()):
        if name not in listed:
            yield Fault("record-unlisted", name)
        elif name != path:
            yield from _row(member, *listed[name])


def _row(member: Member, digest: str, size: str) -> Iterator[Fault]:
    algorithm, _, value = digest.partition("=")
    if algorithm != "sha256":
        yield Fault("record-weak-hash", member.name, digest or "no hash", "sha256")
        return
    expected = base64.urlsafe_b64encode(member.sha256).rstrip(b"=").decode()
    if value != expected:
        yield Fault("record-hash-mismatch", member.name, value, expected)
    if size and size != str(member.size):
        yield Fault("record-size-mismatch", member.name, size, str(member.size))
