"""`sealwright verify`: a release that somebody else made, one verdict."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sealwright.cli import Invocation

_TARGET = "a folder of release assets or a dossier, single distributions, pypi:NAME==VERSION, or github:OWNER/REPO@TAG"


def run(invocation: Invocation) -> int:
    """Judge a release and say why, or explain what could be said."""
    parser = _parser()
    arguments = parser.parse_args(invocation.arguments)
    if arguments.explain:
        from sealwright.cli.explaining import explain_verdict  # noqa: PLC0415 - what `--help` does without

        return explain_verdict(arguments.explain)
    if not arguments.target:
        parser.error(f"name a release: {_TARGET}")
    with _nothing_collected():
        from sealwright.cli.verifying import perform  # noqa: PLC0415 - what `--help` does without

        return perform(arguments, invocation)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Looking for garbage while a hundred modules are imported takes a tenth of the time and finds next to nothing."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright verify",
        description="Judges a release by its own files and a trust root: who signed it, from which commit and run,"
        " whether provenance, SBOM and verdict are about exactly these bytes. Offline for folders and files.",
        epilog="docs/verify.md says what each check asks and proves. Exit codes: 0 passed, 1 judged and failed,"
        " 2 usage, 3 could not judge.",
    )
    add = parser.add_argument
    add("target", nargs="*", metavar="TARGET", help=_TARGET)
    add("--repo", default="", metavar="OWNER/NAME", help="whose release it must be; without it nothing passes")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--tag", default="", metavar="TAG", help="the tag it must be made of")
    which.add_argument("--version", default="", metavar="V", help="the version it must be")
    add("--source", metavar="CLONE", help="a clone of the repository: compares the archives with the commit")
    add(
        "--accept",
        choices=("release", "provenance", "signed"),
        help="what is enough: all that a release by Sealwright has (the default), provenance of each file, or at least"
        " a signature over it (the default for pypi:)",
    )
    _add_identity(parser)
    add("--policy", metavar="FILE", help="a policy.toml of yours, which may ask for more than the built-in floor")
    add("--trust-config", metavar="FILE", help="another Sigstore instance's trust root; a rehearsal's own, for one")
    _add_network(parser)
    add("--explain", metavar="NAME", help="what a check asks and proves, or what a code means; needs no target")
    add("--json", action="store_true", help="print the verdict as JSON (docs/schema/verification.json)")
    add("--sarif", metavar="FILE", help="write the findings as SARIF as well")
    add("--html", metavar="FILE", help="write the verdict as one page that loads nothing, to read, print or keep")
    return parser


def _add_network(parser: argparse.ArgumentParser) -> None:
    """Whether anybody is asked, and what for."""
    add = parser.add_argument
    add("--against", default="", metavar="VERSION", help="say what changed since that release; a folder also does")
    network = parser.add_mutually_exclusive_group()
    asks = network.add_argument
    asks("--online", action="store_true", help="compare with the index too: files, digests, publisher")
    asks("--offline", action="store_true", help="ask nobody; so it is for folders and files anyway")


def _add_identity(parser: argparse.ArgumentParser) -> None:
    """What is known of the workflow beyond the repository."""
    add = parser.add_argument
    add("--workflow", default="", metavar="FILE", help="the workflow that may release (.github/workflows/release.yml)")
    add("--trigger", default="push", metavar="EVENT", help="the event that must have started it (push)")
    add("--environment", default="", metavar="NAME", help="the environment that its signing job must run in")
    add("--index-environment", default="", metavar="NAME", help="the environment that its publishing job must run in")
