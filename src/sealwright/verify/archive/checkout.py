"""Whether a member is the committed file as git checks it out, and the usual innocent reasons where it is not."""

from __future__ import annotations

import re

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.members import Member, blob_id

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>\d+)\n"
)
_LARGEST_POINTER = 1024


def as_checked_out(path: str, member: Member, commit: Commit) -> str | None:
    """Why it differs from the blob that is committed at `path`, empty where it does not; None where it is another file.

    Line endings are compared by content, Git LFS by the digest that the commit's pointer names.
    """
    blob = commit.blob(path)
    if blob is None:
        return None
    if blob == member.blob:
        return ""
    if _is_lfs(commit.read_object(blob), member):
        return "Git LFS keeps it; the committed pointer names this very content"
    eol = commit.eol_crlf(path)
    if eol is not None and member.data is not None:
        unix = member.data.replace(b"\r\n", b"\n")
        if blob_id(unix, commit.algorithm) == blob:
            return f"the committed file with the line endings that {eol} asks for"
    return None


def _is_lfs(committed: bytes, member: Member) -> bool:
    pointer = _POINTER.fullmatch(committed) if len(committed) <= _LARGEST_POINTER else None
    return pointer is not None and bytes.fromhex(pointer["oid"].decode()) == member.sha256


def why_modified(path: str, member: Member, commit: Commit) -> str:
    """A guess at the cause, for whoever has to find it."""
    committed = commit.read(path)
    if committed is None:
        return f"{member.size} bytes"
    if committed.startswith(b"version https://git-lfs.github.com/spec/"):
        return "git has a Git LFS pointer to other content"
    attributes = commit.attributes(path)
    for name, (mark, told) in _CHANGES.items():
        if name in attributes and attributes[name].value != "unset" and mark in committed:
            return f"{name} in {attributes[name].where}: {told}"
    if b"\r\n" in committed or member.size == len(committed) + committed.count(b"\n"):
        return "line endings; what .gitattributes does not ask for depends on the machine (core.autocrlf)"
    return f"{member.size} bytes instead of {len(committed)}"


_CHANGES = {
    "export-subst": (b"$Format:", "`git archive` replaces $Format:$, and a clone does not; build from a clone"),
    "ident": (b"$Id", "git writes the blob's id into a checked-out file"),
    "working-tree-encoding": (b"", "git checks it out in another encoding"),
}
"""Attribute to what is in files that it changes, and what it does."""
