"""The prepared release, brought into the repository at once, and pushed if asked.

Commit and tag are made elsewhere, signatures included. What happens here is a fetch of objects that nothing refers to
yet, an update of the work tree, and one transaction that moves the branch and creates the tag, or does neither.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sealwright.errors import Refused, UsageError
from sealwright.lifecycle.intent import Intent
from sealwright.lifecycle.preconditions import Remote
from sealwright.lifecycle.trial import Trial
from sealwright.services.own_git import OwnGit
from sealwright.services.processes import ProcessFailed


@dataclass(frozen=True, slots=True)
class Landed:
    """What is in the repository now."""

    commit: str
    signed: bool
    """Whether the tag is."""


def land(intent: Intent, trial: Trial) -> Landed:
    """Make the tag, and bring commit and tag into the repository.

    Raises UsageError (`tag-not-made`, `repository-moved`, and those of an unusual repository: `landing-failed`). Where
    it raises, the repository is as it was.
    """
    tag = _tag(intent, trial)
    git, base = intent.git, intent.here.commit
    with _uninterrupted():
        git.run(
            *(
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-recurse-submodules",
                "--no-auto-maintenance",
            ),
            *("--", str(trial.folder.absolute()), f"refs/tags/{intent.tag}"),
        )
        _require_unmoved(intent)
        try:
            git.run("read-tree", "-m", "-u", base, trial.commit)
            try:
                git.run("update-ref", "-m", f"prepare: {intent.tag}", "--stdin", stdin=_transaction(intent, trial, tag))
            except ProcessFailed:
                git.run("read-tree", "-m", "-u", trial.commit, base)
                raise
        except ProcessFailed as error:
            hint = "nothing was changed; look at what git says, and run this again"
            raise UsageError("landing-failed", f"git refused: {error.finished.tail}", hint=hint) from error
    return Landed(trial.commit, signed=intent.git.signs_tags)


def push_words(intent: Intent, remote: str, branch: str) -> tuple[str, ...]:
    """The push that starts the release: this branch and this tag, both or neither, and no other tag."""
    there = f"refs/heads/{intent.branch}:refs/heads/{branch}"
    return "push", "--atomic", "--no-follow-tags", remote, there, f"refs/tags/{intent.tag}"


def push(intent: Intent, remote: Remote) -> None:
    """Push. Raises Refused (`push-refused`); commit and tag stay."""
    done = intent.git.run(*push_words(intent, remote.name, remote.branch), check=False, hooks=True)
    if done.returncode != 0:
        again = " ".join(("git", *push_words(intent, remote.name, remote.branch)))
        raise Refused(
            "push-refused",
            f"neither {remote.branch} nor {intent.tag} arrived at {remote.name}: {done.tail}",
            hint=f"commit and tag are here; `{again}` tries again, `{undo(intent)}` takes them back",
        )


def undo(intent: Intent) -> str:
    """What takes commit and tag back, as long as they are not pushed."""
    back = f" && git reset --keep {intent.here.commit[:12]}" if intent.edits else ""
    return f"git tag -d {intent.tag}{back}"


def _tag(intent: Intent, trial: Trial) -> str:
    """The object id of the annotated tag, made in the clone."""
    sign = "--sign" if intent.git.signs_tags else "--no-sign"
    message = f"{intent.info.name} {intent.version}\n".encode()
    asked = ("--annotate", "--force", sign, "--cleanup=verbatim", "-F", "-", intent.tag, trial.commit)
    try:
        trial.git.run("tag", *asked, stdin=message)
    except ProcessFailed as error:
        raise _not_made(f"git could not make the tag: {error.finished.tail}") from error
    # With a key that is not there, some versions of git say so, and make the tag without a signature all the same.
    if intent.git.signs_tags and b"\n-----BEGIN " not in trial.git.run("cat-file", "tag", intent.tag).output:
        raise _not_made("git made the tag without a signature")
    return trial.git.run("rev-parse", f"refs/tags/{intent.tag}").stdout.strip()


def _not_made(why: str) -> UsageError:
    hint = "nothing was changed; have the key of user.signingkey ready, or `git config tag.gpgSign false`"
    return UsageError("tag-not-made", why, hint=hint)


def _transaction(intent: Intent, trial: Trial, tag: str) -> bytes:
    branch = f"update refs/heads/{intent.branch} {trial.commit} {intent.here.commit}\n" if intent.edits else ""
    return f"start\n{branch}create refs/tags/{intent.tag} {tag}\nprepare\ncommit\n".encode()


def _require_unmoved(intent: Intent) -> None:
    """A rehearsal takes a while, in which somebody may have gone on working."""
    now = OwnGit(intent.git.folder, intent.git.environ)
    head = now.run("rev-parse", "HEAD").stdout.strip()
    branch = intent.here.repository.current_branch()
    changed = now.uncommitted()
    if head == intent.here.commit and branch == intent.branch and not changed:
        return
    found = ", ".join(changed[:3]) or f"{branch or 'no branch'} at {head[:12]}"
    raise UsageError(
        "repository-moved",
        f"the repository changed meanwhile: expected {intent.branch} at {intent.here.commit[:12]} and nothing "
        f"uncommitted, found {found}",
        hint="nothing was written; commit or stash, and run this again",
    )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold signals off for the moment in which refs and work tree are written; git inherits that."""
    held = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
