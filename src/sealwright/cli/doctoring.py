"""What `sealwright doctor` does: gather, ask the audits, print."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from sealwright.cli import Invocation
from sealwright.cli.writing import write_named
from sealwright.config import load_settings
from sealwright.doctor.examine import examine
from sealwright.doctor.material import LastRelease, Material, RepositorySettings, Unseen
from sealwright.doctor.wanted import is_requirements, is_wanted
from sealwright.endpoints import Endpoints
from sealwright.errors import SealwrightError, Unavailable, UsageError
from sealwright.project import github_repository, read_project
from sealwright.project.tables import Reader, read_text
from sealwright.report.doctor import as_json, as_lines, as_sarif, exit_code
from sealwright.services.github_settings import GitHubSettings
from sealwright.services.github_token import github_token
from sealwright.services.index import IndexClient
from sealwright.services.trust import public_good
from sealwright.services.work_tree import WorkTree
from sealwright.verify.listing import IndexFile

T = TypeVar("T")
_OFFLINE = Unseen("nothing was asked", "add --online")


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Look, print, and return the exit code."""
    found = examine(_gathered(arguments, invocation))
    if arguments.sarif:
        text = json.dumps(as_sarif(found), indent=2) + "\n"
        write_named(invocation.directory / arguments.sarif, "--sarif", text)
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(found), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in as_lines(found))
    return exit_code(found)


def _gathered(arguments: argparse.Namespace, invocation: Invocation) -> Material:
    project = (invocation.directory / arguments.project).resolve()
    tree = WorkTree.find(project, invocation.environ)
    tracked = tree.tracked()
    files = tree.texts(tracked | tree.untracked(), is_wanted)
    bare = Material(files, tracked, tree.directory_of(project))
    repository = _repository(bare.read, tree)
    endpoints = Endpoints.of(invocation.environ)
    online = arguments.online
    return Material(
        files=files,
        tracked=tracked,
        directory=bare.directory,
        repository=repository,
        head_message=tree.head_message(),
        changed=tree.committed_on(path for path in files if is_requirements(path) and "--hash=" in files[path]),
        today=dt.datetime.now(dt.UTC).date(),
        trust_root=_asked(_trust_root),
        last_release=_given(arguments.provenance, invocation) or (_last(bare.read, endpoints) if online else _OFFLINE),
        settings=_settings(repository, endpoints, invocation.environ) if online else _all(_OFFLINE),
    )


def _asked(ask: Callable[[], T]) -> T | Unseen:
    """What `ask` answers, or why it could not."""
    try:
        return ask()
    except SealwrightError as error:
        return Unseen(error.message, error.hint or "try again")


def _trust_root() -> dt.date:
    return public_good().newest.date()


def _repository(read: Reader, tree: WorkTree) -> str | None:
    try:
        configured = load_settings(read_text(read, "pyproject.toml") or "").repository
    except UsageError:
        configured = None  # the audit of a rendered workflow says so
    return configured or github_repository(tree.remote_url())


def _given(path: str | None, invocation: Invocation) -> LastRelease | None:
    if path is None:
        return None
    try:
        return LastRelease("the given file", path, (invocation.directory / path).read_bytes())
    except OSError as error:
        raise UsageError(
            "provenance-unreadable", f"{path}: {error.strerror}", hint="name a file that exists"
        ) from error


def _last(read: Reader, endpoints: Endpoints) -> LastRelease | Unseen:
    return _asked(lambda: _last_release(IndexClient(endpoints.pypi), read_project(read).name))


def _last_release(index: IndexClient, project: str) -> LastRelease:
    released = [file for file in index.files(project) if file.version is not None and not file.yanked]
    if not released:
        return LastRelease("", f"{project} on the index", None)
    file = max(released, key=_newest)
    provenance = index.provenance(project, str(file.version), file.filename)
    if file.provenance_url and provenance is None:
        raise Unavailable(
            "provenance-missing",
            f"the index lists provenance of {file.filename} and does not serve it",
            hint="ask again later; a mirror may not serve it at all",
        )
    return LastRelease(str(file.version), file.filename, provenance)


def _newest(file: IndexFile) -> tuple[object, bool]:
    """The newest version's file, one with provenance where there is one."""
    return file.version, bool(file.provenance_url)


def _settings(repository: str | None, endpoints: Endpoints, environ: Mapping[str, str]) -> RepositorySettings:
    token = github_token(environ)
    if repository is None or not token:
        return _all(
            Unseen("there is no token for GitHub", "`GH_TOKEN=$(gh auth token) sealwright doctor --online`")
            if repository
            else Unseen("the remote `origin` is not on GitHub", "set `repository` in [tool.sealwright]")
        )
    page = GitHubSettings(endpoints.github_api_url, repository, token)
    return RepositorySettings(
        _asked(page.environments),
        _asked(page.tag_rulesets),
        _asked(page.immutable_releases),
        _asked(page.pins_required),
    )


def _all(unseen: Unseen) -> RepositorySettings:
    return RepositorySettings(unseen, unseen, unseen, unseen)
