"""Local actions in the place of the third parties' own, each a process of the function that stands in for it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from sealwright.pipeline.pins import ACTIONS, FLOWS, OPTIONAL_ACTIONS
from sealwright.pipeline.steps import Flow
from sealwright.rehearsal.act.workflow import Workflow
from sealwright.rehearsal.actions import STAND_INS
from sealwright.rehearsal.toolsets import Toolsets

VARIABLE = "SEALWRIGHT_ACTIONS"
"""A folder of programs, one a function; what the local actions call."""
WORKSPACES = "SEALWRIGHT_WORKSPACES"
"""A folder in which each job leaves a file of its name with the path of its workspace."""
_DATA = files("sealwright.rehearsal.act") / "standins"
# bash hands on variables such as INPUT_FETCH-DEPTH, other shells drop them. Isolated: nothing that a job fetched into
# its workspace is importable.
_PROGRAM = """\
#!/usr/bin/env bash
printf '%s' "$GITHUB_WORKSPACE" > "${workspaces}/$GITHUB_JOB"
exec {python} -I -m sealwright.rehearsal.actions {function}
"""


def generator() -> Workflow:
    """The local reusable workflow that stands in for slsa-github-generator's."""
    return Workflow.of((_DATA / "generator.yml").read_text("utf-8"))


def write_programs(folder: Path, toolsets: Toolsets) -> None:
    """Make the programs that the local actions call."""
    folder.mkdir(parents=True)
    for function, role in STAND_INS.values():
        python = shlex.quote(str(toolsets.bin(role) / "python"))
        program = folder / function
        program.write_text(_PROGRAM.format(workspaces=WORKSPACES, python=python, function=function), "utf-8")
        program.chmod(0o755)


def local_repositories(folder: Path, variables: Mapping[str, Mapping[str, str]]) -> dict[str, Path]:
    """`owner/name@ref` exactly as release.yml names it, to the folder that takes its place.

    `variables`, by job, are added to the generator's workflow, which is written into `folder`: a job that calls a
    workflow cannot have variables of its own.
    """
    # Some optional actions are of workflows that a project calls, which are answered by a stub and never run.
    pins = {name: pin for name, pin in (ACTIONS | OPTIONAL_ACTIONS).items() if name in STAND_INS}
    found = {f"{name}@{pin.commit}": Path(str(_DATA / STAND_INS[name].function)) for name, pin in pins.items()}
    for flow, pin in FLOWS.items():
        owner, name, path = flow.value.split("/", 2)
        found[f"{owner}/{name}@{pin.version}"] = folder
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_FLOWS[flow]().with_variables(variables), "utf-8")
    return found


_FLOWS = {Flow.SLSA_GENERIC: generator}
