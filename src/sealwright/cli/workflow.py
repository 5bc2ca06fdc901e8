"""`sealwright workflow`: release.yml, rendered or checked."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.config import load_settings
from sealwright.errors import UsageError
from sealwright.pipeline.jobs import Options
from sealwright.project import cells_of, options_for, read_project
from sealwright.services.git import Repository
from sealwright.workflow.drift import drifted
from sealwright.workflow.render import WORKFLOW_FILE, render_for


def run(invocation: Invocation) -> int:
    """Write the workflow of the project in the work tree, or compare the one that is there."""
    arguments = _parser().parse_args(invocation.arguments)
    project = (invocation.directory / arguments.project).resolve()
    repository = Repository.find(project, invocation.environ)
    options = _options(project, repository.directory_of(project))
    target = repository.path / WORKFLOW_FILE
    if arguments.check:
        return _check(target, options)
    if arguments.release:
        options = replace(options, release=tuple(arguments.release))
    text = render_for(options)
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        sys.stderr.write(f"{WORKFLOW_FILE} is up to date\n")
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    sys.stderr.write(f"wrote {WORKFLOW_FILE}\n")
    return 0


def _check(target: Path, options: Options) -> int:
    if not target.is_file():
        raise UsageError("workflow-missing", f"there is no {WORKFLOW_FILE}", hint="`sealwright workflow` writes it")
    difference = drifted(target.read_text(encoding="utf-8"), options)
    if difference is None:
        sys.stderr.write(f"{WORKFLOW_FILE} does what the job table says\n")
        return 0
    sys.stdout.write(difference)
    sys.stderr.write(f"{WORKFLOW_FILE} differs from the job table\n  fix: sealwright workflow\n")
    return 1


def _options(project: Path, directory: str) -> Options:
    def read(path: str) -> bytes | None:
        file = project / path
        return file.read_bytes() if file.is_file() else None

    settings = load_settings((read("pyproject.toml") or b"").decode("utf-8", "replace"))
    return options_for(settings, cells_of(settings, read_project(read).requires_python), directory)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright workflow",
        description=f"Renders {WORKFLOW_FILE} from the job table and [tool.sealwright].",
    )
    parser.add_argument("--project", default=".", metavar="DIR", help="the project (default: the current folder)")
    parser.add_argument(
        "--release",
        nargs=2,
        metavar=("VERSION", "SHA256"),
        help="the published sealwright that the workflow installs, and the digest of its wheel",
    )
    parser.add_argument("--check", action="store_true", help="print how the file differs instead; exit 1 if it does")
    return parser
