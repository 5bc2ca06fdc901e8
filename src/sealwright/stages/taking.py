"""Taking in the wheels that the project's own workflow built, from the folder that its artifact was fetched into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sealwright.model import Finding, State
from sealwright.pipeline.steps import WHEELS
from sealwright.stages.base import Context
from sealwright.stages.building import judge_built
from sealwright.verify.taken_wheels import judge_taken


@dataclass(frozen=True, slots=True)
class Taken:
    """What was fetched, and what is to be said of it."""

    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether something in that folder cannot be published, so that nothing of it is taken."""
        return any(finding.state is State.FAIL for finding in self.findings)


def fetched(context: Context) -> Taken:
    """The wheels, of a project that builds its wheels itself; nothing of any other.

    Checks: `wheels`, `version`. Codes: those of `judge_taken` and `judge_built`.
    """
    workflow = context.settings.wheels
    if workflow is None:
        return Taken()
    files = _entries(context.workspace / WHEELS)
    # A folder or a link is called by its path, which no wheel can be called.
    names = [file.name if file.is_file() and not file.is_symlink() else f"{file.name}/" for file in files]
    findings = judge_taken(names, workflow, context.plan.mode)
    wheels = [file for file in files if file.name.endswith(".whl")]
    return Taken(files, (*findings, *judge_built(wheels, context.plan, pure=False)))


def _entries(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.iterdir())) if folder.is_dir() else ()
