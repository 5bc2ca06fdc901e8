"""How GitHub's REST API is spoken: pages, refusals, and limits that it asks to wait for.

https://docs.github.com/en/rest/using-the-rest-api
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sealwright.errors import SealwrightError, Unavailable
from sealwright.services import http

ALREADY_EXISTS = "github-exists"
"""The code of a refusal because something of that name is there already."""
_VERSION = "2022-11-28"
_PAGE = 100
_PAGES = 50
PATIENCE = 300.0
"""Seconds that a job which writes waits in all because GitHub asks it to: half a release is worse than a late one."""
_SECONDARY = 60.0
"""Seconds to wait where GitHub limits without saying for how long: `wait for at least one minute`."""


class GitHubApi:
    """One repository, seen with one token; an empty one sees what everybody sees.

    All methods raise Unavailable where GitHub did not answer, or not usably, and SealwrightError (`github-token`,
    `github-forbidden`, `github-not-found`, `github-exists`, `github-refused`) where it said no.
    """

    def __init__(
        self,
        api_url: str,
        repository: str,
        token: str,
        *,
        patience: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`patience` is how many seconds are waited in all where GitHub limits how often it may be asked.

        Without any, whoever asks is told at once until when.
        """
        self._api = api_url.rstrip("/")
        self._base = f"{self._api}/repos/{quote(repository)}"
        self._repository = repository
        self._token = token
        self._patience = patience
        self._sleep = sleep

    def _pages(self, url: str, items: Callable[[Any], Any] = lambda answer: answer) -> Iterator[Any]:
        """All entries of a list that comes in pages; `items` finds the list in the answer."""
        for page in range(1, _PAGES + 1):
            answer = self._checked(self._ask("GET", f"{url}?per_page={_PAGE}&page={page}"))
            try:
                found = items(answer.json())
            except (KeyError, TypeError) as error:
                raise http.malformed(f"{url} did not answer with a list: {error!r}") from error
            if not isinstance(found, list):
                raise http.malformed(f"{url} did not answer with a list")
            yield from found
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
        raise Unavailable("too-many-pages", f"{url} has more than {_PAGES} pages")

    def _send(self, method: str, url: str, fields: Mapping[str, Any] | None = None) -> http.Answer:
        body = None if fields is None else json.dumps(fields).encode()
        return self._checked(self._ask(method, url, body=body, content_type="application/json" if body else ""))

    def _ask(
        self,
        method: str,
        url: str,
        *,
        accept: str = "application/vnd.github+json",
        body: bytes | None = None,
        content_type: str = "",
        limit: int = http.LARGEST,
    ) -> http.Answer:
        """The answer, whatever it is, of at most `limit` bytes. A request that was only put off is repeated."""
        headers = {"Accept": accept, "X-GitHub-Api-Version": _VERSION}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        while True:
            answer = http.request(method, url, headers=headers, body=body, limit=limit)
            pause = _limited_for(answer)
            costs = max(pause or 0.0, 1.0)  # who is told to wait no time at all does not ask for ever either
            if pause is None or costs > self._patience:
                return answer
            self._patience -= costs
            self._sleep(pause)

    def _checked(self, answer: http.Answer) -> http.Answer:
        if 200 <= answer.status < 300:
            return answer
        pause = _limited_for(answer)
        if pause is not None:
            raise _limited(answer, pause)
        if answer.status not in _REFUSALS:
            raise Unavailable(
                "github-unavailable",
                f"{answer.url} answered {answer.status} {answer.reason}",
                hint="try again later; https://www.githubstatus.com shows outages",
            )
        code, hint = _REFUSALS[answer.status]
        reason = _reason(answer)
        if answer.status == 422 and "already_exists" in reason:
            code = ALREADY_EXISTS
        raise SealwrightError(code, f"{answer.url} answered {answer.status}: {reason}", hint=hint)


_REFUSALS = {
    401: ("github-token", "the token is missing, wrong or expired; a job's token ends with the job"),
    403: ("github-forbidden", "the job's token lacks a permission; writing releases needs `contents: write`"),
    404: ("github-not-found", "check the repository's name, and that the token may see it"),
    422: ("github-refused", "GitHub understood the request and will not do it; see its reason"),
}


def _limited_for(answer: http.Answer) -> float | None:
    """Seconds to wait where a request was refused only because there were too many; None for every other answer.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if answer.status not in (403, 429):
        return None
    after, reset = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time())
    secondary = answer.status == 429 or b"secondary rate limit" in answer.body.lower()
    return _SECONDARY if secondary else None


def _limited(answer: http.Answer, pause: float) -> Unavailable:
    until = datetime.fromtimestamp(time.time() + pause, UTC)
    return Unavailable(
        "github-limited",
        f"{answer.url} answered {answer.status}: too many requests, for {pause:.0f} s more",
        hint=f"run it again after {until:%H:%M} UTC; nothing is lost, it continues where it stopped",
    )


def _reason(answer: http.Answer) -> str:
    try:
        document = json.loads(answer.body)
        details = [error.get("message") or f"{error['field']} {error['code']}" for error in document.get("errors", ())]
        return "; ".join([document["message"], *details])
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.reason
