"""What `sealwright rehearse` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.rehearsal.rehearse import Outcome, Request, prepare, rehearse
from sealwright.rehearsal.services import World
from sealwright.report.progress import Progress
from sealwright.report.rehearsal import as_json, closing, job_line, opening


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
