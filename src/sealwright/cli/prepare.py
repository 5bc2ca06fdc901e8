"""`sealwright prepare`: from a version's number to its tag, with everything checked before the tag exists."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Prepare a release and print what was found and done."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.preparing import perform  # noqa: PLC0415 - a second of imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright prepare",
        description="Decides the version, writes it and the changelog, checks and rehearses the result in a clone, and"
        " only then commits and tags here. Nothing is pushed unless asked.",
        epilog="Exit codes: 0 prepared, 1 something stops the release, 2 usage, 3 could not judge. docs/preparing.md"
        " says which version follows which.",
    )
    add = parser.add_argument
    add(
        "version",
        nargs="?",
        metavar="major|minor|patch|VERSION",
        help="what the release changes, or its version (default: the version that is written)",
    )
    add("--pre", choices=("a", "b", "rc"), help="a pre-release: the first of its kind, or one more")
    add("--project", default=".", metavar="DIR", help="the project to release (default: the current folder)")
    add("--dry-run", action="store_true", help="check and show everything, rehearse nothing, write nothing")
    add("--no-rehearse", action="store_true", help="leave out the rehearsal; the checks of the plan stay")
    add("--push", action="store_true", help="push the branch and this one tag, which starts the release")
    add("--json", action="store_true", help="print the outcome as JSON")
    return parser
