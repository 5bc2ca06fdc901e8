"""What a job may state under the release's own signature.

Jobs that ran project code write statements too. Whatever is signed speaks with the identity of the release workflow,
so they may report results about the distributions and nothing else: never a verdict, never a builder's provenance.
"""

from __future__ import annotations

from sealwright.model import FileRef, Finding, State
from sealwright.verify.provenance import at, judge_subjects
from sealwright.verify.statement import SLSA_PROVENANCE_V1, STATEMENT_V1, TEST_RESULT, VULNERABILITIES, Statement

CHECK = "statements"
SELF_REPORTED_BUILD = "sealwright:build:v1"
SELF_REPORTED_BUILDER = "sealwright:job:build"
"""Build type and builder under which the build job may describe itself: names that no verifier takes for a builder's,
and verifiers differ in which of the two they look at."""
_BY_EXAMINE = {"inspect": TEST_RESULT, "audit": VULNERABILITIES}


def maker_of(what: str) -> str:
    """The job that makes statements/<what>.json."""
    return "examine" if what in _BY_EXAMINE else what


def judge_stated(
    job: str,
    path: str,
    statement: Statement,
    distributions: tuple[FileRef, ...],
    rebuilt: tuple[FileRef, ...],
    *,
    apart: bool,
) -> tuple[Finding, ...]:
    """What is wrong with a statement that `job` left at `path` to be signed; nothing if it may be.

    It must be of the kind that this job makes, and about exactly the `distributions`; the audit's about the wheels, and
    that of the job rebuild about what that built. Where wheels are built `apart`, by the project's own workflow, the
    job build speaks of the sdist alone, and a smoke job of the sdist and those wheels that it could try. Codes:
    `statement-out-of-place`, `statement-kind`, and those of `judge_subjects`.
    """
    what = path.rpartition("/")[2].removesuffix(".json")
    pairs = (
        ("statement-out-of-place", f"made by {maker_of(what)}", f"made by {job}"),
        ("statement-kind", STATEMENT_V1, statement.type),
        ("statement-kind", _kind(what), _found_kind(statement)),
    )
    hint = "the release workflow would vouch for it; it is not signed, and must not be published"
    wrong = tuple(
        Finding.failed(CHECK, code, path, expected=wanted, found=found, hint=hint)
        for code, wanted, found in pairs
        if wanted != found
    )
    subjects = _due(what, statement, distributions, rebuilt, apart=apart)
    covered = judge_subjects(statement, subjects, CHECK, path)
    return (*wrong, *(finding for finding in covered if finding.state is not State.PASS))


def _due(
    what: str, statement: Statement, distributions: tuple[FileRef, ...], rebuilt: tuple[FileRef, ...], *, apart: bool
) -> tuple[FileRef, ...]:
    """The files that a statement must be about."""
    wheels = tuple(ref for ref in distributions if ref.name.endswith(".whl"))
    others = tuple(ref for ref in distributions if ref not in wheels)
    if what == "rebuild":
        return rebuilt
    if what == "audit":
        return wheels or distributions
    if apart and what == "build":
        return others
    if apart and maker_of(what) == what:  # a smoke job
        return (*others, *(ref for ref in wheels if ref.name in statement.subjects))
    return distributions


def _kind(what: str) -> str:
    if what != "build":
        return _BY_EXAMINE.get(what, TEST_RESULT)
    return f"{SLSA_PROVENANCE_V1} of {SELF_REPORTED_BUILD} by {SELF_REPORTED_BUILDER}"


def _found_kind(statement: Statement) -> str:
    if statement.predicate_type != SLSA_PROVENANCE_V1:
        return statement.predicate_type
    build_type = at(statement.predicate, "buildDefinition", "buildType")
    return f"{SLSA_PROVENANCE_V1} of {build_type} by {at(statement.predicate, 'runDetails', 'builder', 'id')}"
