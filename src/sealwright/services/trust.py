"""The keys that a job's signatures are held against."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from urllib.parse import quote

from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.verify.bundle import TrustRoot

_PUBLIC_GOOD = "https://tuf-repo-cdn.sigstore.dev"
"""The name under which sigstore keeps the root of the public-good instance."""


def public_good() -> TrustRoot:
    """The root of the public-good instance as this installation of sigstore embeds it; it ages."""
    folder = resources.files("sigstore") / "_store" / quote(_PUBLIC_GOOD, safe="")
    return TrustRoot.parse((folder / "trusted_root.json").read_bytes())


def trust_root(endpoints: Endpoints) -> TrustRoot:
    """The configured trust root, else the public-good one.

    Raises UsageError (`trust-config-unreadable`) and Refused (`trust-root-malformed`).
    """
    if endpoints.trust_config is None:
        return public_good()
    try:
        return TrustRoot.parse(Path(endpoints.trust_config).read_bytes())
    except OSError as error:
        raise UsageError(
            "trust-config-unreadable",
            f"{endpoints.trust_config}: {error}",
            hint="SEALWRIGHT_TRUST_CONFIG names a Sigstore client trust configuration; leave it out for the public one",
        ) from error
