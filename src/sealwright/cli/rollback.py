"""`sealwright rollback`: take a published version back, forward only."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Do what can be done, and print what is left."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.rolling_back import perform  # noqa: PLC0415 - imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright rollback",
        description="Takes a published version back without deleting or replacing anything: writes the policy's entry"
        " and the draft of an advisory, marks the GitHub release where GH_TOKEN or GITHUB_TOKEN may, and says what to"
        " type and click for the rest. Run it again at any time: the index, GitHub and your commit say how far it is.",
        epilog="Exit codes: 0 every step is done, 1 steps are left, 2 usage, 3 what is left could not be seen.",
    )
    add = parser.add_argument
    add("version", metavar="VERSION", help="the version to take back, such as 1.2.3")
    add("--reason", default="", metavar="TEXT", help="what it does wrong, for everybody; needed the first time")
    add("--project", default=".", metavar="DIR", help="a clone of the project (default: the current folder)")
    add("--severity", choices=("low", "medium", "high", "critical"), default="high", help="for the advisory's draft")
    add("--no-advisory", action="store_true", help="withdraw it without an advisory, where there is nothing to warn of")
    add("--confirm", action="store_true", help="only wait until the index shows every file as yanked")
    add("--dry-run", action="store_true", help="look and say what would be done; write and change nothing")
    add("--json", action="store_true", help="print the answer as JSON")
    return parser
