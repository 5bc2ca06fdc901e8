"""`sealwright verify-bundle`: one Sigstore bundle, with the arguments of the sigstore-conformance suite.

https://github.com/sigstore/sigstore-conformance/blob/main/docs/cli_protocol.md
"""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Verify a bundle about a file or a digest; exit code 0 only if it holds."""
    parser = _parser()
    arguments = parser.parse_args(invocation.arguments)
    named = bool(arguments.certificate_identity), bool(arguments.certificate_oidc_issuer)
    if arguments.key and any(named):
        parser.error("give --key, or a certificate's identity and issuer, not both")
    if not arguments.key and not all(named):
        parser.error("give --certificate-identity and --certificate-oidc-issuer, or --key: nobody would be named else")
    from sealwright.cli.verifying_bundle import perform  # noqa: PLC0415 - what `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright verify-bundle",
        description="Verifies a Sigstore bundle about a file, offline: certificate, log, timestamps and signature."
        " A bundle with a statement must have the file among its subjects.",
        epilog="Exit codes: 0 verified, 1 not verified, 2 usage.",
    )
    add = parser.add_argument
    add("artifact", metavar="FILE|sha256:HEX", help="the file, or its digest")
    add("--bundle", required=True, metavar="FILE", help="the bundle")
    add("--certificate-identity", metavar="NAME", help="who must have signed: the certificate's one name, exactly")
    add("--certificate-oidc-issuer", metavar="URL", help="who must have vouched for that name")
    add("--key", metavar="FILE", help="the public key that must have signed, as PEM")
    root = parser.add_mutually_exclusive_group()
    root.add_argument("--trusted-root", metavar="FILE", help="another trust root (default: the public one)")
    root.add_argument("--staging", action="store_true", help="Sigstore's staging instance")
    return parser
