"""Small projects in real git repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tiny-project"
version = "1.2.3"
description = "Small on purpose"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.11"
authors = [{ name = "Tiny Authors", email = "tiny@example.org" }]

[project.scripts]
tiny = "tiny_project:main"

[tool.hatch.build.targets.wheel]
packages = ["src/tiny_project"]

[tool.sealwright]
cells = ["ubuntu-24.04/3.11"]
"""
MODULE = '''\
"""A tiny project."""


def main():
    print("hello")
'''
CHANGELOG = "# Changelog\n\n## 1.2.3 - 2026-01-02\n\n- Says hello.\n\n## 1.2.2\n\n- Older.\n"
TINY: Mapping[str, str] = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# Tiny\n\nSays hello.\n",
    "LICENSE": "MIT Licence\n",
    "CHANGELOG.md": CHANGELOG,
    ".gitignore": "__pycache__/\n",
    "src/tiny_project/__init__.py": MODULE,
}

GIT_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_AUTHOR_NAME": "Tiny Authors",
    "GIT_AUTHOR_EMAIL": "tiny@example.org",
    "GIT_COMMITTER_NAME": "Tiny Authors",
    "GIT_COMMITTER_EMAIL": "tiny@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+00:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *arguments: str) -> str:
    """Run git as a developer with fixed dates would."""
    done = subprocess.run(["git", *arguments], cwd=folder, env=GIT_ENVIRONMENT, check=True, capture_output=True)
    return done.stdout.decode().strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files of text below a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def commit(folder: Path, message: str = "Work") -> str:
    """Commit everything in the work tree and return the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def make_project(folder: Path, files: Mapping[str, str] = TINY, **changes: str | None) -> Path:
    """A repository with one commit on main. `changes` replaces files by name, None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, {path: text for path, text in {**files, **changes}.items() if text is not None})
    commit(folder, "First")
    return folder
