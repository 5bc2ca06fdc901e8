"""What provenance of any maker is asked: does it cover exactly these files, and does it agree with its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.verify.statement import Statement

_DISAGREES = (
    "whoever can sign can write anything into a predicate; only what the certificate says as well is evidence, so "
    "this predicate was not written by the builder it names"
)


def at(document: object, *path: str | int) -> Any:
    """The value at `path` of a JSON document of unknown shape; None where there is none."""
    for step in path:
        match document, step:
            case dict(), str():
                document = document.get(step)
            case list(), int() if -len(document) <= step < len(document):
                document = document[step]
            case _:
                return None
    return document


def refused(error: Refused, check: str, where: str) -> Finding:
    """Evidence that cannot be read or whose signature does not hold, as a finding about it."""
    return Finding.failed(check, error.code, where, found=error.message, hint=error.hint)


def judge_agreement(
    predicate: Mapping[str, Any], wanted: Iterable[tuple[str, str, tuple[str | int, ...]]], check: str, where: str
) -> tuple[Finding, ...]:
    """One failure for each (code, what the certificate says, path in the predicate) that differs.

    A fact missing from the certificate agrees with nothing.
    """
    return tuple(
        Finding.failed(
            check,
            code,
            where,
            expected=f"{_spell(path)} = {value!r}" if value else f"a certificate that proves {_spell(path)}",
            found=repr(at(predicate, *path)),
            hint=_DISAGREES,
        )
        for code, value, path in wanted
        if not value or at(predicate, *path) != value
    )


def judge_subjects(statement: Statement, files: tuple[FileRef, ...], check: str, where: str) -> tuple[Finding, ...]:
    """One finding for each file, and one failure for each subject beside them.

    A file is found by its digest; its name must not stand beside another digest. Codes: `subject-missing`,
    `subject-digest`, `subject-extra`, `subject-none`.
    """
    if not files:
        return (Finding.failed(check, "subject-none", where, found="no distribution to look for"),)
    names, digests = {ref.name for ref in files}, {ref.sha256 for ref in files}
    extra = tuple(
        Finding.failed(
            check,
            "subject-extra",
            where,
            expected=", ".join(sorted(names)),
            found=f"{name} sha256:{digest}",
            hint="it vouches for a file that is not part of this release",
        )
        for name, digest in statement.subjects.items()
        if name not in names and digest not in digests
    )
    return (*(_covered(statement, ref, check, where) for ref in files), *extra)


def _covered(statement: Statement, ref: FileRef, check: str, where: str) -> Finding:
    named = statement.subjects.get(ref.name)
    if named is not None and named != ref.sha256:
        return Finding.failed(
            check,
            "subject-digest",
            ref.name,
            expected=f"sha256:{ref.sha256}",
            found=f"sha256:{named}",
            hint=f"{where} is about another file of this name; one of the two was replaced after the build",
        )
    if ref.sha256 not in statement.subjects.values():
        return Finding.failed(
            check,
            "subject-missing",
            ref.name,
            expected=f"sha256:{ref.sha256}",
            found=", ".join(sorted(statement.subjects)),
            hint=f"{where} does not cover this file",
        )
    return Finding.passed(check, ref.name, f"covered by {where}")


def _spell(path: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in path)
