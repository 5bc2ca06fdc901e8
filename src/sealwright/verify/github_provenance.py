"""GitHub's own provenance, as actions/attest writes it.

The caller's workflow writes the predicate and can write anything, another signer included. So the certificate decides,
and the predicate must then repeat every fact of it. Build type: https://actions.github.io/buildtypes/workflow/v1
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, State
from sealwright.verify.bundle import verify_statement
from sealwright.verify.expected import Expected, judge_claims
from sealwright.verify.provenance import at, judge_agreement, judge_subjects, refused
from sealwright.verify.slsa import entry_point
from sealwright.verify.statement import SLSA_PROVENANCE_V1, STATEMENT_V1, Statement

if TYPE_CHECKING:
    from sealwright.verify.bundle import Claims, TrustRoot, VerifiedStatement

CHECK = "provenance-github"
BUILD_TYPE = "https://actions.github.io/buildtypes/workflow/v1"


def judge_github(
    bundle: bytes,
    subjects: tuple[FileRef, ...],
    expected: Expected,
    root: TrustRoot,
    *,
    environment: str | None = None,
    where: str = "github provenance",
) -> tuple[Finding, ...]:
    """Whether `bundle` is GitHub's provenance of exactly `subjects`, by our own workflow in the expected run.

    All findings are of check `provenance-github`, as in `judge_generator`, and one of `environment` if that is given.
    """
    try:
        verified = verify_statement(bundle, root)
    except Refused as error:
        return (refused(error, CHECK, where),)
    return judge_attested(verified, subjects, expected, environment=environment, where=where)


def judge_attested(
    verified: VerifiedStatement,
    subjects: tuple[FileRef, ...],
    expected: Expected,
    *,
    environment: str | None = None,
    where: str,
) -> tuple[Finding, ...]:
    """`judge_github` for a bundle that was verified already."""
    claims, statement = verified.claims, verified.statement
    judged = judge_claims(claims, expected, CHECK, where, environment=environment)
    aside = tuple(f for f in judged if f.check != CHECK)
    wrong = (
        *(f for f in judged if f.check == CHECK and f.state is not State.PASS),
        *_judge_types(statement, where),
        *disagreeing(statement.predicate, claims, where),
    )
    covered = judge_subjects(statement, subjects, CHECK, where)
    return (*wrong, *(f for f in covered if not wrong or f.code != CHECK), *aside)


def disagreeing(predicate: Mapping[str, Any], claims: Claims, where: str = "predicate") -> tuple[Finding, ...]:
    """One failure for each fact of the certificate that the predicate does not repeat."""
    return judge_agreement(predicate, _certified(claims), CHECK, where)


def _judge_types(statement: Statement, where: str) -> tuple[Finding, ...]:
    dependencies = at(statement.predicate, "buildDefinition", "resolvedDependencies")
    count = len(dependencies) if isinstance(dependencies, list) else 0
    pairs = (
        ("statement-type", STATEMENT_V1, statement.type),
        ("predicate-type", SLSA_PROVENANCE_V1, statement.predicate_type),
        ("predicate-build-type", BUILD_TYPE, str(at(statement.predicate, "buildDefinition", "buildType"))),
        ("predicate-materials", "resolved dependencies: 1", f"resolved dependencies: {count}"),
    )
    return tuple(
        Finding.failed(CHECK, code, where, expected=wanted, found=found, hint="actions/attest does not write this")
        for code, wanted, found in pairs
        if wanted != found
    )


def _certified(claims: Claims) -> tuple[tuple[str, str, tuple[str | int, ...]], ...]:
    """(code, value proved by the certificate, where the predicate must say the same)."""
    definition = "buildDefinition"
    workflow = (definition, "externalParameters", "workflow")
    github = (definition, "internalParameters", "github")
    source = (definition, "resolvedDependencies", 0)
    return (
        ("predicate-builder", claims.build_signer_uri, ("runDetails", "builder", "id")),
        ("predicate-source", claims.repository, (*workflow, "repository")),
        ("predicate-source", claims.ref, (*workflow, "ref")),
        ("predicate-entry-point", entry_point(claims), (*workflow, "path")),
        ("predicate-materials", f"git+{claims.repository}@{claims.ref}", (*source, "uri")),
        ("predicate-commit", claims.commit, (*source, "digest", "gitCommit")),
        ("predicate-environment", claims.trigger, (*github, "event_name")),
        ("predicate-environment", claims.repository_id, (*github, "repository_id")),
        ("predicate-environment", claims.owner_id, (*github, "repository_owner_id")),
        ("predicate-environment", claims.runner, (*github, "runner_environment")),
        ("predicate-run", claims.run_uri, ("runDetails", "metadata", "invocationId")),
    )
