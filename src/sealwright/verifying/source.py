"""A release against a clone of its repository: archives, release.yml, tag and branch, at the certificate's commit.

The clone is read by git commands and nothing of it is executed. The commit comes from a certificate; what is in it was
chosen by whoever made the tag, so which branches are for releases is asked of the branch that the clone follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from sealwright import __version__
from sealwright.config import Policy, Settings
from sealwright.dossier.store import DIST, RELEASE
from sealwright.errors import SealwrightError, UsageError
from sealwright.model import Finding, Level, State
from sealwright.project import cells_of, options_for, read_project
from sealwright.services.git import Repository
from sealwright.services.release_folder import ReleaseFiles
from sealwright.stages import plan_checks
from sealwright.stages.base import finding_of
from sealwright.stages.inspecting import commit_at
from sealwright.stages.inspection_subject import choose
from sealwright.stages.planning import Committed, Tagged
from sealwright.verify import release_json
from sealwright.verify.archive import judge
from sealwright.verify.claims import Claims
from sealwright.verify.evidence import data_at

CHECK = "source"
_BRANCH = "branch"
_TAGS = "refs/tags/"
_DEFAULTS = ("origin/HEAD", "origin/main", "origin/master", "main", "master", "HEAD")
"""Where a clone's own branch is found: the remote's default one first, which nobody needs to have checked out."""


def requiring_source(policy: Policy) -> Policy:
    """The policy of somebody who gave a clone: that it could not be compared is then no agreement."""
    asked = dict.fromkeys((CHECK, _BRANCH), Level.REQUIRE)
    return policy.model_copy(update={"checks": {**policy.checks, **asked}})


def compare_with_source(
    clone: Path, release: ReleaseFiles, claims: Claims | None, environ: Mapping[str, str], *, rendered: bool
) -> Iterator[Finding]:
    """Findings of the checks `source`, `branch`, `workflow`, and all those of archives.

    `rendered` says that release.yml must be what Sealwright renders. Codes of `source`: `source-commit-unknown`,
    `source-commit-missing`, `source-tag-moved`, and those of settings and projects that cannot be read. Raises
    UsageError for what is no clone.
    """
    repository = Repository.find(clone, environ)
    if claims is None or not claims.commit:
        found, hint = "no certificate says which commit to compare with", "see `release` and `signatures`"
        yield Finding.unavailable(CHECK, "source-commit-unknown", found=found, hint=hint)
        return
    if not repository.has(claims.commit):
        found, hint = f"{clone} does not have it", f"`git fetch origin {claims.commit}`, or give another clone"
        yield Finding.unavailable(CHECK, "source-commit-missing", claims.commit, found=found, hint=hint)
        return
    directory = _directory(repository, clone, release)
    tagged = Tagged(repository, claims.commit, directory, claims.ref.removeprefix(_TAGS))
    yield from _archives(tagged, release)
    yield _on_branch(tagged)
    yield _workflow(tagged) if rendered else Finding.skipped("workflow", "it need not be a release by Sealwright")
    yield from _tag(tagged, claims)


def _directory(repository: Repository, clone: Path, release: ReleaseFiles) -> str:
    """Where the project lies: the folder that was given, else where the release says; only a place to look at."""
    given = repository.directory_of(clone)
    return given if given != "." else release_json.directory(data_at(release.files, RELEASE) or b"")


def _archives(tagged: Tagged, release: ReleaseFiles) -> Iterator[Finding]:
    names = {path.removeprefix(f"{DIST}/"): path for path in release.files if path.startswith(f"{DIST}/")}
    try:
        subject = choose(tagged.repository, tagged.directory, names, tagged.commit)
        commit = commit_at(tagged.repository, subject.commit, subject.directory)
        with ExitStack() as stack:
            streams = {name: stack.enter_context(release.open(path)) for name, path in names.items()}
            yield from judge(streams, commit, subject.expected)
    except SealwrightError as error:
        yield finding_of(error, CHECK)
        return
    yield Finding.passed(CHECK, found=f"{len(names)} archives compared with {tagged.commit[:7]}")


def _on_branch(tagged: Tagged) -> Finding:
    found = plan_checks.branch(tagged, _settings_followed(tagged))
    if found.state is not State.SKIPPED:
        return found
    hint = "fetch the branch that releases are made from: `git fetch origin`"
    return Finding.unavailable(_BRANCH, "branch-not-here", tagged.commit[:12], found=found.found, hint=hint)


def _settings_followed(tagged: Tagged) -> Settings:
    """The settings on the branch that the clone follows; the defaults where that has none that can be read."""
    repository = tagged.repository
    for rev in _DEFAULTS:
        try:
            return Committed(repository, repository.commit_of(rev), tagged.directory).settings()
        except UsageError:
            continue
    return Settings()


def _workflow(tagged: Tagged) -> Finding:
    try:
        settings = tagged.settings()
        cells = cells_of(settings, read_project(tagged.read).requires_python)
        found = plan_checks.workflow(tagged, options_for(settings, cells, tagged.directory))
    except SealwrightError as error:
        return finding_of(error, "workflow")
    if found.state is State.FAIL:
        hint = (
            f"read the difference: this is what Sealwright {__version__} renders; where the release was made with "
            "another version, ask that one"
        )
        return Finding.failed(
            "workflow", found.code, found.subject, expected=found.expected, found=found.found, hint=hint
        )
    return found


def _tag(tagged: Tagged, claims: Claims) -> Iterator[Finding]:
    target = tagged.repository.tags().get(tagged.tag)
    if claims.ref.startswith(_TAGS) and target not in (None, tagged.commit):
        hint = "the tag was moved after the release, or before: find out when and by whom"
        yield Finding.failed(
            CHECK, "source-tag-moved", tagged.tag, expected=tagged.commit, found=str(target), hint=hint
        )
