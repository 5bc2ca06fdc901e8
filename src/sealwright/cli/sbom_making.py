"""What `sealwright sbom` does when it makes an SBOM."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.config import Settings, load_settings
from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.model import State
from sealwright.project import github_repository
from sealwright.report.findings import finding_lines
from sealwright.sbom.describe import Circumstances
from sealwright.sbom.make import make_alone
from sealwright.sbom.metadata import Person, is_email
from sealwright.sbom.references import Origin
from sealwright.services.environments import PackageIndex
from sealwright.services.git import Repository

_EPOCH = "SOURCE_DATE_EPOCH"


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the SBOM of a wheel; it is judged like a release's before anybody gets it."""
    wheel = existing(invocation.directory, arguments.wheel)
    circumstances = _circumstances(arguments, invocation)
    made = make_alone(wheel, circumstances, invocation.environ, PackageIndex.from_pip(invocation.environ))
    wrong = [finding for finding in made.findings if finding.state is not State.PASS]
    for line in finding_lines(made.findings, wrong):
        sys.stderr.write(line + "\n")
    if wrong:
        return 1
    if arguments.out:
        (invocation.directory / arguments.out).write_bytes(made.data)
    else:
        sys.stdout.buffer.write(made.data)  # these very bytes, whatever the terminal's encoding
    return 0


def existing(directory: Path, name: str) -> Path:
    """A file that somebody named. Raises UsageError (`file-missing`)."""
    path = directory / name
    if not path.is_file():
        raise UsageError("file-missing", f"there is no file {name}", hint="name a file that is there")
    return path


def _circumstances(arguments: argparse.Namespace, invocation: Invocation) -> Circumstances:
    project = invocation.directory / arguments.project if arguments.project else None
    repository = Repository.find(project, invocation.environ) if project else None
    settings = _settings(project)
    commit = repository.commit_of("HEAD") if repository else ""
    origin = _origin(repository, settings, commit, invocation.environ) if repository else Origin()
    epoch = repository.epoch(commit) if repository else int(time.time())
    return Circumstances(
        epoch=_given_epoch(invocation.environ, epoch),
        origin=origin,
        sdists=tuple(existing(invocation.directory, name) for name in arguments.sdist),
        in_release=False,
        author=_author(arguments.author),
        on_pypi=arguments.pypi,
        spec=arguments.spec or settings.sbom.spec,
    )


def _settings(project: Path | None) -> Settings:
    file = project / "pyproject.toml" if project else None
    return load_settings(file.read_bytes().decode("utf-8", "replace") if file and file.is_file() else "")


def _origin(repository: Repository, settings: Settings, commit: str, environ: Mapping[str, str]) -> Origin:
    name = settings.repository or github_repository(repository.remote_url())
    if name is None:
        return Origin(commit=commit)
    url = f"{Endpoints.of(environ).github_url}/{name}"
    return Origin(url, name.partition("/")[0], commit, "the repository's commit; not compared with the wheel")


def _given_epoch(environ: Mapping[str, str], otherwise: int) -> int:
    text = environ.get(_EPOCH, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise UsageError("epoch-malformed", f"{_EPOCH} = {text!r}", hint="seconds since 1970, such as 1700000000")
    return int(text)


def _author(text: str | None) -> Person | None:
    if text is None:
        return None
    name, email = parseaddr(text)
    author = Person(name, email) if is_email(email) else Person(text.strip())
    if "@" in author.name or author == Person(""):
        raise UsageError("author-malformed", f"--author {text!r}", hint="write it as 'Ada L. <ada@example.org>'")
    return author
