"""What `sealwright rehearse` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.config import Policy
from sealwright.dossier import decode
from sealwright.dossier.store import POLICY, VERDICT
from sealwright.model import Verdict
from sealwright.rehearsal.layout import Layout, write_atomically
from sealwright.rehearsal.rehearse import Outcome, Request, prepare, rehearse
from sealwright.rehearsal.services import World
from sealwright.report.html import render
from sealwright.report.html.rehearsed import rehearsal_page
from sealwright.report.progress import Progress
from sealwright.report.rehearsal import as_json, closing, job_line, opening
from sealwright.services.release_folder import read_release
from sealwright.services.trust import named_root


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Rehearse a project's release and print the verdict."""
    began = time.monotonic()
    request = _request(arguments, invocation.directory)
    prepared = prepare(request, invocation.environ)
    if arguments.json or not sys.stdout.isatty():  # on a terminal the report below says it
        sys.stderr.write(opening(prepared.subject) + "\n")
    jobs = tuple(job.id for job in prepared.jobs)
    try:
        with Progress(jobs, sys.stderr, invocation.environ) as progress:
            outcome = rehearse(prepared, request, invocation.environ, progress.observe)
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted; `{_continuing(arguments, prepared.layout.out)}` continues\n")
        return 130
    _write_page(outcome)
    seconds = time.monotonic() - began
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(outcome, seconds), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(outcome, seconds, invocation.directory)) + "\n")
    return outcome.exit_code


def _continuing(arguments: argparse.Namespace, out: Path) -> str:
    """What to type to continue, from the same folder."""
    given = {
        "--project": arguments.project if arguments.project != "." else None,
        "--advisories": arguments.advisories,
        "--publisher-environment": arguments.publisher_environment,
    }
    options = [word for option, value in given.items() if value for word in (option, value)]
    act = ["--act"] if arguments.act else []
    return shlex.join(["sealwright", "rehearse", *options, *act, "--resume", "--out", str(out)])


def _write_page(outcome: Outcome) -> None:
    """Leave the verdict as a page in the dossier, if there is one: the gate was reached."""
    layout, verdict = Layout(outcome.out), outcome.out / VERDICT
    if "gate" not in outcome.records or not verdict.is_file():
        layout.page.unlink(missing_ok=True)  # of an earlier run
        return
    page = rehearsal_page(
        outcome,
        decode(Verdict, verdict.read_bytes(), VERDICT),
        Policy.model_validate_json((outcome.out / POLICY).read_bytes()),
        named_root(layout.trust_config),
        read_release(outcome.out).files,
    )
    write_atomically(layout.page, render(page).encode())


def _lines(outcome: Outcome, seconds: float, directory: Path) -> list[str]:
    width = max(map(len, outcome.jobs))
    rows = [job_line(outcome, job, width) for job in outcome.jobs]
    return [opening(outcome.subject), "", *rows, *closing(outcome, seconds, directory)]


def _request(arguments: argparse.Namespace, directory: Path) -> Request:
    return Request(
        project=(directory / arguments.project).resolve(),
        version=arguments.version,
        out=directory / arguments.out if arguments.out else None,
        resume=arguments.resume,
        rekor=arguments.rekor,
        act=arguments.act,
        world=World(
            advisories=directory / arguments.advisories if arguments.advisories else None,
            publisher_environments={"pypi": arguments.publisher_environment}
            if arguments.publisher_environment
            else None,
        ),
    )
