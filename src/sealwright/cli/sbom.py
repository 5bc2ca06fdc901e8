"""`sealwright sbom`: make the SBOM of a wheel, or judge one that is there."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation

_EPILOG = """\
Without --check, the SBOM goes to standard output or to --out. Set SOURCE_DATE_EPOCH, or name the project, for the same
bytes from the same wheel; otherwise the document says when it was made.

With --check, FILE is judged: it must fit its schema, bind to the wheel by digest, list exactly the packages and edges
of a real installation, and have the elements that --require asks for. docs/sbom.md lists them all.

Exit codes: 0 passed, 1 judged and failed, 2 usage, 3 could not judge.
"""


def run(invocation: Invocation) -> int:
    """Make or judge an SBOM."""
    arguments = _parsed(invocation)
    # Imported late: `--help` does without them.
    if arguments.check is not None:
        from sealwright.cli import sbom_checking  # noqa: PLC0415

        return sbom_checking.perform(arguments, invocation)
    from sealwright.cli import sbom_making  # noqa: PLC0415

    return sbom_making.perform(arguments, invocation)


def _parsed(invocation: Invocation) -> argparse.Namespace:
    parser = _parser()
    arguments = parser.parse_args(invocation.arguments)
    making = ("out", "sdist", "project", "spec", "author", "pypi")
    others = making if arguments.check is not None else ("pylock", "require", "json")
    for name in others:
        if getattr(arguments, name):
            parser.error(
                f"--{name} is for {'making' if name in making else 'judging'} an SBOM: with or without --check?"
            )
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright sbom",
        description="Makes the CycloneDX SBOM of a wheel, with everything that an installation of it brings, or judges"
        " an SBOM that any program made of it. Dependencies come from the index that pip is configured for.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--wheel", required=True, metavar="WHEEL", help="the wheel that the SBOM is about")
    making = parser.add_argument_group("making one")
    making.add_argument("--out", metavar="FILE", help="where the SBOM goes (default: standard output)")
    making.add_argument("--sdist", action="append", default=[], metavar="SDIST", help="its source distribution")
    making.add_argument("--project", metavar="DIR", help="its repository: the commit, its date, [tool.sealwright]")
    making.add_argument(
        "--spec", choices=("1.6", "1.7"), help="version of CycloneDX (default: the project's, else 1.6)"
    )
    making.add_argument(
        "--author", metavar="'NAME <EMAIL>'", help="who makes the SBOM; not named where it is not given"
    )
    making.add_argument("--pypi", action="store_true", help="name the addresses that PyPI gives to these very files")
    checking = parser.add_argument_group("judging one")
    checking.add_argument("--check", metavar="FILE", help="the SBOM to judge: CycloneDX 1.2 to 1.7 as JSON")
    checking.add_argument(
        "--pylock", metavar="FILE", help="install what this lock pins, and not what the index offers now"
    )
    checking.add_argument(
        "--require",
        action="append",
        choices=("ntia", "cisa-2025", "cisa-2026", "bsi"),
        metavar="LIST",
        help="elements that must be there: ntia (the default), cisa-2025, cisa-2026, bsi; may be given more than once",
    )
    checking.add_argument("--json", action="store_true", help="print the answer as JSON")
    return parser
