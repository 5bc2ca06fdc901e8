"""The workflow run in a certificate, from Fulcio's old extensions (.1 to .5), its new ones (.8 on), or both.

https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md. Where both are there they must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography import x509

from sealwright.endpoints import GITHUB_ISSUER, GITHUB_URL
from sealwright.verify.artifact.builders import TRUSTED, Builder
from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.artifact.versions import require_release_tag
from sealwright.verify.claims import raw_in, text_in


@dataclass(frozen=True, slots=True)
class Workflow:
    """Who signed, and for which repository."""

    builder: Builder
    """The workflow file whose job signed, a reusable one for all builders."""
    repository: str
    """`owner/name` of the repository whose event started the run."""
    commit: str
    certificate: x509.Certificate

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Self:
        """Raises NotVerified (ErrorInvalidFormat, ErrorInvalidCertificate, ErrorInvalidOIDCIssuer)."""
        try:
            return cls._of(certificate)
        except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound) as error:
            raise NotVerified(Reason.INVALID_FORMAT, f"the certificate: {error}") from error

    @classmethod
    def _of(cls, certificate: x509.Certificate) -> Self:
        issuer = _agreed(_old(certificate, 1), text_in(certificate, 8), "the issuer")
        _agreed(_old(certificate, 2), text_in(certificate, 20), "the trigger")
        commit = _agreed(_old(certificate, 3), text_in(certificate, 13), "the commit")
        _agreed(commit, text_in(certificate, 19), "the commit of the workflow")
        short = _old(certificate, 5)
        repository = _agreed(f"{GITHUB_URL}/{short}" if short else "", text_in(certificate, 12), "the repository")
        config = text_in(certificate, 18)
        if config and (config.count("@") != 1 or not config.startswith(f"{repository}/")):
            raise NotVerified(Reason.INVALID_FORMAT, f"the workflow {config} is not of {repository}")
        if issuer != GITHUB_ISSUER:
            raise NotVerified(Reason.ISSUER, issuer)
        builder = Builder.parse(_name_of(certificate), whole=True)
        return cls(builder, repository.removeprefix(f"{GITHUB_URL}/"), commit, certificate)

    def require_builder(self, wanted: Builder | None) -> None:
        """The signer is a trusted builder, or the one that is `wanted`, at a release tag.

        Whether a delegator signed for the wanted one is the predicate's to say.
        Raises NotVerified (ErrorUntrustedReusableWorkflow, ErrorInvalidRef).
        """
        if wanted is None:
            if self.builder.name not in TRUSTED:
                raise NotVerified(
                    Reason.UNTRUSTED_BUILDER, f"{self.builder.name} is no builder that is trusted without being named"
                )
        elif not self.builder.delegates:
            try:
                self.builder.require(wanted)
            except NotVerified as error:
                raise NotVerified(Reason.UNTRUSTED_BUILDER, error.detail) from error
        require_release_tag(self.builder.ref)

    def require_source(self, source_uri: str) -> None:
        """The run belongs to the repository `source_uri`. Raises NotVerified (ErrorMismatchSource)."""
        wanted = source_uri.removeprefix("git+https://").removeprefix("github.com/")
        if self.repository != wanted:
            raise NotVerified(Reason.MISMATCH_SOURCE, f"wanted {wanted}, the certificate says {self.repository}")


def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(addresses) != 1 or not addresses[0].startswith(f"{GITHUB_URL}/"):
        raise NotVerified(Reason.CERTIFICATE, f"its name is not one workflow on {GITHUB_URL}: {addresses}")
    return addresses[0]


def _old(certificate: x509.Certificate, number: int) -> str:
    return raw_in(certificate, number).decode()


def _agreed(old: str, new: str, what: str) -> str:
    if old and new and old != new:
        raise NotVerified(Reason.INVALID_FORMAT, f"the certificate says two things of {what}: {old}, {new}")
    if not old and not new:
        raise NotVerified(Reason.INVALID_FORMAT, f"the certificate says nothing of {what}")
    return new or old
