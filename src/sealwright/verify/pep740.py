"""Index attestations (PEP 740): whether an index's provenance of a file shows who uploaded it.

The certificate decides. What the index says of the publisher must agree with it, and never replaces it. An empty list
is never read as agreement.

https://peps.python.org/pep-0740/ and https://github.com/pypi/warehouse/tree/main/docs/user/attestations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pydantic import ValidationError
from pypi_attestations import Attestation, AttestationError, AttestationType, GitHubPublisher, Provenance

from sealwright.endpoints import GITHUB_ISSUER, GITHUB_URL
from sealwright.errors import Refused
from sealwright.model import Finding, State
from sealwright.verify.bundle import Claims, TrustRoot, verify_bundle_object
from sealwright.verify.expected import ENVIRONMENT, disagreements
from sealwright.verify.served import PROVENANCE

CHECK = PROVENANCE
PREDICATE_TYPES = tuple(kind.value for kind in AttestationType)
"""What PyPI takes: its own publish attestation and SLSA provenance v1."""


@dataclass(frozen=True, slots=True)
class ExpectedPublisher:
    """Who must have uploaded a file."""

    repository: str
    """`owner/name`; case does not matter, as on GitHub."""
    workflow: str
    """The file name alone, such as `release.yml`."""
    environment: str | None
    """None where any or no environment will do."""
    commit: str = ""
    """Empty where any will do."""
    ref: str = ""
    """Such as `refs/tags/v1.0`; empty where any will do."""

    def __post_init__(self) -> None:
        if self.repository.count("/") != 1 or not self.workflow or "/" in self.workflow:
            raise ValueError(f"names no publisher: {self.repository!r}, {self.workflow!r}")


@dataclass(frozen=True, slots=True)
class VerifiedAttestation:
    """What one attestation proves about one file."""

    predicate_type: str
    claims: Claims
    signed_at: datetime
    """UTC."""


def verify_provenance(
    provenance: bytes, filename: str, sha256: str, root: TrustRoot, expected: ExpectedPublisher
) -> tuple[Finding, ...]:
    """Whether the answer of an index's integrity API shows that `expected` uploaded exactly this file.

    Every attestation in it must. Findings of the check `index-provenance` and, where an environment is expected or
    claimed, of the check `environment`, which is absent where only the index's own word speaks for it.
    Codes: `provenance-malformed`, `provenance-empty`, `attestation-*`, `signer-*`, `environment-mismatch`,
    `environment-unproven`, `publisher-kind`, `publisher-mismatch`, and those of `verify.bundle`.
    """
    try:
        parsed = Provenance.model_validate_json(provenance)
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return (Finding.failed(CHECK, "provenance-malformed", filename, found=found),)
    findings = tuple(_judge(parsed, filename, sha256, root, expected))
    failed = any(finding.state is State.FAIL for finding in findings)
    if failed:
        return findings
    uploaded = f"attested by {expected.repository} {expected.workflow}"
    return (Finding.passed(CHECK, filename, uploaded), *dict.fromkeys(findings))


def holding(provenance: bytes, filename: str, sha256: str, root: TrustRoot) -> Iterator[VerifiedAttestation]:
    """The attestations in an index's answer that hold and are about exactly this file, whoever made them.

    For an asker who knows less than an `ExpectedPublisher`; why others do not hold is said by `verify_provenance`.
    """
    try:
        bundles = Provenance.model_validate_json(provenance).attestation_bundles
    except ValidationError:
        return
    for attestation in (attestation for bundle in bundles for attestation in bundle.attestations):
        try:
            yield verify_attestation(attestation, filename, sha256, root)
        except Refused:
            continue


def verify_attestation(attestation: Attestation, filename: str, sha256: str, root: TrustRoot) -> VerifiedAttestation:
    """What an attestation proves, if it is about exactly this file. Whose it is, is the caller's to judge.

    Raises Refused: `attestation-malformed`, `attestation-subject`, `attestation-kind`, and those of `verify.bundle`.
    """
    try:
        bundle = attestation.to_bundle()
    except (AttestationError, ValueError, TypeError, KeyError) as error:
        raise Refused("attestation-malformed", f"the attestation for {filename} cannot be read: {error}") from error
    verified = verify_bundle_object(bundle, root)
    subjects = verified.statement.subjects
    if len(subjects) != 1:
        raise Refused("attestation-subject", f"the attestation names {len(subjects)} files instead of one")
    ((name, digest),) = subjects.items()
    if not _same_file(name, filename) or digest != sha256:
        raise Refused(
            "attestation-subject",
            f"the attestation is about {name} sha256:{digest}, the file is {filename} sha256:{sha256}",
            hint="it was made for another file",
        )
    kind = verified.statement.predicate_type
    if kind not in PREDICATE_TYPES:
        raise Refused("attestation-kind", f"indexes know no attestation of the kind {kind!r}")
    return VerifiedAttestation(kind, verified.claims, verified.signed_at)


def judge_signer(claims: Claims, expected: ExpectedPublisher, subject: str) -> tuple[Finding, ...]:
    """Every disagreement between a certificate and the expected publisher, the environment apart."""
    home = f"{GITHUB_URL}/{expected.repository}"
    # A publisher knows neither commit nor ref, so the certificate's own complete the address of the workflow.
    at_commit = bool(claims.commit) and claims.build_config_uri.endswith(f"@{claims.commit}")
    revision = claims.commit if at_commit else claims.ref
    workflow = f"{home}/.github/workflows/{expected.workflow}@{revision or '?'}"
    pairs = [
        ("signer-issuer", GITHUB_ISSUER, claims.issuer),
        ("signer-repository", home, claims.repository),
        ("signer-workflow", workflow, claims.build_config_uri),
        # Differs from the line above where a reusable workflow signed, which may be anybody's.
        ("signer-workflow", workflow, claims.san),
    ]
    pairs += [("signer-commit", expected.commit, claims.commit)] if expected.commit else []
    pairs += [("signer-ref", expected.ref, claims.ref)] if expected.ref else []
    return disagreements(pairs, CHECK, subject)


def _judge(
    provenance: Provenance, filename: str, sha256: str, root: TrustRoot, expected: ExpectedPublisher
) -> Iterator[Finding]:
    bundles = provenance.attestation_bundles
    if not bundles:
        yield _empty(filename, "no attestation bundles")
    seen: list[str] = []
    for bundle in bundles:
        if not bundle.attestations:
            yield _empty(filename, "a bundle without attestations")
        if not isinstance(bundle.publisher, GitHubPublisher):
            yield Finding.failed(CHECK, "publisher-kind", filename, expected="GitHub", found=str(bundle.publisher.kind))
            continue
        yield from _judge_word(bundle.publisher, expected, filename)
        for attestation in bundle.attestations:
            try:
                verified = verify_attestation(attestation, filename, sha256, root)
            except Refused as error:
                yield Finding.failed(CHECK, error.code, filename, found=error.message, hint=error.hint)
                continue
            seen.append(verified.predicate_type)
            yield from judge_signer(verified.claims, expected, filename)
            yield from _judge_environment(verified.claims, bundle.publisher.environment or "", expected, filename)
    yield from _duplicates(seen, filename)


def _judge_word(publisher: GitHubPublisher, expected: ExpectedPublisher, filename: str) -> Iterator[Finding]:
    """What the index says of the publisher, against what is expected of it."""
    pairs = [
        ("repository", expected.repository.lower(), publisher.repository.lower()),
        ("workflow", expected.workflow, publisher.workflow),
    ]
    # A publisher without environment is no contradiction: the certificate still says where the job ran.
    if expected.environment is not None and publisher.environment:
        pairs.append(("environment", expected.environment.lower(), publisher.environment.lower()))
    for what, wanted, found in pairs:
        if wanted != found:
            yield Finding.failed(
                CHECK,
                "publisher-mismatch",
                filename,
                expected=f"{what} {wanted}",
                found=f"{what} {found}",
                hint="the index names another publisher; look at the project's publishing settings",
            )


def _judge_environment(
    claims: Claims, index_says: str, expected: ExpectedPublisher, filename: str
) -> Iterator[Finding]:
    wanted = expected.environment if expected.environment is not None else index_says
    if not wanted:
        return
    if not claims.environment:
        yield Finding.absent(
            ENVIRONMENT,
            "environment-unproven",
            filename,
            expected=wanted,
            hint="the certificate does not name its deployment environment; only the index can say, and is not asked",
        )
    elif claims.environment.lower() != wanted.lower():
        yield Finding.failed(
            CHECK,
            "environment-mismatch",
            filename,
            expected=wanted,
            found=claims.environment,
            hint="it was attested by a job outside the environment whose protection rules guard publishing",
        )
    else:
        yield Finding.passed(ENVIRONMENT, filename, claims.environment)


def _duplicates(seen: Iterable[str], filename: str) -> Iterator[Finding]:
    kinds = list(seen)
    for kind in sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        yield Finding.failed(CHECK, "attestation-duplicate", filename, expected="one at most", found=kind)


def _empty(filename: str, found: str) -> Finding:
    return Finding.failed(
        CHECK,
        "provenance-empty",
        filename,
        expected="at least one attestation",
        found=found,
        hint="nothing in it is signed; treat the file as one without provenance",
    )


def _same_file(one: str, other: str) -> bool:
    """Whether two names are of one distribution: the order of compressed tags and the spelling of names may differ."""
    return one == other or (_parsed(one) is not None and _parsed(one) == _parsed(other))


def _parsed(filename: str) -> tuple[object, ...] | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)
        return (filename.rpartition(".")[2], *parse_sdist_filename(filename))
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
