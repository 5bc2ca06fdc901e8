"""`sealwright monitor`: look at everything that was published, long afterwards."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Look, and print what is not as it was released."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.monitoring import perform  # noqa: PLC0415 - a second of imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright monitor",
        description="Asks index and GitHub about every version that was published: each file has our provenance and is"
        " in a signed release.json of ours, tags are where they were, publishers are the same ones, today's advisories"
        " about released SBOMs, tags of actions, age of the trust root. For a scheduler: nothing is changed.",
        epilog="WEBHOOK is told what is wrong, GH_TOKEN or GITHUB_TOKEN raises GitHub's limits."
        " Exit codes: 0 as released, 1 something is wrong, 2 usage, 3 something could not be looked at.",
    )
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="a clone of the project (default: the current folder)")
    add("--since", metavar="VERSION", help="the first version that this pipeline released; older ones are left out")
    add("--last", type=int, default=30, metavar="N", help="look at the N versions uploaded last (default: 30)")
    add("--ships", metavar="NAME", help="also say which of the versions ship this package")
    add("--trust-config", metavar="FILE", help="hold signatures against this trust root instead of Sigstore's own")
    add("--json", action="store_true", help="print the answer as JSON")
    return parser
