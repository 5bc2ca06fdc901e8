"""Which GitHub repository a release belongs to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sealwright.endpoints import GITHUB_URL

_HOST = re.escape(urlsplit(GITHUB_URL).netloc)
_REMOTE = re.compile(
    rf"(?:(?:https?|ssh|git)://(?:[^/@]*@)?{_HOST}(?::\d+)?/|(?:[^/@]*@)?{_HOST}:/?)"
    r"(?P<owner>[A-Za-z0-9_.-]+)/(?P<name>[A-Za-z0-9_.-]+?)(?:\.git)?/?"
)


def github_repository(remote_url: str | None) -> str | None:
    """`owner/name` of a remote on GitHub; None for any other remote."""
    found = _REMOTE.fullmatch(remote_url.strip()) if remote_url else None
    return f"{found['owner']}/{found['name']}" if found else None


def repository_name(configured: str | None, given: str | None, remote_url: str | None, project: str) -> str:
    """The repository as plan.json names it: configuration, else what the runner says, else the remote."""
    return configured or given or github_repository(remote_url) or f"local/{project}"
