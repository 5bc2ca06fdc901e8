"""`sealwright verify`: a release that somebody else made, one verdict."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Judge a release and say why."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.verifying import perform  # noqa: PLC0415 - what `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright verify",
        description="Judges a release by its own files and a trust root: who signed it, from which commit and run,"
        " whether provenance, SBOM and verdict are about exactly these bytes. Offline for folders and files.",
        epilog="Exit codes: 0 passed, 1 judged and failed, 2 usage, 3 could not judge.",
    )
    add = parser.add_argument
    add("target", nargs="+", metavar="TARGET", help="a folder of release assets or a dossier, or single distributions")
    add("--repo", default="", metavar="OWNER/NAME", help="whose release it must be; without it nothing passes")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--tag", default="", metavar="TAG", help="the tag it must be made of")
    which.add_argument("--version", default="", metavar="V", help="the version it must be")
    add("--workflow", default="", metavar="FILE", help="the workflow that may release (.github/workflows/release.yml)")
    add("--environment", default="", metavar="NAME", help="the environment that its signing job must run in")
    add("--policy", metavar="FILE", help="a policy.toml of yours, which may ask for more than the built-in floor")
    add("--trust-config", metavar="FILE", help="another Sigstore instance's trust root; a rehearsal's own, for one")
    add("--json", action="store_true", help="print the verdict as JSON")
    add("--html", metavar="FILE", help="also write it as one page that loads nothing, to read, print or keep")
    return parser
