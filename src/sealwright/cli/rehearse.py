"""`sealwright rehearse`: the whole release, here, now."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Rehearse a project's release and print the verdict."""
    arguments = _parser().parse_args(invocation.arguments)
    from sealwright.cli.rehearsing import perform  # noqa: PLC0415 - a second of imports that `--help` does without

    return perform(arguments, invocation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright rehearse",
        description="Runs the whole release of the current commit, from plan to the check after publishing, against"
        " local stand-ins. Nothing leaves this machine and nothing is written into the project.",
        epilog="Exit codes: 0 passed, 1 would have been stopped, 2 usage, 3 could not judge.",
    )
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="the project to rehearse (default: the current folder)")
    add("--version", metavar="V", help="rehearse the tag of this version (default: the project's own)")
    add("--out", metavar="DIR", help="where the dossier goes; an earlier rehearsal there is replaced")
    add("--resume", action="store_true", help="continue a rehearsal that was interrupted; finished jobs stay")
    add("--act", action="store_true", help="run the rendered release.yml under act, which must be on PATH")
    add("--rekor", type=int, choices=(1, 2), default=1, help="which transparency log API the stand-ins offer")
    add("--advisories", metavar="DIR", help="audit against these OSV files instead of the real service")
    add("--publisher-environment", metavar="NAME", help="the environment that PyPI has on file for this project")
    add("--json", action="store_true", help="print the outcome as JSON")
    return parser
