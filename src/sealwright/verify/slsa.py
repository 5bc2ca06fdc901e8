"""Provenance of slsa-github-generator's generic generator, judged in the order of slsa-verifier.

The generator is called by tag, because it refuses anything else; the certificate shows which commit the tag was at,
and that is pinned here. https://github.com/slsa-framework/slsa-verifier/blob/main/verifiers/internal/gha/verifier.go
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sealwright.endpoints import GITHUB_URL
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.verify.bundle import verify_statement
from sealwright.verify.expected import Expected, disagreements, judge_run
from sealwright.verify.provenance import at, judge_agreement, judge_subjects, refused
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, STATEMENT_V0_1, Statement

if TYPE_CHECKING:
    from sealwright.verify.bundle import Claims, TrustRoot, VerifiedStatement

CHECK = "provenance"
GENERATOR_REF = "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0"
"""The reusable workflow as the claim `job_workflow_ref` of its identity token spells it."""
GENERATOR_COMMIT = "f7dd8c54c2067bafc12ca7a55595d5ee9b75204a"
BUILD_TYPE = "https://github.com/slsa-framework/slsa-github-generator/generic@v1"

_GENERATOR, _, _TAG = f"{GITHUB_URL}/{GENERATOR_REF}".partition("@")
_VERSION = _TAG.removeprefix("refs/tags/")
_RUN = re.compile(r"https?://[^/]+/[^/]+/[^/]+/actions/runs/(?P<id>[0-9]+)/attempts/(?P<attempt>[0-9]+)")
_HINTS = {
    "signer-workflow": "it was not signed by the generator; a statement that only claims to be the generator's is "
    "worth nothing",
    "generator-version": f"call the generator at {_VERSION}; no other version is known here",
    "generator-commit": "the generator's tag is at another commit than the reviewed one; do not publish with it",
}


def judge_generator(
    bundle: bytes, subjects: tuple[FileRef, ...], expected: Expected, root: TrustRoot, *, where: str = "provenance"
) -> tuple[Finding, ...]:
    """Whether `bundle` is the generator's word about exactly `subjects`, in the expected run.

    All findings are of check `provenance`: one for each subject, and one for each thing wrong with the whole. A subject
    passes only if nothing is wrong with the whole. `where` names the bundle in findings.
    """
    if _is_plain_envelope(bundle):
        return (_not_in_log(where),)
    try:
        verified = verify_statement(bundle, root)
    except Refused as error:
        return (refused(error, CHECK, where),)
    return judge_generated(verified, subjects, expected, where=where)


def judge_generated(
    verified: VerifiedStatement, subjects: tuple[FileRef, ...], expected: Expected, *, where: str
) -> tuple[Finding, ...]:
    """`judge_generator` for a bundle that was verified already."""
    claims, statement = verified.claims, verified.statement
    wrong = (
        *_judge_signer(claims, where),
        *judge_run(claims, expected, CHECK, where),
        *_judge_types(statement, where),
        *judge_agreement(statement.predicate, _certified(claims), CHECK, where),
        *_judge_materials(statement, where),
    )
    covered = judge_subjects(statement, subjects, CHECK, where)
    return (*wrong, *(f for f in covered if not wrong or f.code != CHECK))


def _judge_signer(claims: Claims, where: str) -> tuple[Finding, ...]:
    pairs = []
    for uri in (claims.san, claims.build_signer_uri):
        workflow, _, ref = uri.partition("@")
        pairs += [("signer-workflow", _GENERATOR, workflow)]
        # Which version it would be is only a question about the generator itself.
        pairs += [("generator-version", _TAG, ref)] if workflow == _GENERATOR else []
    pairs += [("generator-commit", GENERATOR_COMMIT, claims.build_signer_digest)]
    return disagreements(pairs, CHECK, where, _HINTS)


def _judge_types(statement: Statement, where: str) -> tuple[Finding, ...]:
    pairs = (
        ("statement-type", STATEMENT_V0_1, statement.type),
        ("predicate-type", SLSA_PROVENANCE_V0_2, statement.predicate_type),
        ("predicate-build-type", BUILD_TYPE, str(at(statement.predicate, "buildType"))),
    )
    hint = "this is not the format that the pinned version of the generator writes"
    return tuple(
        Finding.failed(CHECK, code, where, expected=wanted, found=found, hint=hint)
        for code, wanted, found in pairs
        if wanted != found
    )


def _certified(claims: Claims) -> tuple[tuple[str, str, tuple[str | int, ...]], ...]:
    """(code, value proved by the certificate, where the predicate must say the same)."""
    source = f"git+{claims.repository}@{claims.ref}"
    config, environment = ("invocation", "configSource"), ("invocation", "environment")
    run = _RUN.fullmatch(claims.run_uri)
    run_id, attempt = (run["id"], run["attempt"]) if run else ("", "")
    return (
        ("predicate-builder", claims.san, ("builder", "id")),
        ("predicate-source", source, (*config, "uri")),
        ("predicate-commit", claims.commit, (*config, "digest", "sha1")),
        ("predicate-entry-point", entry_point(claims), (*config, "entryPoint")),
        ("predicate-materials", source, ("materials", 0, "uri")),
        ("predicate-materials", claims.commit, ("materials", 0, "digest", "sha1")),
        ("predicate-environment", claims.commit, (*environment, "github_sha1")),
        ("predicate-environment", claims.ref, (*environment, "github_ref")),
        ("predicate-environment", _ref_type(claims.ref), (*environment, "github_ref_type")),
        ("predicate-environment", claims.trigger, (*environment, "github_event_name")),
        ("predicate-environment", claims.repository_id, (*environment, "github_repository_id")),
        ("predicate-environment", claims.owner_id, (*environment, "github_repository_owner_id")),
        ("predicate-run", run_id, (*environment, "github_run_id")),
        ("predicate-run", attempt, (*environment, "github_run_attempt")),
        ("predicate-run", f"{run_id}-{attempt}" if run else "", ("metadata", "buildInvocationID")),
    )


def entry_point(claims: Claims) -> str:
    """The path of the workflow that was triggered, as the certificate proves it; empty if it does not."""
    prefix, suffix = f"{claims.repository}/", f"@{claims.ref}"
    uri = claims.build_config_uri
    if not claims.repository or not claims.ref or not (uri.startswith(prefix) and uri.endswith(suffix)):
        return ""
    return uri[len(prefix) : len(uri) - len(suffix)]


def _ref_type(ref: str) -> str:
    return {"tags": "tag", "heads": "branch"}.get(ref.split("/")[1], "") if ref.startswith("refs/") else ""


def _judge_materials(statement: Statement, where: str) -> tuple[Finding, ...]:
    materials = at(statement.predicate, "materials")
    if isinstance(materials, list) and len(materials) == 1:
        return ()
    return (
        Finding.failed(
            CHECK,
            "predicate-materials",
            where,
            expected="one material, the source",
            found=f"{len(materials)} of them" if isinstance(materials, list) else repr(materials),
            hint="this is not the format that the pinned version of the generator writes",
        ),
    )


def _is_plain_envelope(bundle: bytes) -> bool:
    try:
        document = json.loads(bundle)
    except (ValueError, RecursionError):
        return False  # whoever reads it next says what is wrong with it
    return isinstance(document, dict) and "payloadType" in document and "signatures" in document


def _not_in_log(where: str) -> Finding:
    return Finding.failed(
        CHECK,
        "provenance-not-in-log",
        where,
        expected="a Sigstore bundle with a transparency log entry",
        found="a DSSE envelope without one, as generators before v2.1.0 wrote",
        hint=f"nothing in it shows when it was signed or that it is public; make provenance with {_VERSION}",
    )
