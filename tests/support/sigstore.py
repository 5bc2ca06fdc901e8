"""A whole Sigstore instance for a test: the stand-ins, their trust root, and signers for jobs of a workflow run.

with local_sigstore(tmp_path) as sigstore:
    with sigstore.signer(environment="sign") as signer:
        bundle = signer.sign_file(path)
    verify_file(bundle, digest, sigstore.root)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sealwright.rehearsal.standins.identity import IdentityStandIn, Run, TokenIssuer
from sealwright.rehearsal.standins.sigstore import SigstoreStandIn
from sealwright.services.signing import Signer, open_signer
from sealwright.verify.bundle import TrustRoot

ISSUER = "https://token.actions.githubusercontent.com"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUN = Run("octo-org/tiny", "refs/tags/v1.0", COMMIT)
IDENTITY = f"https://github.com/{RUN.workflow_ref}"
"""The SAN of certificates of that run's own jobs."""


@dataclass
class LocalSigstore:
    """The running stand-ins and what a client needs to use them."""

    standin: SigstoreStandIn
    identity: IdentityStandIn
    trust_config: Path
    """The client trust configuration, as a file."""
    root: TrustRoot = field(init=False)

    def __post_init__(self) -> None:
        self.trust_config.write_text(json.dumps(self.standin.trust_config()))
        self.root = TrustRoot.parse(self.trust_config.read_bytes())

    def signer(
        self,
        *,
        log_version: int | None = None,
        timeout: tuple[float, float] = (5.0, 20.0),
        **grant: str | None,
    ) -> AbstractContextManager[Signer]:
        """A signer for one job; `grant` is what `IdentityStandIn.grant` takes."""
        environ = self.identity.grant(**grant)
        return open_signer(str(self.trust_config), environ, log_version=log_version, timeout=timeout)


@contextmanager
def local_sigstore(folder: Path, *, rekor: Literal[1, 2] = 1, run: Run = RUN) -> Iterator[LocalSigstore]:
    """Start both stand-ins with their state in `folder`, which is made; a second start there continues."""
    folder.mkdir(parents=True, exist_ok=True)
    issuer = TokenIssuer(folder / "state")
    with SigstoreStandIn(folder / "state", issuer, rekor) as standin, IdentityStandIn(issuer, run) as identity:
        yield LocalSigstore(standin, identity, folder / f"trust_config-{rekor}.json")


def edited(bundle: bytes, *path: str | int, value: Any) -> bytes:
    """The bundle with another value at a path of keys and indices; a function is applied to the old value."""
    document = json.loads(bundle)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    return json.dumps(document).encode()
