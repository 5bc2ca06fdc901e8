"""What `sealwright verify` fetches: a release that is not here, and what an index says about one that is."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from sealwright.cli import Invocation
from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.model import Finding
from sealwright.project.pinned import PREFIX as PYPI
from sealwright.project.pinned import pinned
from sealwright.services.github import GitHub
from sealwright.services.github_token import github_token
from sealwright.services.release_folder import ReleaseFiles
from sealwright.verify.anybody import Examined
from sealwright.verify.evidence import Accept, Scope
from sealwright.verify.question import Question
from sealwright.verifying import from_github, from_index
from sealwright.verifying.index_reader import IndexReader
from sealwright.verifying.online import compare_with_index, release_of
from sealwright.verifying.target import Target

_GITHUB_RELEASE = re.compile(r"github:(?P<repository>[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)@(?P<tag>\S+)")
_SPELLING = "write pypi:NAME==VERSION, github:OWNER/REPO@TAG, a folder, or paths of distributions"


def fetch(arguments: argparse.Namespace, invocation: Invocation, question: Question) -> Target:
    """The release that a `pypi:` or `github:` target names. Raises UsageError; what does not come is in the findings.

    Codes: `target-mixed`, `target-offline`, `source-malformed`.
    """
    if len(arguments.target) > 1:
        raise UsageError("target-mixed", "a release that is fetched is judged alone", hint=_SPELLING)
    (word,) = arguments.target
    if arguments.offline:
        raise UsageError("target-offline", f"{word} has to be fetched", hint="leave out --offline, or give files")
    if word.startswith(PYPI):
        return _from_index(word, arguments, invocation, question)
    return _from_github(word, invocation, question)


def _from_index(word: str, arguments: argparse.Namespace, invocation: Invocation, question: Question) -> Target:
    name, version = pinned(word, _SPELLING)
    reader = IndexReader(Endpoints.of(invocation.environ).pypi, name)
    fetched = from_index.fetch_release(reader, version, _say)
    asked = replace(
        question,
        version=question.version or version,
        # Few projects call their workflow as ours do; without a word of the asker's, the certificates need only agree.
        workflow=question.workflow if arguments.workflow else "",
        # An index keeps attestations of the upload and nothing else.
        accept=question.accept if arguments.accept else Accept.SIGNED,
    )
    release = ReleaseFiles(dict(fetched.files), Scope.ASSETS)
    return Target(release, asked, fetched.findings, fetched.complete, _host(reader.site.url), index_asked=True)


def _from_github(word: str, invocation: Invocation, question: Question) -> Target:
    match = _GITHUB_RELEASE.fullmatch(word)
    if match is None:
        raise UsageError("source-malformed", f"`{word}` does not name a release on GitHub", hint=_SPELLING)
    url = Endpoints.of(invocation.environ).github_api_url
    github = GitHub(url, match["repository"], github_token(invocation.environ))
    fetched = from_github.fetch_release(github, match["tag"], _say)
    tag = question.tag or ("" if question.version else match["tag"])
    asked = replace(question, repository=question.repository or match["repository"], tag=tag)
    release = ReleaseFiles(dict(fetched.files), Scope.ASSETS)
    return Target(release, asked, fetched.findings, fetched.complete, _host(url))


def ask_index(target: Target, examined: Examined, invocation: Invocation) -> Iterator[Finding]:
    """What the index says about a release that is here. Raises UsageError (`release-mixed`)."""
    release = release_of(target.release.files)
    if release is None:
        raise UsageError("release-mixed", "the distributions are not of one version of one project", hint=_SPELLING)
    project, version = release
    reader = IndexReader(Endpoints.of(invocation.environ).pypi, project)
    _say(f"asking {reader.site.url} about {project} {version}")
    whole = target.release.scope is not Scope.FILES
    yield from compare_with_index(examined, target.question, reader, version, whole=whole)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
