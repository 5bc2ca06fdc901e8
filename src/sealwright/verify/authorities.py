"""The windows in which a trust root vouches for its keys, and what an RFC 3161 timestamp proves.

sigstore-python checks neither the windows of certificate authorities nor those of logs, and passes over timestamps
that do not verify as long as the log gave a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import rfc3161_client
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from sigstore_models.common.v1 import TimeRange
from sigstore_models.trustroot import v1 as models


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both included; no end means until now."""

    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, times: TimeRange | None) -> Window:
        """Raises ValueError for a time without a zone."""
        if times is None:
            return cls()
        if any(time is not None and time.tzinfo is None for time in (times.start, times.end)):
            raise ValueError("a validity period has no time zone")
        return cls(times.start, times.end)

    def covers(self, when: datetime) -> bool:
        """Whether `when` lies in it."""
        return (self.start is None or self.start <= when) and (self.end is None or when <= self.end)


@dataclass(frozen=True)
class Authority:
    """A certificate authority or timestamp authority: its chain, issuer of leaves first, and when it was in use."""

    chain: tuple[x509.Certificate, ...]
    window: Window

    @classmethod
    def of(cls, model: models.CertificateAuthority) -> Authority:
        """Raises ValueError for certificates that cannot be read."""
        chain = tuple(x509.load_der_x509_certificate(c.raw_bytes) for c in model.cert_chain.certificates)
        if not chain:
            raise ValueError("an authority has no certificate")
        return cls(chain, Window.of(model.valid_for))

    def issued(self, leaf: x509.Certificate) -> bool:
        """Whether the first certificate of the chain signed `leaf`."""
        try:
            leaf.verify_directly_issued_by(self.chain[0])
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True

    def vouches_at(self, when: datetime) -> bool:
        """Whether the trust root vouches for the authority at that time, and its certificates were all valid."""
        return self.window.covers(when) and all(
            c.not_valid_before_utc <= when <= c.not_valid_after_utc for c in self.chain
        )


@dataclass(frozen=True)
class TimestampAuthority:
    """An RFC 3161 authority and its verifier, made once because making it costs."""

    authority: Authority
    verifier: rfc3161_client.Verifier = field(init=False)

    def __post_init__(self) -> None:
        signing, *others = self.authority.chain
        if not others:
            raise ValueError("a timestamp authority needs its root certificate too")
        builder = rfc3161_client.VerifierBuilder().tsa_certificate(signing).add_root_certificate(others[-1])
        for certificate in others[:-1]:
            builder = builder.add_intermediate_certificate(certificate)
        object.__setattr__(self, "verifier", builder.build())

    def time_of(self, response: rfc3161_client.TimeStampResponse, signature: bytes) -> datetime | None:
        """When this authority saw `signature`, or None if the response does not prove that."""
        when = response.tst_info.gen_time
        try:
            self.verifier.verify_message(response, signature)
        except (rfc3161_client.VerificationError, ValueError):
            return None
        return when if self.authority.vouches_at(when) else None


def proven_time(
    authorities: Iterable[TimestampAuthority], response: rfc3161_client.TimeStampResponse, signature: bytes
) -> datetime | None:
    """When the first authority that can tell saw `signature`, or None."""
    times = (authority.time_of(response, signature) for authority in authorities)
    return next((time for time in times if time is not None), None)
