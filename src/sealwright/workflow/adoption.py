"""Adopting the pipeline: what would be written into a project, decided before anything is."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from sealwright.config.editing import with_settings
from sealwright.config.policy import POLICY_FILE, load_policy
from sealwright.endpoints import IndexSite
from sealwright.errors import UsageError
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project.discovery import takes_folder
from sealwright.project.reading import PYPROJECT
from sealwright.workflow.detect import Detected, as_settings, detect
from sealwright.workflow.drift import drifted
from sealwright.workflow.eject import is_generated
from sealwright.workflow.policy_template import TEMPLATE
from sealwright.workflow.rerender import rerendered
from sealwright.workflow.work_tree import WorkTree, write_text


@dataclass(frozen=True, slots=True)
class Write:
    """One file, as it is and as it would be."""

    file: Path
    shown: str
    """Its path from the root of the repository."""
    before: str | None
    after: str
    undo: str
    """What to type, or to do, to have it as it was."""
    loses: bool = False
    """Whether something of the project's own is replaced by it."""

    @property
    def diff(self) -> str:
        """The difference, as `git apply` reads it from the root of the repository."""
        old = f"a/{self.shown}" if self.before is not None else "/dev/null"
        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            old,
            f"b/{self.shown}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Adoption:
    """Everything that is decided before the first file is written."""

    detected: Detected
    options: Options
    writes: tuple[Write, ...]
    left: tuple[str, ...]
    """Files that stay as they are, or are not made, and why."""

    @property
    def replaced(self) -> tuple[Write, ...]:
        """Those of the writes that would replace what somebody wrote, or may have written."""
        return tuple(write for write in self.writes if write.loses)


def prepare(tree: WorkTree, index: IndexSite, release: tuple[str, str] | None) -> Adoption:
    """What adopting the pipeline would write into a work tree.

    `release` is the (version, sha256) of the published sealwright to install, where somebody named one; `index` is
    asked otherwise. Raises UsageError for a project or a configuration that cannot be read, `release-unknown`, and
    `pyproject-not-editable`.
    """
    detected = detect(tree)
    options = tree.options(tree.settings.model_copy(update=as_settings(detected.settings)))
    found = (_workflow(tree, options, index, release), _policy(tree), _pyproject(tree, detected))
    return Adoption(
        detected,
        options,
        tuple(item for item in found if isinstance(item, Write)),
        tuple(item for item in found if isinstance(item, str)),
    )


def perform(adoption: Adoption, tree: WorkTree, *, force: bool) -> None:
    """Write it. Raises UsageError (`init-would-replace`, `init-would-lose`) before anything is written."""
    for write in adoption.replaced:
        if not force:
            raise UsageError(
                "init-would-replace",
                f"{write.shown} is there already and says something else",
                hint="--force replaces it; nothing was written",
            )
        if tree.repository.uncommitted(write.shown):
            raise UsageError(
                "init-would-lose",
                f"{write.shown} is not committed as it is, so it could not be had back",
                hint="commit it, or move it away; nothing was written",
            )
    for write in adoption.writes:
        write_text(write.file, write.after)


def _workflow(tree: WorkTree, options: Options, index: IndexSite, release: tuple[str, str] | None) -> Write | str:
    there = tree.workflow_text
    if tree.settings.workflow == "own":
        return f'{WORKFLOW_FILE}: the project\'s own (`workflow = "own"`)'
    rendered = there is not None and is_generated(there)
    if there is not None and release is None and rendered and drifted(there, options) is None:
        return f"{WORKFLOW_FILE}: there, and as the table renders it"
    # What was rendered from the settings as they are has nothing of its own; it follows when they change.
    ours = there is None or (rendered and drifted(there, tree.options()) is None)
    text = rerendered(options, there, index, release)
    return _write(tree, tree.workflow, there, text, "as it is to be", loses=not ours)


def _policy(tree: WorkTree) -> Write | str:
    there = tree.policy_text
    if there is not None:
        load_policy(there, tree.shown(tree.policy))  # a mistake in it would stop the first release
        return f"{tree.shown(tree.policy)}: there, and a policy"
    folder = POLICY_FILE.partition("/")[0]
    has_src = any(path.startswith("src/") for path in tree.paths)  # a build sees the commit, not this folder
    if tree.directory == "." and takes_folder(tree.info, folder, tree.read, has_src=has_src):
        return f"{POLICY_FILE}: not made, setuptools would take its folder for a package; the built-in floor applies"
    return _write(tree, tree.policy, None, TEMPLATE, "")


def _pyproject(tree: WorkTree, detected: Detected) -> Write | str:
    file, there = tree.project / PYPROJECT, tree.text(PYPROJECT)
    if not detected.settings:
        return f"{tree.shown(file)}: every default fits"
    return _write(tree, file, there, with_settings(there or "", detected.settings), "every default fits")


def _write(
    tree: WorkTree, file: Path, before: str | None, after: str, same: str, *, loses: bool = False
) -> Write | str:
    shown = tree.shown(file)
    if before == after:
        return f"{shown}: {same}"
    if before is None:
        undo = f"rm {shown}"
    elif not tree.repository.uncommitted(shown):
        undo = f"git checkout -- {shown}"
    elif shown == WORKFLOW_FILE:
        undo = "`sealwright workflow` renders it by the settings that are left"
    else:
        undo = f"take the added lines out of {shown}"
    return Write(file, shown, before, after, undo, loses)
