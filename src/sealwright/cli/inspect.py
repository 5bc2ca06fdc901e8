"""`sealwright inspect`: distributions against the commit that they were built from."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Judge files and print the answer."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.inspecting import perform  # noqa: PLC0415 - what `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright inspect",
        description="Compares every member of wheels and sdists with a commit of the project's repository, and what"
        " they say of themselves with what the commit declares. Nothing of them is run or installed.",
        epilog="docs/inspect.md says what is compared. Exit codes: 0 passed, 1 judged and failed, 2 usage, 3 could not"
        " judge.",
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="wheels and sdists of one version of the project")
    add("--project", default=".", metavar="DIR", help="the project in its repository (default: the current folder)")
    add("--commit", metavar="REV", help="what to compare with (default: the tag of the files' version, else HEAD)")
    add("--verbose", action="store_true", help="name the reason for each member that is not simply a committed file")
    add("--json", action="store_true", help="print the answer as JSON")
    return parser
