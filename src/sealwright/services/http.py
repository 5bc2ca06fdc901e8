"""HTTP for all services: bounded in time and size, and no answer is ever mistaken for an empty one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from sealwright import __version__
from sealwright.errors import Unavailable

_TIMEOUT = urllib3.Timeout(connect=10, read=60)
LARGEST = 512 * 1024 * 1024
"""Bytes of an answer that is taken at all, unless the asker says otherwise."""


class Connections:
    """Connections that stay open from one request to the next, for many questions to one service.

    `at_once` is how many there are at most. `certificate` is the path of a PEM file with the authorities to believe
    instead of the system's. May be used by several threads.
    """

    def __init__(self, at_once: int = 1, certificate: str = "") -> None:
        self._pool = urllib3.PoolManager(maxsize=at_once, block=True, ca_certs=certificate or None)

    def open(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """The response, its body not yet read. `options` are urllib3's."""
        return self._pool.request(method, url, **options)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP response, of whatever status."""

    url: str
    status: int
    reason: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable (`answer-malformed`)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:  # RecursionError: thousands of brackets
            raise malformed(f"{self.url} did not answer with JSON: {error}") from error

    def expect(self, *statuses: int) -> Answer:
        """This answer, if its status is one of `statuses`. Raises Unavailable (`answer-unexpected`)."""
        if self.status in statuses:
            return self
        detail = self.body[:300].decode(errors="replace").strip()
        raise Unavailable(
            "answer-unexpected",
            f"{self.url} answered {self.status} {self.reason}" + (f": {detail}" if detail else ""),
            hint="try again; if it stays, look at the service's status page",
        )


def malformed(what: str) -> Unavailable:
    """An answer that is not the one to this question; `what` says whose, and what is wrong with it."""
    return Unavailable("answer-malformed", what, hint="it may have been cut off, or a proxy answered; try again")


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    retries: int = 2,
    limit: int = LARGEST,
    timeout: float | None = None,
    changes_nothing: bool = False,
    connections: Connections | None = None,
) -> Answer:
    """One request, repeated `retries` times after a failed connection or a 502, 503 or 504 if it changes nothing.

    GET and HEAD never do, a POST where the caller says so.
    Redirects are not followed: an answer from elsewhere is not an answer from there. `limit` is in bytes,
    `timeout` in seconds, for connecting and for each read, in place of 10 and 60. Without `connections`, one is opened
    for this request alone. Raises Unavailable (`no-answer`, `answer-too-large`).
    """
    repeatable = changes_nothing or method in ("GET", "HEAD")
    policy = urllib3.Retry(
        total=retries if repeatable else 0,
        redirect=0,
        backoff_factor=0.2,
        status_forcelist=(502, 503, 504),
        allowed_methods=None,  # `total` decides; no method is exempt
        raise_on_status=False,
        raise_on_redirect=False,
        respect_retry_after_header=False,  # a service may ask for an hour
    )
    sent = {"User-Agent": f"sealwright/{__version__}", **(headers or {})}
    try:
        response = (connections or Connections()).open(
            method,
            url,
            headers=sent,
            body=body,
            retries=policy,
            timeout=_TIMEOUT if timeout is None else urllib3.Timeout(connect=timeout, read=timeout),
            redirect=False,
            preload_content=False,
        )
        try:
            data = response.read(limit + 1, decode_content=True)
        finally:
            response.release_conn()
    except urllib3.exceptions.HTTPError as error:
        reason = getattr(error, "reason", None) or error
        raise Unavailable(
            "no-answer", f"{url} did not answer: {reason}", hint="check the network and try again"
        ) from error
    if len(data) > limit:
        hint = "nothing of it was taken; look at what is behind that address"
        raise Unavailable("answer-too-large", f"{url} answered with more than {limit} bytes", hint=hint)
    lowered = {name.lower(): value for name, value in response.headers.items()}
    return Answer(url, response.status, response.reason or "", lowered, data)
