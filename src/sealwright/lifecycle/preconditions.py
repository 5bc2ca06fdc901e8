"""What has to hold in a repository before a release is prepared in it. Each function answers for one check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.version import Version

from sealwright.endpoints import IndexSite
from sealwright.errors import Unavailable
from sealwright.lifecycle.intent import Intent
from sealwright.model import Finding
from sealwright.project import normal_version
from sealwright.project.skip_markers import skip_marker
from sealwright.services.index import IndexClient, of_release
from sealwright.stages.base import finding_of

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Remote:
    """The remote that the release would be pushed to, as it answered just now."""

    name: str
    branch: str
    """What the branch that is checked out is called there."""
    refs: Mapping[str, str]

    @property
    def head(self) -> str | None:
        """The commit of that branch; None where there is no such branch yet."""
        return self.refs.get(f"refs/heads/{self.branch}")

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of its tags."""
        return tuple(ref.removeprefix("refs/tags/") for ref in self.refs if ref.startswith("refs/tags/"))


def findings_of(intent: Intent, index: IndexSite) -> tuple[tuple[Finding, ...], Remote | None]:
    """All checks, and the remote where it answered.

    They are `tree`, `release-branch`, `remote`, `next-version`, `unpublished` and `messages`.
    """
    remote, said = _remote(intent)
    found = [_tree(intent), _branch(intent), said, *_next(intent, remote), _unpublished(intent, index)]
    return (*found, *_messages(intent, remote)), remote


def _tree(intent: Intent) -> Finding:
    paths = intent.git.uncommitted()
    if not paths:
        return Finding.passed("tree", found="everything is committed")
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return Finding.failed(
        "tree",
        "tree-dirty",
        expected="nothing that is not committed",
        found=", ".join(paths[:_NAMED]) + more,
        hint="commit it, `git stash --include-untracked`, or add it to .gitignore: what is released is a commit",
    )


def _branch(intent: Intent) -> Finding:
    if intent.branch in intent.settings.branches:
        return Finding.passed("release-branch", intent.branch)
    names = " or ".join(intent.settings.branches)
    return Finding.failed(
        "release-branch",
        "branch-not-for-releases",
        expected=names,
        found=intent.branch or "no branch, a commit is checked out",
        hint=f"`git switch {intent.settings.branches[0]}` and merge first, or set branches in [tool.sealwright]",
    )


def _remote(intent: Intent) -> tuple[Remote | None, Finding]:
    git = intent.git
    name = git.remote_of(intent.branch) if intent.branch else None
    if intent.branch is None or name is None:
        return None, Finding.skipped("remote", "no branch" if intent.branch is None else "no remote to ask")
    try:
        remote = Remote(name, git.remote_branch_of(intent.branch), git.remote_refs(name))
    except Unavailable as error:
        return None, finding_of(error, "remote").about(name)
    return remote, _up_to_date(intent, remote)


def _up_to_date(intent: Intent, remote: Remote) -> Finding:
    about = f"{remote.name}/{remote.branch}"
    if remote.head is None:
        return Finding.passed("remote", about, "not there yet")
    if intent.git.has(remote.head) and intent.git.is_ancestor(remote.head, intent.here.commit):
        at_it = remote.head == intent.here.commit
        return Finding.passed("remote", about, "the same commit" if at_it else "here are commits that it lacks")
    return Finding.failed(
        "remote",
        "branch-behind",
        about,
        expected=f"a commit in the history of {intent.here.commit[:12]}",
        found=f"{remote.head[:12]}, which is not",
        hint=f"`git pull --ff-only {remote.name} {remote.branch}`, then look again at what is to be released",
    )


def _next(intent: Intent, remote: Remote | None) -> Iterator[Finding]:
    version, settings = intent.version, intent.settings
    here, there = set(intent.here.repository.tags()), set(remote.tags if remote else ())
    same = {tag for tag in here | there if normal_version(settings.version_in(tag) or "") == version} | (
        {intent.tag} & (here | there)
    )
    for tag in sorted(same):
        where = " and ".join(
            ([remote.name] if remote and tag in there else []) + (["this clone"] if tag in here else [])
        )
        yield Finding.failed(
            "next-version",
            "tag-exists",
            tag,
            expected=f"a version that no tag has, not {version}",
            found=f"the tag is in {where}",
            hint="take the next version, and never move a tag that was pushed; `sealwright prepare patch`",
        )
    if intent.reached and Version(version) < Version(intent.reached[1]):
        yield Finding.failed(
            "next-version",
            "version-backwards",
            version,
            expected=f"more than {intent.reached[1]}",
            found=f"{intent.reached[0]} is in the history of this commit",
            hint="take a higher version; an older line of versions is released from a branch of its own",
        )
    elif not same:
        since = f"after {intent.reached[1]}" if intent.reached else "no tag before it"
        yield Finding.passed("next-version", version, since)


def _unpublished(intent: Intent, index: IndexSite) -> Finding:
    """A file name is taken for ever once a file was uploaded under it, so the gate would stop this release."""
    about = f"{intent.info.name} {intent.version}"
    try:
        there = of_release(IndexClient(index).files(intent.info.name), intent.version)
    except Unavailable as error:
        return finding_of(error, "unpublished").about(about)
    if not there:
        return Finding.passed("unpublished", about)
    return Finding.failed(
        "unpublished",
        "version-published",
        about,
        expected="a version that the index does not have",
        found=f"{len(there)} files on {index.name}",
        hint="take the next version; what was published is never replaced",
    )


def _messages(intent: Intent, remote: Remote | None) -> Iterator[Finding]:
    """Words in any commit of a push keep GitHub from starting a run for it, and with it the release."""
    known = remote.head if remote and remote.head and intent.git.has(remote.head) else None
    messages = intent.git.messages(intent.here.commit, known)
    if not messages and not intent.edits:  # it is there already, and becomes the tagged commit itself
        messages = intent.git.messages(intent.here.commit, None)
    found = {commit: marker for commit, message in messages.items() if (marker := skip_marker(message))}
    for commit, marker in found.items():
        yield Finding.failed(
            "messages",
            "skip-marker",
            commit[:12],
            expected="a message that lets workflows run",
            found=f"`{marker}`",
            hint="`git commit --amend` or `git rebase -i` without these words while it is not pushed; else one more "
            "commit",
        )
    if not found:
        yield Finding.passed("messages", found=f"{len(messages)} looked at, none keeps a run from starting")
