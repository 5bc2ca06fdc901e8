"""Why an artifact was not verified, by the names that slsa-verifier gives to its errors.

https://github.com/slsa-framework/slsa-verifier/blob/main/errors/errors.go, and `bundle.go` for those about bundles.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The names are the ones of its Go variables, so that scripts that look for them keep working."""

    INVALID_FORMAT = "ErrorInvalidFormat"
    NOT_PRESENT = "ErrorNotPresent"
    # the envelope, its log entry and its certificate
    REKOR_SEARCH = "ErrorRekorSearch"
    REKOR_ENTRY = "ErrorInvalidRekorEntry"
    REKOR_KEY = "ErrorRekorPubKey"
    ENTRY_TYPE = "ErrorUnexpectedEntryType"
    BUNDLE_CONTENT = "ErrorUnexpectedBundleContent"
    BUNDLE_CERTIFICATE = "ErrorMissingCertInBundle"
    MISMATCH_SIGNATURE = "ErrorMismatchSignature"
    CERTIFICATE = "ErrorInvalidCertificate"
    SIGNATURE = "ErrorInvalidSignature"
    # the identity in the certificate
    ISSUER = "ErrorInvalidOIDCIssuer"
    UNTRUSTED_BUILDER = "ErrorUntrustedReusableWorkflow"
    BUILDER_ID = "ErrorInvalidBuilderID"
    MISMATCH_BUILDER = "ErrorMismatchBuilderID"
    REF = "ErrorInvalidRef"
    # the provenance
    PAYLOAD = "ErrorInvalidDssePayload"
    URI = "ErrorMalformedURI"
    MISMATCH_SOURCE = "ErrorMismatchSource"
    HASH = "ErrorInvalidHash"
    MISMATCH_HASH = "ErrorMismatchHash"
    MISMATCH_BRANCH = "ErrorMismatchBranch"
    MISMATCH_TAG = "ErrorMismatchTag"
    SEMVER = "ErrorInvalidSemver"
    MISMATCH_VERSIONED_TAG = "ErrorMismatchVersionedTag"
    MISMATCH_INPUTS = "ErrorMismatchWorkflowInputs"
    MISMATCH_CERTIFICATE = "ErrorMismatchCertificate"


class NotVerified(Exception):
    """The first thing that is wrong; what comes after it was not looked at."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
