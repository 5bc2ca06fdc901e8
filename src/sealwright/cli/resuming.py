"""What `sealwright resume` does once its arguments are understood."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.endpoints import TRUST_CONFIG_VARIABLE, Endpoints
from sealwright.errors import UsageError
from sealwright.lifecycle.held import Held, from_dossier, from_release
from sealwright.lifecycle.look import Standing, look
from sealwright.lifecycle.next_steps import next_steps
from sealwright.lifecycle.resume import resume
from sealwright.model import Mode
from sealwright.project import github_repository
from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.looking import places
from sealwright.rehearsal.rehearse import Request, prepare, rehearse
from sealwright.report.findings import finding_lines
from sealwright.report.resume import as_json, as_lines, exit_code
from sealwright.services.git import Repository
from sealwright.services.github import GitHub
from sealwright.services.github_token import VARIABLES, github_token
from sealwright.services.trust import trust_root


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Look, continue if that was asked for, and look again."""
    out = invocation.directory / arguments.out if arguments.out else None
    rehearsed = Layout(out) if out and Layout(out).subject_file.is_file() else None
    if rehearsed and arguments.go_on:
        _continue_rehearsal(rehearsed, invocation.directory / arguments.project, invocation.environ)
    with _environment(arguments, invocation, rehearsed) as environ:
        standing = _look(arguments, invocation, environ)
        if arguments.go_on and not rehearsed:
            standing = _continue(arguments, invocation, environ, standing)
    continuing = _typed("rehearse", "--resume", "--out", arguments.out) if rehearsed else None
    steps = next_steps(standing, ("sealwright", "resume", *_named(arguments)), continuing)
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(standing, steps), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in as_lines(standing, steps))
    return exit_code(standing)


@contextmanager
def _environment(
    arguments: argparse.Namespace, invocation: Invocation, rehearsed: Layout | None
) -> Iterator[Mapping[str, str]]:
    """The variables that say where everything is: a rehearsal's services run only meanwhile."""
    if rehearsed is None:
        given = arguments.trust_config
        root = {TRUST_CONFIG_VARIABLE: str(invocation.directory / given)} if given else {}
        yield {**invocation.environ, **root}
        return
    with places(rehearsed) as there:
        yield {**invocation.environ, **there.variables, VARIABLES[0]: there.token}


def _look(arguments: argparse.Namespace, invocation: Invocation, environ: Mapping[str, str]) -> Standing:
    endpoints, token = Endpoints.of(environ), github_token(environ)
    root = trust_root(endpoints)
    held: Held
    if arguments.out:
        held = from_dossier(invocation.directory / arguments.out, root, arguments.repo, arguments.tag)
        rehearsed = Layout(invocation.directory / arguments.out).subject_file.is_file()
        if held.plan.mode is Mode.REHEARSAL and not rehearsed:
            raise UsageError(
                "rehearsal-elsewhere",
                f"{arguments.out} is the dossier of a rehearsal without what its stand-ins kept",
                hint="give the folder that `sealwright rehearse` wrote, with its .rehearsal",
            )
    else:
        repository = arguments.repo or _here(invocation)
        github = GitHub(endpoints.github_api_url, repository, token)
        held = from_release(github, repository, arguments.tag, root)
    return look(held, endpoints, token, datetime.now(UTC))


def _continue(
    arguments: argparse.Namespace, invocation: Invocation, environ: Mapping[str, str], standing: Standing
) -> Standing:
    endpoints = Endpoints.of(environ)
    findings = resume(standing, endpoints, github_token(environ), trust_root(endpoints))
    sys.stderr.writelines(f"{line}\n" for line in finding_lines(findings))
    return _look(arguments, invocation, environ)


def _continue_rehearsal(layout: Layout, project: Path, environ: Mapping[str, str]) -> None:
    request = Request(project.resolve(), out=layout.out, resume=True)
    sys.stderr.write("continuing the rehearsal; finished jobs stay as they are\n")
    rehearse(prepare(request, environ), request, environ, lambda *_: None)


def _here(invocation: Invocation) -> str:
    found = github_repository(Repository.find(invocation.directory, invocation.environ).remote_url())
    if found is None:
        raise UsageError(
            "repository-unknown", "the remote `origin` here is not on GitHub", hint="name it: --repo OWNER/NAME"
        )
    return found


def _named(arguments: argparse.Namespace) -> tuple[str, ...]:
    """What names the release, as it was typed."""
    given = {"--out": arguments.out, "--repo": arguments.repo, "--tag": arguments.tag}
    return tuple(word for option, value in given.items() if value for word in (option, value))


def _typed(*words: str) -> str:
    return shlex.join(("sealwright", *words))
