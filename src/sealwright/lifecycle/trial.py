"""The release as it would be, in a clone that is thrown away: its commit, and what the job `plan` says of it.

The repository itself is not written to, so that stopping at any moment, by any signal, leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier import Dossier
from sealwright.errors import SealwrightError, UsageError
from sealwright.lifecycle.intent import Intent
from sealwright.model import Finding
from sealwright.pipeline.steps import DOSSIER, NEW, SOURCE
from sealwright.services.git import Repository
from sealwright.services.own_git import OwnGit
from sealwright.services.processes import ProcessFailed
from sealwright.stages import plan
from sealwright.stages.base import Context, blocking, finding_of
from sealwright.stages.planning import DIRECTORY_VARIABLE

_NEW_FILE = "100644"


@dataclass(frozen=True, slots=True)
class Trial:
    """A clone with the commit that would be released checked out."""

    workspace: Path
    git: OwnGit
    """In the clone, with the user's name and keys."""
    repository: Repository
    commit: str
    diff: str
    """What the commit changes; empty where nothing has to be."""

    @property
    def folder(self) -> Path:
        """The root of the clone."""
        return self.repository.path


def begin(intent: Intent, workspace: Path, environ: Mapping[str, str], *, signed: bool) -> Trial:
    """Clone, commit there, and check that out. `signed` asks for a signature where the user signs commits.

    Raises UsageError (`commit-not-made`) and Refused (`clone-failed`, `submodule-unreachable`).
    """
    source, base = workspace / SOURCE, intent.here.commit
    intent.here.repository.clone(source, base)
    git = intent.git.elsewhere(source)
    commit = _committed(git, intent, signed=signed) if intent.edits else base
    git.run("checkout", "--quiet", "--force", *(("-B", intent.branch) if intent.branch else ("--detach",)), commit)
    diff = git.run("diff", "--no-color", "--no-ext-diff", "--no-textconv", base, commit).stdout
    return Trial(workspace, git, Repository(source, environ), commit, diff)


def planned(
    intent: Intent, trial: Trial, environ: Mapping[str, str]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(findings, those that would stop the release) of the job `plan`, made for the tag to come."""
    trial.repository.set_tag(intent.tag, trial.commit)
    run = {"GITHUB_SHA": trial.commit, "GITHUB_REF_NAME": intent.tag, "GITHUB_REF_TYPE": "tag"}
    directory = {DIRECTORY_VARIABLE: intent.here.directory}
    dossier = Dossier(trial.workspace / DOSSIER, trial.workspace / NEW)
    context = Context("plan", trial.workspace, {**environ, **run, **directory}, dossier)
    try:
        findings = plan.run(context).findings
    except SealwrightError as error:
        findings = (finding_of(error, "plan"),)
    return findings, blocking(context, findings)


def _committed(git: OwnGit, intent: Intent, *, signed: bool) -> str:
    """A commit with the edits on top of the one that is released from; made without a work tree, filter or hook."""
    tree = intent.here.repository.tree(intent.here.commit)
    for path, content in intent.edits.items():
        if content is None:
            git.run("update-index", "--force-remove", "--", path)
            continue
        blob = git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content).stdout.strip()
        mode = tree[path].mode if path in tree else _NEW_FILE
        git.run("update-index", "--add", "--cacheinfo", mode, blob, path)
    written = git.run("write-tree").stdout.strip()
    sign = ("-S",) if signed and intent.git.enabled("commit.gpgSign") else ()
    words = ("commit-tree", written, "-p", intent.here.commit, *sign, "-F", "-")
    try:
        commit = git.run(*words, stdin=intent.message.encode()).stdout.strip()
    except ProcessFailed as error:
        raise _not_made(f"git could not make the commit: {error.finished.tail}") from error
    # With a key that is not there, some versions of git make it without a signature, and end as if all were well.
    if sign and b"\ngpgsig" not in git.run("cat-file", "commit", commit).output:
        raise _not_made("git made the commit without a signature")
    return commit


def _not_made(why: str) -> UsageError:
    hint = "`git commit --allow-empty -m Test` shows the same; set user.name and user.email, and have the key ready"
    return UsageError("commit-not-made", why, hint=hint)
