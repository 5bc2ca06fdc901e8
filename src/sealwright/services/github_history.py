"""What GitHub knows of a repository's commits: where tags point, and who wrote what lies between two of them.

https://docs.github.com/en/rest/commits/commits, https://docs.github.com/en/rest/repos/repos#list-repository-tags
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from sealwright.errors import Unavailable
from sealwright.model.github import Contributor
from sealwright.services import http
from sealwright.services.github_api import GitHubApi


class GitHubHistory(GitHubApi):
    """The commits of one repository. All methods raise like `GitHubApi`."""

    def tag_commit(self, tag: str) -> str | None:
        """The full id of the commit that a tag leads to; None where there is no such tag."""
        url = f"{self._base}/commits/tags/{quote(tag)}"
        answer = self._ask("GET", url)
        if answer.status in (404, 422):  # `No commit found for SHA` is a 422
            return None
        return _text(self._checked(answer).json(), "sha", url)

    def tags(self) -> tuple[str, ...]:
        """The names of all tags."""
        url = f"{self._base}/tags"
        return tuple(_text(item, "name", url) for item in self._pages(url))

    def contributors(self, base: str, head: str) -> tuple[Contributor, ...]:
        """Who wrote the commits that `head` has and `base` has not, each once, in the order of their first one."""
        url = f"{self._base}/compare/{quote(base, safe='')}...{quote(head, safe='')}"
        return _people(_person(item, url) for item in self._pages(url, lambda answer: answer["commits"]))


def _people(found: Iterable[Contributor | None]) -> tuple[Contributor, ...]:
    return tuple(dict.fromkeys(person for person in found if person))


def _person(item: Any, url: str) -> Contributor | None:
    """Whoever wrote a commit; None for a bot. GitHub has no account for everybody, but a name."""
    try:
        account, name = item.get("author") or {}, str(item["commit"]["author"]["name"])
        login = str(account.get("login", ""))
        bot = account.get("type") == "Bot" or (login or name).endswith("[bot]")
    except (KeyError, TypeError, AttributeError) as error:
        raise _malformed(url, error) from error
    return None if bot else Contributor(login, "" if login else name)


def _text(item: Any, key: str, url: str) -> str:
    try:
        found = item[key]
    except (KeyError, TypeError) as error:
        raise _malformed(url, error) from error
    if not isinstance(found, str) or not found:
        raise _malformed(url, TypeError(f"{key} is {found!r}"))
    return found


def _malformed(url: str, error: Exception) -> Unavailable:
    return http.malformed(f"{url} did not answer as GitHub does: {error!r}")
