"""`sealwright workflow`: release.yml, rendered or checked."""

from __future__ import annotations

import argparse
import shlex
import sys

from sealwright.cli import Invocation
from sealwright.config.editing import with_settings
from sealwright.config.policy import load_policy
from sealwright.endpoints import Endpoints
from sealwright.errors import Unavailable, UsageError
from sealwright.model import Level, Mode
from sealwright.pipeline.jobs import table
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project.reading import PYPROJECT
from sealwright.workflow.drift import drifted
from sealwright.workflow.eject import SETTING, ejected, is_generated
from sealwright.workflow.packages import listing
from sealwright.workflow.rerender import rerendered
from sealwright.workflow.wheels_template import wheels_template
from sealwright.workflow.work_tree import WorkTree, write_text


def run(invocation: Invocation) -> int:
    """Write the workflow of the project in the work tree, compare the one that is there, or hand it over."""
    arguments = _parser().parse_args(invocation.arguments)
    tree = WorkTree.find((invocation.directory / arguments.project).resolve(), invocation.environ)
    if arguments.packages:
        sys.stdout.write("\n".join(listing(table(tree.options()))) + "\n")
        return 0
    if arguments.wheels_template:
        sys.stdout.write(wheels_template(tree.directory))
        return 0
    if arguments.check:
        return _check(tree, arguments)
    if tree.settings.workflow == "own":
        raise UsageError(
            "workflow-own",
            f'{WORKFLOW_FILE} is the project\'s own: `workflow = "own"` in [tool.sealwright]',
            hint="take that setting away to have it rendered again; what was changed in it is lost then",
        )
    if arguments.eject:
        return _eject(tree, invocation, arguments)
    return _write(tree, invocation, arguments)


def _write(tree: WorkTree, invocation: Invocation, arguments: argparse.Namespace) -> int:
    there = tree.workflow_text
    if there is not None and not arguments.force and not is_generated(there):
        raise UsageError(
            "workflow-foreign",
            f"there is a {WORKFLOW_FILE} that was not rendered from the job table",
            hint="`sealwright init --dry-run` shows what would change; --force replaces it",
        )
    text = _rendered(tree, invocation, arguments)
    if there == text:
        sys.stderr.write(f"{WORKFLOW_FILE} is up to date\n")
        return 0
    write_text(tree.workflow, text)
    sys.stderr.write(f"wrote {WORKFLOW_FILE}\n")
    return 0


def _rendered(tree: WorkTree, invocation: Invocation, arguments: argparse.Namespace) -> str:
    release = tuple(arguments.release) if arguments.release else None
    return rerendered(tree.options(), tree.workflow_text, Endpoints.of(invocation.environ).pypi, release)


def _check(tree: WorkTree, arguments: argparse.Namespace) -> int:
    there = tree.workflow_text
    command = shlex.join(["sealwright", "workflow", *_project(arguments)])
    if there is None:
        raise UsageError("workflow-missing", f"there is no {WORKFLOW_FILE}", hint=f"`{command}` writes it")
    if tree.settings.workflow == "own":
        raise Unavailable(
            "workflow-own",
            f'{WORKFLOW_FILE} is the project\'s own (`workflow = "own"`), so it was not compared with anything',
            hint="`sealwright doctor` looks at what is in it",
        )
    difference = drifted(there, tree.options())
    if difference is None:
        sys.stderr.write(f"{WORKFLOW_FILE} does what the job table says\n")
        return 0
    sys.stdout.write(difference)
    force = "" if is_generated(there) else " --force"
    sys.stderr.write(f"{WORKFLOW_FILE} differs from the job table\n  fix: {command}{force}\n")
    sys.stderr.write(f"  or, if it is to stay as it is and be yours: {command} --eject\n")
    return 1


def _eject(tree: WorkTree, invocation: Invocation, arguments: argparse.Namespace) -> int:
    there = tree.workflow_text
    text = there if there is not None else _rendered(tree, invocation, arguments)
    pyproject = with_settings(tree.text(PYPROJECT) or "", SETTING)
    write_text(tree.workflow, ejected(text))
    write_text(tree.project / PYPROJECT, pyproject)
    sys.stderr.write(f'{WORKFLOW_FILE} is the project\'s own now; {PYPROJECT} says so (`workflow = "own"`)\n')
    if load_policy(tree.policy_text or "").level("workflow", Mode.RELEASE) is Level.REQUIRE:
        sys.stderr.write(
            f"  {tree.shown(tree.policy)} requires the check `workflow`, which is skipped from now on: a release would"
            " be stopped. Take that line out.\n"
        )
    return 0


def _project(arguments: argparse.Namespace) -> list[str]:
    return [] if arguments.project == "." else ["--project", arguments.project]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright workflow",
        description=f"Renders {WORKFLOW_FILE} from the job table and [tool.sealwright].",
        epilog="Exit codes: 0 written, or as rendered; 1 it differs; 2 usage; 3 could not be compared.",
    )
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="the project (default: the current folder)")
    add(
        "--release",
        nargs=2,
        metavar=("VERSION", "SHA256"),
        help="the published sealwright that the workflow installs, and the digest of its wheel; by default the one that"
        " the file names already, else the published wheel that holds the program that runs here",
    )
    add("--force", action="store_true", help="replace a release.yml that was not rendered from the job table")
    what = parser.add_mutually_exclusive_group().add_argument
    what("--check", action="store_true", help="print how the file differs instead; exit 1 if it does")
    what("--eject", action="store_true", help="hand the file over to the project: never rendered or compared again")
    what("--wheels-template", action="store_true", help="print a workflow that builds wheels on several platforms")
    what("--packages", action="store_true", help="list what is installed in jobs that have an identity or may write")
    return parser
