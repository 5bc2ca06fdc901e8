"""`sealwright init`: everything that a project needs to be released, in one command."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Write release.yml, a policy and the few settings that are needed, and say what only a person can set."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.adopting import perform  # noqa: PLC0415 - a second of imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright init",
        description="Finds out how a project is built, tagged and branched; writes .github/workflows/release.yml, a"
        " policy, and in pyproject.toml only what a default would get wrong; then says what to enter at the index and"
        " what to switch on at GitHub. Asks nothing.",
        epilog="Exit codes: 0 written, or nothing to write; 2 usage, and for what it would have to replace.",
    )
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="the project (default: the current folder)")
    add("--dry-run", action="store_true", help="write nothing, and print what would be written as a diff")
    add("--force", action="store_true", help="replace a release.yml that says something else; it must be committed")
    add(
        "--release",
        nargs=2,
        metavar=("VERSION", "SHA256"),
        help="the published sealwright that the workflow installs, and the digest of its wheel; by default the"
        " published wheel that holds the program that runs here",
    )
    return parser
