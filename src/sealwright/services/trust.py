"""The keys that a job's signatures are held against."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from urllib.parse import quote

from sealwright.endpoints import TRUST_CONFIG_VARIABLE, Endpoints
from sealwright.errors import UsageError
from sealwright.verify.bundle import TrustRoot

# The names under which sigstore keeps the roots of its public instances.
_PUBLIC_GOOD = "https://tuf-repo-cdn.sigstore.dev"
_STAGING = "https://tuf-repo-cdn.sigstage.dev"


def public_good() -> TrustRoot:
    """The root of the public-good instance as this installation of sigstore embeds it; it ages."""
    return _embedded(_PUBLIC_GOOD)


def staging() -> TrustRoot:
    """The root of the instance that clients of Sigstore are tested with."""
    return _embedded(_STAGING)


def _embedded(name: str) -> TrustRoot:
    folder = resources.files("sigstore") / "_store" / quote(name, safe="")
    return TrustRoot.parse((folder / "trusted_root.json").read_bytes())


def trust_root(endpoints: Endpoints) -> TrustRoot:
    """The configured trust root, else the public-good one.

    Raises UsageError (`trust-config-unreadable`) and Refused (`trust-root-malformed`).
    """
    configured = endpoints.trust_config
    return named_root(Path(configured) if configured else None, TRUST_CONFIG_VARIABLE)


def named_root(path: Path | None, named_by: str = "--trust-config") -> TrustRoot:
    """The trust root in a file, else the public-good one. Raises like `trust_root`."""
    if path is None:
        return public_good()
    try:
        return TrustRoot.parse(path.read_bytes())
    except OSError as error:
        raise UsageError(
            "trust-config-unreadable",
            f"{path}: {error.strerror or error}",
            hint=f"{named_by} names a Sigstore client trust configuration or trusted root; leave it out for the "
            "public one",
        ) from error
