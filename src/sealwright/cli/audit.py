"""`sealwright audit`: today's advisories about a project, a lock, or what was released long ago."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Audit one thing and print the verdict."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.auditing import perform  # noqa: PLC0415 - imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright audit",
        description="Asks for known vulnerabilities of every package in TARGET, and the package index whether the files"
        " are its own. Names and versions are sent to the advisory service, names to the index; nothing else is.",
        epilog="Exit codes: 0 everything was asked and nothing blocks, 1 vulnerable, 2 usage, 3 could not judge.",
    )
    add = parser.add_argument
    add(
        "target",
        nargs="?",
        default=".",
        metavar="TARGET",
        help="a CycloneDX SBOM, a pylock.toml, a hash-locked requirements file, a dossier, or a project's folder"
        " (default: the current folder)",
    )
    add("--policy", metavar="FILE", help="whose ignores count (default: a project's own security/policy.toml)")
    add("--json", action="store_true", help="print the answer as JSON")
    add("--sarif", metavar="FILE", help="write the findings as SARIF, too")
    add("--vex", metavar="FILE", help="write what is known as a CycloneDX VEX, if everything was answered")
    add("--osv-url", metavar="URL", help="ask another service that speaks OSV's API")
    return parser
