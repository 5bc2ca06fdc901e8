"""The tags of a repository as its host has them now, asked for by git itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from sealwright.errors import Unavailable
from sealwright.services.git import git_environment
from sealwright.services.processes import run

_SECONDS = 60.0
_LINE = re.compile(r"(?P<commit>[0-9a-f]{40}|[0-9a-f]{64})\trefs/tags/(?P<tag>[^\s^]+)(?P<peeled>\^\{\})?")


def remote_tags(address: str, environ: Mapping[str, str], *, token: str = "") -> dict[str, str]:
    """Every tag of the repository at `address`, and the commit that it leads to, annotated tags followed.

    `token` is a GitHub token, for a repository that is not public; git gets it by its environment and sends it to the
    host of `address` alone. Raises Unavailable (`tags-unreadable`, `process-timeout`, `program-missing`).
    """
    env = git_environment(environ) | (_authorised(address, token) if token else {})
    done = run(("git", "ls-remote", "--tags", "--", address), env=env, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        raise Unavailable(
            "tags-unreadable",
            f"the tags of {address} cannot be read: {done.tail}",
            hint="check the network and the repository's name, then try again",
        )
    return _parsed(done.stdout, address)


def _authorised(address: str, token: str) -> dict[str, str]:
    parts = urlsplit(address)
    credentials = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
    }


def _parsed(text: str, address: str) -> dict[str, str]:
    direct: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise Unavailable("tags-unreadable", f"git printed a line about {address} that is no tag: {line[:200]!r}")
        (peeled if match["peeled"] else direct)[match["tag"]] = match["commit"]
    # The second line of an annotated tag is the commit that it is about; the first names the tag object.
    return direct | peeled
