"""What `sealwright verify-bundle` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import re
import sys

from sealwright.cli import Invocation
from sealwright.cli.reading import read_named
from sealwright.dossier.store import digest_file
from sealwright.errors import Refused, UsageError
from sealwright.services.trust import named_root, staging
from sealwright.verify.bundle import TrustRoot, Verified, verify_file, verify_statement
from sealwright.verify.managed_key import require_subject, verify_with_key
from sealwright.verify.provenance import at

_DIGEST = re.compile(r"sha256:(?P<hex>[0-9a-f]{64})")


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Verify and say what was found."""
    trusted = arguments.trusted_root
    root = staging() if arguments.staging else named_root(trusted and invocation.directory / trusted, "--trusted-root")
    bundle = read_named(invocation.directory / arguments.bundle, "--bundle")
    sha256 = _sha256(arguments.artifact, invocation)
    if arguments.key:
        verify_with_key(bundle, read_named(invocation.directory / arguments.key, "--key"), root, sha256)
        sys.stderr.write(f"verified: signed by the key {arguments.key}\n")
        return 0
    verified = _verify(bundle, sha256, root)
    _require_identity(verified, arguments.certificate_identity, arguments.certificate_oidc_issuer)
    signed_at = verified.signed_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    sys.stderr.write(
        f"verified: signed by {verified.claims.san}, {signed_at}, in a Rekor v{verified.log_version} log\n"
    )
    return 0


def _verify(bundle: bytes, sha256: str, root: TrustRoot) -> Verified:
    if not _holds_statement(bundle):
        return verify_file(bundle, sha256, root)
    verified = verify_statement(bundle, root)
    require_subject(verified.statement, sha256)
    return verified


def _holds_statement(bundle: bytes) -> bool:
    try:
        return isinstance(at(json.loads(bundle), "dsseEnvelope"), dict)
    except (ValueError, RecursionError):
        return False  # whoever reads it next says what is wrong with it


def _require_identity(verified: Verified, identity: str, issuer: str) -> None:
    for what, wanted, found in (
        ("identity", identity, verified.claims.san),
        ("issuer", issuer, verified.claims.issuer),
    ):
        if wanted != found:
            raise Refused(f"{what}-mismatch", f"wanted the {what} {wanted}, the certificate says {found}")


def _sha256(artifact: str, invocation: Invocation) -> str:
    match = _DIGEST.fullmatch(artifact)
    if match is not None:
        return match["hex"]
    try:
        return digest_file(invocation.directory / artifact)[0]
    except OSError as error:
        raise UsageError("artifact-unreadable", f"{artifact}: {error.strerror or error}") from error
