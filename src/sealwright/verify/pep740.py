"""Index attestations (PEP 740): whether an index's provenance of a file shows who uploaded it.

The certificate decides. What the index says of the publisher must agree with it, and never replaces it. An empty list
is never read as agreement.

https://peps.python.org/pep-0740/ and https://github.com/pypi/warehouse/tree/main/docs/user/attestations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pydantic import ValidationError
from pypi_attestations import Attestation, AttestationError, AttestationType, GitHubPublisher, Provenance, Publisher

from sealwright.endpoints import GITHUB_ISSUER, GITHUB_URL
from sealwright.errors import Refused
from sealwright.model import Finding, State
from sealwright.verify.bundle import Claims, TrustRoot, VerifiedStatement, verify_bundle_object
from sealwright.verify.expected import ENVIRONMENT, disagreements

CHECK = "index-provenance"
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

    verified: VerifiedStatement

    @property
    def predicate_type(self) -> str:
        """One of `PREDICATE_TYPES`."""
        return self.verified.statement.predicate_type

    @property
    def claims(self) -> Claims:
        """Of its certificate."""
        return self.verified.claims


@dataclass(frozen=True, slots=True)
class Bundle:
    """What an index says of one publisher of a file."""

    publisher: Publisher
    attestations: tuple[VerifiedAttestation | Finding, ...]
    """Each verified, or why it is not."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of an index's integrity API about one file, its signatures verified, its publisher not yet judged."""

    filename: str
    bundles: tuple[Bundle, ...]
    problem: Finding | None = None
    """Why it could not be read."""

    @property
    def attestations(self) -> tuple[VerifiedAttestation, ...]:
        """Those whose signature holds."""
        return tuple(a for bundle in self.bundles for a in bundle.attestations if isinstance(a, VerifiedAttestation))


def open_provenance(provenance: bytes, filename: str, sha256: str, root: TrustRoot) -> Opened:
    """Verify every signature in an index's provenance of a file. Whose they are is for `judge_opened`."""
    try:
        parsed = Provenance.model_validate_json(provenance)
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return Opened(filename, (), Finding.failed(CHECK, "provenance-malformed", filename, found=found))
    return Opened(
        filename,
        tuple(
            Bundle(bundle.publisher, tuple(_opened(a, filename, sha256, root) for a in bundle.attestations))
            for bundle in parsed.attestation_bundles
        ),
    )


def _opened(attestation: Attestation, filename: str, sha256: str, root: TrustRoot) -> VerifiedAttestation | Finding:
    try:
        return verify_attestation(attestation, filename, sha256, root)
    except Refused as error:
        return Finding.failed(CHECK, error.code, filename, found=error.message, hint=error.hint)


def verify_provenance(
    provenance: bytes, filename: str, sha256: str, root: TrustRoot, expected: ExpectedPublisher
) -> tuple[Finding, ...]:
    """Whether the answer of an index's integrity API shows that `expected` uploaded exactly this file.

    Every attestation in it must. Findings of the check `index-provenance` and, where an environment is expected or
    claimed, of the check `environment`, which is absent where only the index's own word speaks for it.
    Codes: `provenance-malformed`, `provenance-empty`, `attestation-*`, `signer-*`, `environment-mismatch`,
    `environment-unproven`, `publisher-kind`, `publisher-mismatch`, and those of `verify.bundle`.
    """
    return judge_opened(open_provenance(provenance, filename, sha256, root), expected)


def judge_opened(opened: Opened, expected: ExpectedPublisher) -> tuple[Finding, ...]:
    """`verify_provenance` for an answer whose signatures were verified already."""
    if opened.problem is not None:
        return (opened.problem,)
    findings = tuple(_judge(opened, expected))
    if any(finding.state is State.FAIL for finding in findings):
        return findings
    uploaded = f"attested by {expected.repository} {expected.workflow}"
    return (Finding.passed(CHECK, opened.filename, uploaded), *dict.fromkeys(findings))


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
    return VerifiedAttestation(verified)


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


def _judge(opened: Opened, expected: ExpectedPublisher) -> Iterator[Finding]:
    filename = opened.filename
    if not opened.bundles:
        yield _empty(filename, "no attestation bundles")
    for bundle in opened.bundles:
        if not bundle.attestations:
            yield _empty(filename, "a bundle without attestations")
        if not isinstance(bundle.publisher, GitHubPublisher):
            yield Finding.failed(CHECK, "publisher-kind", filename, expected="GitHub", found=str(bundle.publisher.kind))
            continue
        yield from _judge_word(bundle.publisher, expected, filename)
        for attestation in bundle.attestations:
            if isinstance(attestation, Finding):
                yield attestation
                continue
            yield from judge_signer(attestation.claims, expected, filename)
            yield from _judge_environment(attestation.claims, bundle.publisher.environment or "", expected, filename)
    yield from _duplicates((attestation.predicate_type for attestation in opened.attestations), filename)


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
