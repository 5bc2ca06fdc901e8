"""What `sealwright init` does once its arguments are understood."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator

from sealwright.cli import Invocation
from sealwright.endpoints import Endpoints
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.workflow import adoption
from sealwright.workflow.adoption import Adoption, Write
from sealwright.workflow.instructions import github_lines, index_lines
from sealwright.workflow.publishing import uploads
from sealwright.workflow.renewed import release_in
from sealwright.workflow.work_tree import WorkTree


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write what adopting the pipeline takes, or show it."""
    tree = WorkTree.find((invocation.directory / arguments.project).resolve(), invocation.environ)
    release = tuple(arguments.release) if arguments.release else None
    planned = adoption.prepare(tree, Endpoints.of(invocation.environ).pypi, release)
    _print(_found(planned))
    shown = planned.writes if arguments.dry_run else [w for w in planned.writes if w.before is not None]
    sys.stdout.write("".join(f"\n{write.diff}" for write in shown))
    if not arguments.dry_run:
        adoption.perform(planned, tree, force=arguments.force)
    _print(_written(planned, dry_run=arguments.dry_run, force=arguments.force))
    _print(_elsewhere(tree))
    _print(["", *index_lines(planned.detected.name, planned.detected.repository, planned.options)])
    _print(["", *github_lines(planned.detected.repository, planned.options)])
    _print(_next(planned, arguments))
    return 0


def _print(lines: Iterator[str] | list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _found(planned: Adoption) -> Iterator[str]:
    found, tag = planned.detected, planned.detected.habit
    yield f"{found.name}, built by {found.backend}"
    yield f"  repository  {found.repository or 'no remote on github.com: put your own in place of OWNER/REPOSITORY'}"
    yield f"  version     {found.version}"
    yield f"  tags        {planned.options.tag_pattern}" + (f"  ({tag.latest}, {tag.count} in all)" if tag else "")
    yield f"  branches    {found.branch}"
    yield f"  changelog   {found.changelog or 'none found; the release notes stay empty'}"
    yield f"  smoke       {', '.join(found.pythons)}"
    yield from (f"  note        {note}" for note in found.notes)


def _written(planned: Adoption, *, dry_run: bool, force: bool) -> Iterator[str]:
    yield ""
    yield "Would write:" if dry_run else "Wrote:"
    for write in planned.writes:
        how = _how(write, planned)
        needs = ", needs --force" if dry_run and write in planned.replaced and not force else ""
        yield f"  {write.shown}  ({how}{needs})"
        installed = release_in(write.after)
        if installed:
            yield f"    installs sealwright {installed[0]} by sha256:{installed[1]}"
    if not planned.writes:
        yield "  nothing"
    yield from (f"  left  {line}" for line in planned.left)
    if planned.writes and not dry_run:
        yield f"Undo, at the root of the repository: {'; '.join(write.undo for write in planned.writes)}"


def _how(write: Write, planned: Adoption) -> str:
    if write.before is None:
        return "new"
    if write in planned.replaced:
        return "replaced"
    return "rendered again" if write.shown == WORKFLOW_FILE else "lines added"


def _elsewhere(tree: WorkTree) -> Iterator[str]:
    """What other workflows publish: two of them would race for the same tag."""
    folder = tree.workflow.parent
    lines = [
        f"  {tree.shown(file)}:{number}  {what}"
        for file in sorted(folder.glob("*.y*ml"))
        if file != tree.workflow
        for number, what in uploads(file.read_text(encoding="utf-8", errors="replace"))
    ]
    if lines:
        yield ""
        yield "Other workflows that publish, or name a stored token; take that out, or a tag publishes twice:"
        yield from lines
        yield "  `sealwright doctor` looks closer."


def _next(planned: Adoption, arguments: argparse.Namespace) -> Iterator[str]:
    project = [] if arguments.project == "." else ["--project", arguments.project]
    yield ""
    yield "Next: commit this, then"
    yield f"  {shlex.join(['sealwright', 'rehearse', *project])}"
    if WORKFLOW_FILE in {write.shown for write in planned.writes}:
        yield "The file says in its head what only a run on GitHub can show."
