"""Repositories with submodules in them."""

from __future__ import annotations

from pathlib import Path

from tests.support import projects


def git(folder: Path, *arguments: str) -> str:
    """Run git, which may take submodules from folders."""
    return projects.git(folder, "-c", "protocol.file.allow=always", *arguments)


def add_submodule(repository: Path, origin: Path, path: str) -> str:
    """Put the repository `origin` into another one; the commit that is recorded."""
    git(repository, "submodule", "--quiet", "add", str(origin), path)
    projects.commit(repository, f"Take {path} along")
    return git(repository / path, "rev-parse", "HEAD")


def unreachable(repository: Path, path: str) -> str:
    """Make the address of a submodule one that nobody answers; the commit that says so."""
    projects.git(
        repository, "config", "-f", ".gitmodules", f"submodule.{path}.url", "https://unreachable.invalid/x.git"
    )
    return projects.commit(repository, "Move it away")
