"""Stand-in of actions/checkout v7: the repository of the rehearsal, at the tag, without credentials.

https://github.com/actions/checkout. Not played: other repositories and refs, LFS, sparse checkouts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError
from sealwright.rehearsal.actions.inputs import flag, inside, refuse_unplayed
from sealwright.services.git import Repository
from sealwright.services.processes import run as run_process

ORIGIN_VARIABLE = "SEALWRIGHT_ORIGIN"
"""The repository to clone: a mirror of the user's, with the rehearsed tag."""
_INPUTS = {"path", "persist-credentials", "fetch-depth", "fetch-tags", "submodules"}
_NAME = "actions/checkout"


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Check out GITHUB_REF into `path`: with `fetch-depth: 0` all history and tags, otherwise that one commit.

    Raises UsageError for inputs that are not played, credentials that stay behind among them.
    """
    refuse_unplayed(_NAME, inputs, _INPUTS)
    if flag(_NAME, "persist-credentials", inputs.get("persist-credentials") or "true"):
        raise UsageError("input-not-played", f"{_NAME}: only persist-credentials: false is played")
    depth = inputs.get("fetch-depth") or "1"
    tags = flag(_NAME, "fetch-tags", inputs.get("fetch-tags") or "false")
    if depth not in ("0", "1") or (tags and depth != "0"):
        raise UsageError("input-not-played", f"{_NAME}: played are all history with all tags, and one commit with none")
    folder = inside(_NAME, inputs.get("path") or ".", workspace)
    modules = inputs.get("submodules") or "false"
    if modules not in ("false", "recursive"):
        raise UsageError("input-not-played", f"{_NAME}: played are all submodules, nested ones too, and none")
    origin, ref = Path(environ[ORIGIN_VARIABLE]), environ["GITHUB_REF"]
    checkout(origin, ref, folder, environ, whole=depth == "0", submodules=modules == "recursive")
    return {"ref": environ["GITHUB_REF"], "commit": environ["GITHUB_SHA"]}


def checkout(
    origin: Path, ref: str, folder: Path, environ: Mapping[str, str], *, whole: bool, submodules: bool
) -> None:
    """A work tree of `ref` in the new folder `folder`; `whole` brings all history and tags along.

    `submodules` come with it, nested ones too. Raises ProcessFailed, Refused (`submodule-unreachable`) and Unavailable.
    """
    env = {**environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    if whole:
        _git(["clone", "-q", "--no-checkout", origin, folder], env)
    else:
        _git(["init", "-q", folder], env)
        _git(["fetch", "-q", "--no-tags", "--depth", "1", origin.as_uri(), f"+{ref}:{ref}"], env, cwd=folder)
    _git(["-c", "advice.detachedHead=false", "checkout", "-q", ref], env, cwd=folder)
    if submodules:
        copy = Repository(folder, environ)
        Repository(origin, environ).bring_submodules(copy, copy.commit_of(ref))


def _git(arguments: list[str | Path], env: Mapping[str, str], cwd: Path | None = None) -> None:
    run_process(["git", "-c", "safe.directory=*", "-c", "core.autocrlf=false", *arguments], env=env, cwd=cwd)
