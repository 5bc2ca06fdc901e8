"""A Sigstore instance's keys, and when each of them is to be believed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sigstore_models.trustroot import v1 as models

from sealwright.errors import Refused
from sealwright.model.digest import sha256_hex
from sealwright.verify.authorities import Authority, TimestampAuthority, Window


@dataclass(frozen=True, eq=False)
class TrustRoot:
    """What signatures, log entries and timestamps are held against. Two are equal only if they are the same object."""

    sha256: str
    """Of the JSON that it was read from."""
    newest: datetime
    """When the newest key in it came into use: the trust root is at least as recent as that."""
    authorities: tuple[Authority, ...]
    timestamp_authorities: tuple[TimestampAuthority, ...]
    logs: Mapping[bytes, Window]
    """Rekor logs by log id."""
    certificate_logs: Mapping[bytes, Window]
    """Certificate transparency logs by log id."""
    model: models.TrustedRoot
    """All of it, as data."""

    @classmethod
    def parse(cls, data: bytes) -> TrustRoot:
        """A trusted root, or the one in a client trust configuration; the same object for the same bytes.

        Raises Refused (`trust-root-malformed`).
        """
        return _parse(data)


@lru_cache(maxsize=16)
def _parse(data: bytes) -> TrustRoot:
    try:
        model = _model(data)
        logs, certificate_logs = _windows(model.tlogs), _windows(model.ctlogs)
        authorities = tuple(Authority.of(authority) for authority in model.certificate_authorities)
        stamping = tuple(TimestampAuthority(Authority.of(authority)) for authority in model.timestamp_authorities)
        chains = [*authorities, *(stamper.authority for stamper in stamping)]
        windows = [*logs.values(), *certificate_logs.values(), *(authority.window for authority in chains)]
        newest = max(window.start for window in windows if window.start is not None)
    except Exception as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise Refused(
            "trust-root-malformed",
            f"this is not a Sigstore trusted root or client trust configuration: {first}",
            hint="expected the JSON of one of them; Sigstore distributes its own by TUF",
        ) from error
    return TrustRoot(sha256_hex(data), newest, authorities, stamping, logs, certificate_logs, model)


def _model(data: bytes) -> models.TrustedRoot:
    if "trustedRoot" in json.loads(data):
        return models.ClientTrustConfig.from_json(data).trusted_root
    return models.TrustedRoot.from_json(data)


def _windows(logs: Iterable[models.TransparencyLogInstance]) -> dict[bytes, Window]:
    return {log.log_id.key_id: Window.of(log.public_key.valid_for) for log in logs}
