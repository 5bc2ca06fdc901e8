"""`sealwright resume`: what of a release is where, and how it goes on."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Look at every place, say what to do, and with --continue do what can be done from here."""
    parser = _parser()
    arguments = parser.parse_args(invocation.arguments)
    if not arguments.out and not arguments.tag:
        parser.error("name the release: --out DOSSIER, or --tag TAG with --repo OWNER/NAME or in a clone of it")
    from sealwright.cli.resuming import perform  # noqa: PLC0415 - imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright resume",
        description="Says what of a release is on TestPyPI, PyPI and GitHub, file by file, how long PyPI takes the"
        " rest, and what to run. Nothing is ever built again: what is continued are the bytes that passed the gate.",
        epilog="GH_TOKEN or GITHUB_TOKEN lets drafts be seen. Exit codes: 0 complete, 1 incomplete or other bytes"
        " somewhere, 2 usage, 3 some place did not answer.",
    )
    add = parser.add_argument
    add("--out", metavar="DOSSIER", help="the dossier of the release, or of a rehearsal")
    add("--repo", metavar="OWNER/NAME", help="the repository (default: the remote `origin` of the current folder)")
    add("--tag", metavar="TAG", help="the tag that was pushed")
    add(
        "--continue",
        dest="go_on",
        action="store_true",
        help="fill the draft on GitHub and, if PyPI has everything, publish it; continue a rehearsal to its end",
    )
    add("--project", default=".", metavar="DIR", help="the project of a rehearsal (default: the current folder)")
    add("--trust-config", metavar="FILE", help="another Sigstore instance's trust root (default: the public one)")
    add("--json", action="store_true", help="print the answer as JSON")
    return parser
