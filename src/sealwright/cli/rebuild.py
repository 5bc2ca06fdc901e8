"""`sealwright rebuild`: a published release, built again and compared."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Rebuild a published release and print how each file compares."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.rebuilding import perform  # noqa: PLC0415 - imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright rebuild",
        description="Builds a published release again, from a clean clone of its commit and with the backend that it"
        " names, and compares each file with what was published. Runs the project's build code on this machine: use a"
        " container for what you would not install.",
        epilog="Exit codes: 0 all files are byte-identical, 1 they differ, 2 usage, 3 the release or its backend cannot"
        " be had.",
    )
    add = parser.add_argument
    add(
        "--from",
        dest="source",
        nargs="+",
        required=True,
        metavar="SOURCE",
        help="pypi:NAME==VERSION, fetched from the index that pip is configured for; or files, or a folder of them",
    )
    add("--project", default=".", metavar="DIR", help="a clone of the project (default: the current folder)")
    add("--commit", metavar="REV", help="what it was built from (default: the tag that fits the version)")
    add("--out", metavar="DIR", help="keep what was published, what was built, and the lock it was built with")
    add("--json", action="store_true", help="print the outcome as JSON")
    return parser
