"""One message to a webhook whose address is a secret: nothing of it is printed, logged, raised or sent elsewhere."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding
from sealwright.services import http
from sealwright.services.concurrently import Questions

CHECK = "notify"
_SECONDS = 30.0
"""For everything: looking up the host, asking again, and an answer that comes byte by byte."""
_TIMEOUT = 10.0
_ATTEMPTS = 3
_PAUSE = 1.0
_ANSWER = 64 * 1024
_HINT = "check the secret with the webhook's address"
_AGAIN = (429, 500, 502, 503, 504)
_quiet = threading.Lock()


def send(address: str, message: Mapping[str, Any]) -> Finding:
    """Post `message` as JSON. Never raises; every problem is `unavailable`: `webhook-failed`, `webhook-refused`.

    Redirects are not followed, since the message is for nobody else; an answer's text is not shown, since it may
    repeat the address.
    """
    refused = _unusable(address)
    if refused:
        return _failed(refused)
    body = json.dumps(message).encode()
    try:
        (answer,) = Questions(lambda url: _post(url, body), [address]).answers(_SECONDS).values()
    except Exception as error:  # noqa: BLE001 - a trace would show the address
        return _failed(type(error).__name__)
    if isinstance(answer, Unavailable):
        return _failed(answer.code)  # its message names the address
    if 200 <= answer < 300:
        return Finding.passed(CHECK, found="told the webhook")
    return Finding.unavailable(CHECK, "webhook-refused", found=f"the webhook answered {answer}", hint=_HINT)


def _post(address: str, body: bytes) -> int:
    """The status of the last answer; a message that may have arrived twice is better than none."""
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        try:
            with _silence():
                # Not by http's own retries: urllib3 logs the path of what it asks again, which is the secret.
                status = http.request(
                    "POST",
                    address,
                    headers={"Content-Type": "application/json"},
                    body=body,
                    limit=_ANSWER,
                    timeout=_TIMEOUT,
                ).status
        except SealwrightError as error:
            if last:
                raise Unavailable(error.code, "the webhook did not answer") from None
        else:
            if last or status not in _AGAIN:
                return status
        time.sleep(_PAUSE * (attempt + 1))
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing is logged meanwhile, whoever set up logging: urllib3 writes addresses into warnings."""
    with _quiet:
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


def _unusable(address: str) -> str:
    """Why nothing is sent there, in words that show nothing of it; empty where it is an address."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not an address on the web"
    if parts.scheme not in ("https", "http") or not host or not address.isascii() or not address.isprintable():
        return "not an address on the web"
    if " " in address or "\\" in address or parts.username is not None:
        return "not an address on the web"
    if parts.scheme == "http" and not _is_loopback(host):
        return "it is no https address, and would be read on the way"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _failed(reason: str) -> Finding:
    return Finding.unavailable(CHECK, "webhook-failed", found=f"no answer: {reason}", hint=_HINT)
