"""What `sealwright verify` is asked about: files that are here, or a release that is fetched first."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.cli.verifying_changes import compare
from sealwright.config import Policy
from sealwright.endpoints import Endpoints
from sealwright.errors import UsageError
from sealwright.model import Finding
from sealwright.project.pinned import PREFIX as PYPI
from sealwright.project.pinned import pinned
from sealwright.services.github import GitHub
from sealwright.services.release_folder import read_beside, read_release
from sealwright.verify.anybody import Answer
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.changes import Changes
from sealwright.verify.evidence import FileContent, refs_in
from sealwright.verify.indexed import attested_claims, unjudged, verify_indexed, workflow_of
from sealwright.verify.question import Question, first_claims
from sealwright.verifying import from_github, from_index
from sealwright.verifying.index_reader import IndexReader
from sealwright.verifying.online import Asked, compare_with_index, release_of

GITHUB = "github:"
_GITHUB_RELEASE = re.compile(rf"{GITHUB}(?P<repository>[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)@(?P<tag>\S+)")
_SPELLING = "write pypi:NAME==VERSION, github:OWNER/REPO@TAG, a folder, or paths of distributions"


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked about, with everything that had to be fetched for it."""

    files: Mapping[str, FileContent]
    question: Question
    """As asked, with what naming the target adds to it."""
    findings: tuple[Finding, ...] = ()
    """Of the services that were asked."""
    complete: bool = True
    indexed: bool = False
    """Whether it is a package as an index has it, with nothing but the index's own attestations beside it."""
    index_asked: bool = False
    changes: Changes | None = None
    """Since the release that was named; None where none was, or where it is not known."""

    def answer(self, root: TrustRoot, policy: Policy | None, policy_sha256: str) -> Answer | None:
        """The answer about what is no folder of a release: a package on an index, or what could not be fetched."""
        if not self.complete:
            return unjudged(self.findings, policy_sha256)
        if self.indexed:
            return verify_indexed(
                self.files, self.question, root, policy=policy, policy_sha256=policy_sha256, further=self.findings
            )
        return None

    def further(self, unasked: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings of the services, and those of `unasked` about services that were not asked."""
        return (*self.findings, *(f for f in unasked if not (self.index_asked and f.check == "index")))


def resolve(arguments: argparse.Namespace, invocation: Invocation, question: Question, root: TrustRoot) -> Target:
    """Read or fetch what the arguments name. Raises UsageError; what does not answer is in the findings."""
    remote = [word for word in arguments.target if word.startswith((PYPI, GITHUB))]
    if remote and len(arguments.target) > 1:
        raise UsageError("target-mixed", "a release that is fetched is judged alone", hint=_SPELLING)
    if remote and arguments.offline:
        raise UsageError("target-offline", f"{remote[0]} has to be fetched", hint="leave out --offline, or give files")
    if remote and remote[0].startswith(PYPI):
        target = _from_index(remote[0], arguments, invocation, question, root)
    elif remote:
        target = _from_github(remote[0], arguments, invocation, question)
    else:
        target = Target(_read([invocation.directory / word for word in arguments.target]), question)
    if not target.complete:
        return target
    if arguments.online and not target.indexed:
        target = _with_index(target, invocation, root)
    changes, findings = compare(target.files, arguments, invocation, root)
    return replace(target, changes=changes, findings=(*target.findings, *findings))


def _from_index(
    word: str, arguments: argparse.Namespace, invocation: Invocation, question: Question, root: TrustRoot
) -> Target:
    name, version = pinned(word, _SPELLING)
    reader = IndexReader(Endpoints.of(invocation.environ).pypi, name)
    fetched = from_index.fetch_release(reader, version, _say)
    # Few projects call their workflow as ours do; without a word of the asker's, the certificates need only agree.
    claims = None if arguments.workflow else attested_claims(fetched.files, root)
    workflow = (claims and workflow_of(claims)) or question.workflow
    asked = replace(question, version=question.version or version, workflow=workflow)
    return Target(fetched.files, asked, fetched.findings, fetched.complete, indexed=True, index_asked=True)


def _from_github(word: str, arguments: argparse.Namespace, invocation: Invocation, question: Question) -> Target:
    match = _GITHUB_RELEASE.fullmatch(word)
    if match is None:
        raise UsageError("source-malformed", f"`{word}` does not name a release on GitHub", hint=_SPELLING)
    url = Endpoints.of(invocation.environ).github_api_url
    github = GitHub(url, match["repository"], invocation.environ.get("GH_TOKEN", ""))
    fetched = from_github.fetch_release(github, match["tag"], _say)
    tag = question.tag or ("" if arguments.version else match["tag"])
    asked = replace(question, repository=question.repository or match["repository"], tag=tag)
    return Target(fetched.files, asked, fetched.findings, fetched.complete)


def _with_index(target: Target, invocation: Invocation, root: TrustRoot) -> Target:
    """The target with what the index says about it."""
    release = release_of(target.files)
    if release is None:
        raise UsageError("release-mixed", "the distributions are not of one version of one project", hint=_SPELLING)
    project, version = release
    reader = IndexReader(Endpoints.of(invocation.environ).pypi, project)
    _say(f"asking {reader.site.url} about {project} {version}")
    asked = Asked(target.question, first_claims(target.files, root), root)
    found = tuple(compare_with_index(refs_in(target.files, "dist"), reader, version, asked))
    return replace(target, findings=(*target.findings, *found), index_asked=True)


def _read(targets: list[Path]) -> Mapping[str, FileContent]:
    if len(targets) == 1 and targets[0].is_dir():
        return read_release(targets[0]).files
    return read_beside(targets).files


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
