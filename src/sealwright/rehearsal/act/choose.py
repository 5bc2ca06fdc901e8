"""What is known before act runs: what it will leave out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.rehearsal.act.program import Act
from sealwright.rehearsal.act.pythons import find_pythons
from sealwright.rehearsal.layout import Subject
from sealwright.services.git import Repository
from sealwright.workflow.render import WORKFLOW_FILE

_LEFT_OUT = (
    "what act passes over: the filter of the trigger, permissions and tokens of single jobs, concurrency, time limits,"
    " a machine for each job"
)


def under_act(
    act: Act, subject: Subject, options: Options, repository: Repository, environ: Mapping[str, str]
) -> Subject:
    """The same subject, to be rehearsed under act."""
    said = [_LEFT_OUT]
    if repository.read(subject.commit, WORKFLOW_FILE) is None:
        said.append(f"the project's own {WORKFLOW_FILE}: there is none, so what would be rendered was run")
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    replaced = find_pythons(table(options), environ).replaced
    said += [f"Python {version}, which the tools run on: {running} stood in for it" for version in replaced]
    return replace(subject, act=act.version, not_rehearsed=(*subject.not_rehearsed, *said))
