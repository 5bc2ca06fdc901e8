"""`sealwright stage NAME...`: one job's stages, in a job's workspace."""

from __future__ import annotations

import argparse
import logging
import sys

from sealwright.cli import Invocation
from sealwright.cli.outputs import append
from sealwright.report.findings import finding_lines
from sealwright.stages import STAGES
from sealwright.stages.base import Completed, run_job


def run(invocation: Invocation) -> int:
    """Run the named stages as one job; write its record, its outputs and its summary."""
    parser = argparse.ArgumentParser(
        prog="sealwright stage",
        description="Runs in a job's workspace: reads dossier/ and source/, writes new/. release.yml calls it.",
    )
    parser.add_argument("name", nargs="+", choices=STAGES, metavar="NAME", help=", ".join(STAGES))
    names = parser.parse_args(invocation.arguments).name
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    completed = run_job(names, invocation.environ, invocation.directory)
    for line in finding_lines(completed.record.findings, completed.blocking):
        sys.stderr.write(line + "\n")
    append(invocation.environ, "GITHUB_OUTPUT", "".join(f"{k}={v}\n" for k, v in completed.outputs.items()))
    append(invocation.environ, "GITHUB_STEP_SUMMARY", _summary(completed))
    return completed.exit_code


def _summary(completed: Completed) -> str:
    return completed.summary + "\n" if completed.summary else ""
