"""What an index demands of the attestations in an upload, before it stores them as provenance.

https://github.com/pypi/warehouse/tree/main/docs/user/attestations and warehouse/attestations of the index's source.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError
from pypi_attestations import Attestation, AttestationBundle, AttestationType, GitHubPublisher, Provenance

from sealwright.endpoints import GITHUB_URL
from sealwright.errors import Refused
from sealwright.rehearsal.standins.pypi_store import StoredFile
from sealwright.rehearsal.standins.server import Refusal
from sealwright.rehearsal.standins.trusted_publishing import Grant
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.pep740 import ExpectedPublisher, judge_signer, verify_attestation

_LIST = TypeAdapter(list[Attestation])


def provenance_of(supplied: str, file: StoredFile, grant: Grant, root: TrustRoot) -> bytes:
    """The provenance to store, as the integrity API serves it. Raises Refusal 400."""
    try:
        attestations = _LIST.validate_json(supplied)
    except ValidationError as error:
        raise _invalid(f"Malformed attestations: {error.errors()[0]['msg']}") from error
    if not attestations:
        raise _invalid("Malformed attestations: an empty attestation set is not permitted")
    if len(attestations) > len(AttestationType):
        raise _invalid(f"A maximum of {len(AttestationType)} attestations per file are supported")
    kinds = list(_kinds(attestations, file, grant, root))
    if len(set(kinds)) != len(kinds):
        raise _invalid("Multiple attestations for the same file with the same predicate type")
    publisher = GitHubPublisher(
        repository=grant.repository, workflow=grant.workflow, environment=grant.environment or None
    )
    bundle = AttestationBundle(publisher=publisher, attestations=attestations)
    return Provenance(attestation_bundles=[bundle]).model_dump_json().encode()


def _kinds(attestations: list[Attestation], file: StoredFile, grant: Grant, root: TrustRoot) -> Iterator[str]:
    expected = ExpectedPublisher(grant.repository, grant.workflow, None)
    for attestation in attestations:
        try:
            verified = verify_attestation(attestation, file.filename, file.sha256, root)
        except Refused as error:
            raise _unverified(error.message) from error
        wrong = judge_signer(verified.claims, expected, file.filename)
        if wrong:
            raise _unverified(f"the certificate says {wrong[0].found}, the publisher is {wrong[0].expected}")
        if verified.claims.repository != f"{GITHUB_URL}/{grant.repository}":
            # The index finds a publisher whatever the case, and then compares the certificate with it letter by letter.
            raise _unverified(f"{verified.claims.repository} is not spelled as the publisher's {grant.repository}")
        yield verified.predicate_type


def _unverified(why: str) -> Refusal:
    return _invalid(f"Could not verify the uploaded artifact using the included attestation: {why}")


def _invalid(why: str) -> Refusal:
    return Refusal(400, f"Invalid attestations supplied during upload: {why}")
