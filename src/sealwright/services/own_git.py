"""git as whoever runs this command runs it: with their name, their keys, their credentials, and their remotes.

The rest of the program asks `services/git.py`, which nobody's configuration can mislead. What is written, signed and
pushed is the maintainer's own, and so is the configuration for it. No hook runs, except before a push.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.services.processes import Finished, run

# `git rev-parse --local-env-vars`, configuration aside: each would have git look at another repository.
_ELSEWHERE = frozenset(
    (
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
        *("GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE"),
        *("GIT_IMPLICIT_WORK_TREE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_INTERNAL_SUPER_PREFIX"),
    )
)
_FIXED = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"}
_WITHOUT_HOOKS = ("-c", "core.hooksPath=" + os.devnull)
_IDENTITY = ("user.", "author.", "committer.", "gpg.", "commit.gpgsign", "tag.gpgsign", "i18n.commitencoding")
"""Which settings decide how a commit and a tag are written and signed."""
_SECONDS = 900.0
"""For a signature, somebody may have to touch a key."""
_REMOTE_SECONDS = 60.0


@dataclass(frozen=True)
class OwnGit:
    """The user's git in one folder."""

    folder: Path
    environ: Mapping[str, str]
    settings: tuple[str, ...] = ()
    """Options for git in front of a command."""

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        check: bool = True,
        hooks: bool = False,
        timeout: float = _SECONDS,
    ) -> Finished:
        """Run git. `timeout` is in seconds.

        Raises ProcessFailed if `check` and it fails, and Unavailable where there is no git (`program-missing`) or it
        does not end (`process-timeout`).
        """
        kept = {name: value for name, value in self.environ.items() if name not in _ELSEWHERE}
        words = ("git", *self.settings, *(() if hooks else _WITHOUT_HOOKS), *arguments)
        return run(words, env=kept | _FIXED, cwd=self.folder, check=check, stdin=stdin, timeout=timeout)

    def setting(self, key: str) -> str:
        """The value of a setting; empty where it has none."""
        return self.run("config", "--get", key, check=False).stdout.strip()

    def enabled(self, key: str) -> bool | None:
        """A setting that is on or off; None where it is neither."""
        answer = self.run("config", "--type=bool", "--get", key, check=False).stdout.strip()
        return {"true": True, "false": False}.get(answer)

    def elsewhere(self, folder: Path) -> OwnGit:
        """The same user in another folder: who they are and how they sign is asked here.

        Settings of this repository alone, and those that apply to folders below some other, are not known there.
        """
        return OwnGit(folder, self.environ, tuple(self._identity()))

    @property
    def signs_tags(self) -> bool:
        """Whether tags are to be signed: as `tag.gpgSign` says, else wherever there is a key."""
        said = self.enabled("tag.gpgSign")
        if said is not None:
            return said
        return bool(self.setting("user.signingkey") or self.setting("gpg.ssh.defaultKeyCommand"))

    def uncommitted(self) -> tuple[str, ...]:
        """What `git status` shows, global ignore files respected; a new folder is one path."""
        asked = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal")
        return tuple(os.fsdecode(line[3:]) for line in self.run("status", *asked).output.split(b"\0") if line)

    def remote_of(self, branch: str) -> str | None:
        """The remote that a branch belongs to: its own, else `origin`, else the only one there is."""
        remotes = self.run("remote", check=False).stdout.split()
        own = self.setting(f"branch.{branch}.remote")
        if own in remotes:
            return own
        return "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else None

    def remote_branch_of(self, branch: str) -> str:
        """What a branch is called at its remote."""
        return self.setting(f"branch.{branch}.merge").removeprefix("refs/heads/") or branch

    def remote_refs(self, remote: str) -> dict[str, str]:
        """Full name to object id of the branches and tags of a remote, annotated tags not followed.

        Raises Unavailable (`remote-unreadable`).
        """
        asked = ("ls-remote", "--quiet", "--heads", "--tags", "--refs", "--", remote)
        done = self.run(*asked, check=False, timeout=_REMOTE_SECONDS)
        if done.returncode != 0:
            raise Unavailable(
                "remote-unreadable",
                f"the remote {remote} does not answer: {done.tail}",
                hint=f"`git ls-remote {remote}` shows what git says",
            )
        lines = (line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)
        return {name: object_id for object_id, name in lines}

    def has(self, object_id: str) -> bool:
        """Whether an object is here."""
        return self.run("cat-file", "-e", object_id, check=False).returncode == 0

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the commit `older` is in the history of `newer`."""
        return self.run("merge-base", "--is-ancestor", older, newer, check=False).returncode == 0

    def messages(self, newer: str, older: str | None) -> dict[str, str]:
        """Commit to message: all commits of `newer` that `older` lacks, the newest first; without it, `newer` alone."""
        span = (newer, "--not", older) if older else ("--max-count=1", newer)
        listing = self.run("log", "-z", "--format=%H%n%B", *span, "--").stdout
        pairs = (entry.partition("\n") for entry in listing.split("\0") if entry.strip())
        return {commit.strip(): message for commit, _, message in pairs}

    def reachable_tags(self, commit: str) -> tuple[str, ...]:
        """Tags in the history of a commit."""
        listing = self.run("for-each-ref", f"--merged={commit}", "--format=%(refname)", "refs/tags").stdout
        return tuple(line.removeprefix("refs/tags/") for line in listing.splitlines())

    def _identity(self) -> Iterator[str]:
        listing = self.run("config", "--list", "-z", check=False).stdout
        for entry in filter(None, listing.split("\0")):
            key, separator, value = entry.partition("\n")
            if key.startswith(_IDENTITY):
                yield from ("-c", f"{key}={value}" if separator else key)
