"""Who signed what: every bundle verified, every certificate compared with what was expected and with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from sealwright.dossier.store import RELEASE, SBOM_SUFFIX
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.verify.bundle import Claims, Verified, VerifiedStatement, verify_file, verify_statement
from sealwright.verify.evidence import (
    GITHUB_BUNDLE,
    RELEASE_SIGNATURE,
    SIGNATURE_SUFFIX,
    STATEMENT_SUFFIX,
    SUMMARY_BUNDLE,
    Case,
    Evidence,
    Signed,
    data_at,
    refs_in,
)
from sealwright.verify.expected import ENVIRONMENT, canonical, judge_claims
from sealwright.verify.stated import judge_stated

_ATTEMPT = "/attempts/"
# Facts of the run, which all certificates of one release share whichever workflow file signed.
_SHARED = ("issuer", "repository", "repository_id", "owner_id", "commit", "ref", "trigger", "visibility", "run_uri")
assert set(_SHARED) <= {field.name for field in fields(Claims)}


def signatures_over_files(case: Case) -> tuple[Signed, ...]:
    """The signatures over distributions and SBOMs, one expected for each, and over whatever else has one."""
    others = tuple(
        ref
        for ref in refs_in(case.files, "evidence")
        if ref.name.endswith(SBOM_SUFFIX) or f"{ref.path}{SIGNATURE_SUFFIX}" in case.files
    )
    return tuple(_file_signature(case, ref) for ref in (*refs_in(case.files, "dist"), *others))


def signatures_over_statements(case: Case) -> tuple[Signed, ...]:
    """The DSSE bundles over what our own jobs stated, one expected for each statement."""
    statements = refs_in(case.files, "statements")
    return tuple(
        _statement_signature(case, f"evidence/{ref.name.removesuffix('.json')}{STATEMENT_SUFFIX}", ref.path)
        for ref in statements
    )


def signatures_published(case: Case) -> tuple[Signed, ...]:
    """The DSSE bundles that are there over statements of our own jobs, where the unsigned ones were not published."""
    others = (*case.makers, SUMMARY_BUNDLE)
    paths = [ref.path for ref in refs_in(case.files, "evidence") if ref.name.endswith(STATEMENT_SUFFIX)]
    return tuple(_statement_signature(case, path, path) for path in paths if path not in others)


def signatures_by_seal(case: Case) -> dict[str, Signed]:
    """The two signatures made after the verdict, by the path of their bundle, there or not."""
    release = case.files.get(RELEASE)
    ref = release.ref if release else FileRef.of(RELEASE, b"")
    return {
        RELEASE_SIGNATURE: _file_signature(case, ref),
        SUMMARY_BUNDLE: _statement_signature(case, SUMMARY_BUNDLE, SUMMARY_BUNDLE),
    }


def signatures_by_others(case: Case) -> dict[str, Signed]:
    """The provenance bundles that are there, by path."""
    return {path: _statement_signature(case, path, "") for path in case.makers if path in case.files}


def check_signatures(evidence: Evidence) -> Iterator[Finding]:
    """Each distribution, SBOM and statement has a Sigstore bundle that holds.

    Codes: `signature-missing`, and those of `verify_file` and `verify_statement`.
    """
    for signed in (*evidence.signatures, *evidence.statements):
        if signed.error is not None:
            yield signed.error
        elif signed.verified is not None:
            yield Finding.passed("signatures", signed.subject, f"{signed.verified.signed_at:%Y-%m-%d %H:%M:%S} UTC")


def check_statements(evidence: Evidence) -> Iterator[Finding]:
    """Each signed statement is byte for byte the unsigned one, and covers exactly the distributions.

    Codes: `statement-missing`, `statement-differs`, and those of `judge_stated`.
    """
    paths = {signed.subject for signed in evidence.statements}
    for path in _due(evidence):
        if path not in paths:
            hint = "the job that had to state this did not, or its artifact is incomplete"
            yield Finding.absent("statements", "statement-missing", path, expected=path, hint=hint)
    for signed in evidence.statements:
        if isinstance(signed.verified, VerifiedStatement):
            yield from _judge_statement(evidence, signed, signed.verified)


def check_signer(evidence: Evidence) -> Iterator[Finding]:
    """Every signature of ours was made by the expected workflow, commit and tag, in the signing environment.

    Codes: those of `judge_claims`, and `environment-missing` for a certificate without an environment among others that
    have one: such a certificate was not made by an older Fulcio, but for a job outside the environment.
    """
    yield from _environment_missing(evidence)
    for signed in (*evidence.signatures, *evidence.statements):
        if signed.claims is not None:
            yield from judge_claims(
                signed.claims,
                evidence.case.expected,
                "signer",
                signed.subject,
                environment=evidence.case.environment or None,
            )


def check_runner(evidence: Evidence) -> Iterator[Finding]:
    """Everybody who signed did so on a runner of the expected kind. Code: `runner-unexpected`."""
    expected = evidence.case.expected.runner
    wrong = [
        Finding.failed(
            "runner",
            "runner-unexpected",
            signed.path,
            expected=expected,
            found=signed.claims.runner or "nothing",
            hint="self-hosted runners keep state between jobs and are not accepted",
        )
        for signed in evidence.signed
        if signed.claims is not None and signed.claims.runner != expected
    ]
    yield from wrong
    certificates = sum(signed.claims is not None for signed in evidence.signed)
    if certificates and not wrong:
        yield Finding.passed("runner", found=f"{expected}, {certificates} certificates")


def check_agreement(evidence: Evidence) -> Iterator[Finding]:
    """All certificates name one repository, commit, ref and run, and the run is this one if that is known.

    Jobs of one run can be repeated one by one, so its attempts are one run. Codes: `certificates-disagree`,
    `another-run`.
    """
    claims = {signed.path: signed.claims for signed in evidence.signed if signed.claims is not None}
    if not claims:
        yield Finding.absent("agreement", "no-certificates", hint="no signature of this release holds")
        return
    wrong = [*_disagreements(claims), *_other_runs(claims, evidence.case.run)]
    yield from wrong
    if not wrong:
        yield Finding.passed("agreement", found=f"{len(claims)} certificates, one run")


def _file_signature(case: Case, ref: FileRef) -> Signed:
    path = f"evidence/{ref.name}{SIGNATURE_SUFFIX}"
    return _verify(case, path, ref.path, lambda bundle: verify_file(bundle, ref.sha256, case.root))


def _statement_signature(case: Case, path: str, subject: str) -> Signed:
    return _verify(case, path, subject, lambda bundle: verify_statement(bundle, case.root))


def _verify(case: Case, path: str, subject: str, verify: Callable[[bytes], Verified]) -> Signed:
    bundle = data_at(case.files, path)
    if bundle is None:
        hint = "a release by Sealwright has one, from its job attest; get all of its files"
        missing = Finding.absent("signatures", "signature-missing", subject, expected=path, hint=hint)
        return Signed(path, subject, None, missing)
    try:
        return Signed(path, subject, verify(bundle))
    except Refused as error:
        failed = Finding.failed("signatures", error.code, subject or path, found=error.message, hint=error.hint)
        return Signed(path, subject, None, failed)


def _due(evidence: Evidence) -> tuple[str, ...]:
    """Statements without which a release says too little about itself."""
    cells = evidence.plan.cells if evidence.plan else ()
    return ("statements/inspect.json", *(f"statements/{cell.job}.json" for cell in cells))


def _environment_missing(evidence: Evidence) -> Iterator[Finding]:
    ours = (*evidence.signatures, *evidence.statements, *filter(None, [evidence.provenances.get(GITHUB_BUNDLE)]))
    named = {signed.path: signed.claims.environment for signed in ours if signed.claims is not None}
    if any(named.values()):
        for path in (path for path, environment in named.items() if not environment):
            yield Finding.failed(
                ENVIRONMENT,
                "environment-missing",
                path,
                expected=evidence.case.environment,
                found="no environment, while other certificates of this release name theirs",
                hint="it was signed by a job outside the environment whose protection rules guard this signature",
            )


def _judge_statement(evidence: Evidence, signed: Signed, verified: VerifiedStatement) -> Iterator[Finding]:
    if verified.payload != data_at(evidence.case.files, signed.subject):
        yield Finding.failed(
            "statements",
            "statement-differs",
            signed.subject,
            expected=f"the bytes that {signed.path} signs",
            found="other bytes",
            hint="the statement was changed after it was signed, or the bundle belongs to another one",
        )
        return
    rebuilt = refs_in(evidence.case.files, "rebuilt")
    wrong = judge_stated(
        _stated_by(evidence, signed.subject),
        signed.subject,
        verified.statement,
        evidence.distributions,
        rebuilt,
        apart=bool(evidence.case.wheels),
    )
    found = f"covers {len(verified.statement.subjects)} distributions"
    yield from wrong or (Finding.passed("statements", signed.subject, found),)


def _stated_by(evidence: Evidence, path: str) -> str:
    jobs = [job for job, record in evidence.records.items() if record.output(path)]
    return ", ".join(jobs) or "no job of this release"


def _disagreements(claims: Mapping[str, Claims]) -> Iterator[Finding]:
    for name in _SHARED:
        values = {path: _shared_value(claim, name) for path, claim in claims.items()}
        if len(set(values.values())) > 1:
            common = max(values.values(), key=list(values.values()).count)
            others = {path: value for path, value in values.items() if value != common}
            yield Finding.failed(
                "agreement",
                "certificates-disagree",
                name,
                expected=common,
                found="; ".join(f"{path}: {value or 'nothing'}" for path, value in others.items()),
                hint="evidence of two runs was mixed; all evidence of a release comes from one",
            )


def _shared_value(claims: Claims, name: str) -> str:
    return canonical(str(getattr(claims, name)).split(_ATTEMPT)[0])


def _other_runs(claims: Mapping[str, Claims], run: str) -> Iterator[Finding]:
    for path, claim in claims.items():
        if run and _shared_value(claim, "run_uri") != canonical(run):
            yield Finding.failed(
                "agreement",
                "another-run",
                path,
                expected=run,
                found=claim.run_uri or "nothing",
                hint="it was signed in another run of the workflow",
            )
