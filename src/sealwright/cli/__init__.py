"""The command line: a table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sealwright import __version__
from sealwright.errors import SealwrightError, Unavailable


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command is called with; commands read nothing else of the process."""

    arguments: Sequence[str]
    environ: Mapping[str, str]
    directory: Path


Command = Callable[[Invocation], int]

COMMANDS: dict[str, str] = {
    "rehearse": "run the whole release here, against local stand-ins, before any tag exists",
    "inspect": "compare wheels and sdists with the commit that they were built from",
    "sbom": "make the SBOM of a wheel, or judge one against a real installation",
    "audit": "ask for known vulnerabilities of a project, a lock, or a release, today",
    "verify": "judge a release by its files: who signed, from which commit, about which bytes",
    "verify-artifact": "check a file against provenance of a GitHub builder, as slsa-verifier does, offline",
    "verify-bundle": "check one Sigstore bundle, as the sigstore-conformance suite calls it",
    "rebuild": "build a published release again, anybody's, and compare it file by file",
    "doctor": "look at how this repository releases, before anything is tagged",
    "init": "adopt the pipeline in a project: release.yml, a policy, and what to set at GitHub and PyPI",
    "monitor": "look at everything that was published: files, tags, advisories, publishers, pins",
    "rollback": "take a published version back, forward only, and say what is left to do",
    "prepare": "decide the version, write it and the changelog, check and rehearse that, then commit and tag",
    "workflow": "render .github/workflows/release.yml from the job table, check it, or hand it over",
    "resume": "say what of a release is where, how long PyPI takes the rest, and what to run",
    "stage": "run one stage of the release; what release.yml and the rehearsal call",
}
"""Name to one line of help; `sealwright.cli.<name>.run` is the command, with `_` for `-`."""

_USAGE = """\
usage: sealwright COMMAND [OPTION...]

{commands}

`sealwright COMMAND --help` explains one command; `sealwright --version` prints {version}.
Exit codes: 0 passed, 1 judged and failed, 2 usage, 3 could not judge.
"""


def usage() -> str:
    """The text of `sealwright --help`."""
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    return _USAGE.format(commands=lines, version=__version__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Errors are printed here and nowhere else."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else "--help"
    if name in COMMANDS:
        return _call(name, words[1:])
    if name in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0 if words else 2
    if name in ("-V", "--version"):
        sys.stdout.write(f"{__version__}\n")
        return 0
    sys.stderr.write(f"error: there is no command `{name}`\n\n{usage()}")
    return 2


def _call(name: str, arguments: Sequence[str]) -> int:
    command: Command = importlib.import_module(f"sealwright.cli.{name.replace('-', '_')}").run
    try:
        return command(Invocation(arguments, os.environ, Path.cwd()))
    except SealwrightError as error:
        sys.stderr.write(describe(error))
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would otherwise complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A full disk, a folder that may not be written to, no free port: nothing was judged by that.
        sys.stderr.write(describe(_refused(error)))
        return Unavailable.exit_code


def _refused(error: OSError) -> Unavailable:
    hint = "look at free space and permissions there, then run it again"
    return Unavailable("system-refused", f"the system refused something: {error}", hint=hint)


def describe(error: SealwrightError) -> str:
    """An error as the user sees it."""
    hint = f"  fix: {error.hint}\n" if error.hint else ""
    return f"error: {error.code}: {error.message}\n{hint}"
