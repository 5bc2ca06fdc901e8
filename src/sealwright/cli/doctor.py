"""`sealwright doctor`: is a repository fit to release, before anything is tagged."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Look at a repository's release posture and print what would go wrong."""
    arguments = _parser().parse_args(invocation.arguments)
    if arguments.explain:
        from sealwright.cli.explaining import explain_audit  # noqa: PLC0415 - imports that `--help` does without

        return explain_audit(arguments.explain)
    from sealwright.cli.doctoring import perform  # noqa: PLC0415 - imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright doctor",
        description="Reads the workflows, scripts and locks of the work tree, ours or hand-written, and says what would"
        " stop a release or let somebody else make one. Nothing is changed and nothing leaves this machine, unless"
        " --online asks the index and GitHub.",
        epilog="Exit codes: 0 nothing blocks, 1 something blocks, 2 usage, 3 nothing could be looked at.",
    )
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="the project to look at (default: the current folder)")
    add("--online", action="store_true", help="also ask PyPI for the last release, and GitHub with GH_TOKEN")
    add(
        "--provenance", metavar="FILE", help="compare the publisher with the index's provenance of a file, kept in FILE"
    )
    add("--json", action="store_true", help="print the findings as JSON")
    add("--sarif", metavar="FILE", help="also write them as SARIF, for code hosts")
    add("--explain", metavar="CODE", help="say more about one finding's code, and look at nothing")
    return parser
