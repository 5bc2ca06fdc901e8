"""A job's workspace with a plan, a policy and built distributions, for a stage to run in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sealwright.config import Policy, Settings
from sealwright.dossier import Dossier, encode
from sealwright.dossier.store import PLAN, POLICY, SETTINGS
from sealwright.model import Cell, Mode, Plan, Project, Record
from sealwright.stages.base import Context

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def make_context(
    workspace: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    made: Mapping[str, bytes] | None = None,
    policy: Policy | None = None,
    settings: Settings | None = None,
    mode: Mode = Mode.REHEARSAL,
    environ: Mapping[str, str] | None = None,
    commit: str = COMMIT,
) -> Context:
    """The context of job `examine` after a plan job and a build job that made `files` (path in the dossier to bytes).

    `made` are files that an earlier stage of the same job made.
    """
    plan = Plan(
        Project("tiny", "."), "1.0", "v1.0", commit, "owner/tiny", mode, 1_700_000_000, (Cell("ubuntu", "3.13"),), ()
    )
    planned = {
        PLAN: encode(plan),
        POLICY: (policy or Policy()).model_dump_json().encode(),
        SETTINGS: (settings or Settings()).model_dump_json().encode(),
    }
    earlier = Dossier(workspace / "earlier", workspace / "dossier")
    plan_refs = tuple(earlier.add(path, data) for path, data in planned.items())
    build_refs = tuple(earlier.add(path, data) for path, data in (files or {}).items())
    records = {
        "plan": Record("plan", plan_refs[0].sha256, ("plan",), (), plan_refs, ()),
        "build": Record("build", plan_refs[0].sha256, ("build",), (), build_refs, ()),
    }
    dossier = Dossier(workspace / "dossier", workspace / "new")
    for path, data in (made or {}).items():
        dossier.add(path, data)
    return Context("examine", workspace, {**os.environ, **(environ or {})}, dossier, records)
