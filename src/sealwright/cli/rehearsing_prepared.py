"""The rehearsal of a release that is being prepared."""

from __future__ import annotations

import sys
import time

from sealwright.cli import Invocation
from sealwright.lifecycle.intent import Intent
from sealwright.lifecycle.trial import Trial
from sealwright.model import Finding
from sealwright.rehearsal.rehearse import Request, prepare, rehearse
from sealwright.report.progress import Progress
from sealwright.report.rehearsal import closing, verdict_line


def rehearsed(intent: Intent, trial: Trial, invocation: Invocation) -> tuple[Finding, tuple[str, ...]]:
    """A whole rehearsal of the prepared commit as one finding, and what there is to read where it was stopped."""
    began = time.monotonic()
    request = Request(project=trial.folder / intent.here.directory, version=intent.version)
    prepared = prepare(request, invocation.environ)
    with Progress(tuple(job.id for job in prepared.jobs), sys.stderr, invocation.environ) as progress:
        outcome = rehearse(prepared, request, invocation.environ, progress.observe)
    said = verdict_line(outcome)
    if outcome.exit_code == 0:
        return Finding.passed("rehearsal", intent.tag, said), ()
    lines = tuple(closing(outcome, time.monotonic() - began, invocation.directory))
    hint = f"correct what it found, commit, and run this again; its dossier is in {outcome.out}"
    if outcome.exit_code == 1:
        return Finding.failed("rehearsal", "rehearsal-stopped", intent.tag, found=said, hint=hint), lines
    return Finding.unavailable("rehearsal", "rehearsal-not-judged", intent.tag, found=said, hint=hint), lines
