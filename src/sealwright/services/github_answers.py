"""What GitHub answers about releases, as values.

https://docs.github.com/en/rest/releases
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sealwright.services import http

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a release."""

    id: int
    name: str
    size: int
    sha256: str
    """As GitHub computed it; empty for assets older than that feature."""
    complete: bool
    """False for what an interrupted upload leaves behind."""
    url: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release, published or still a draft."""

    id: int
    tag: str
    draft: bool
    prerelease: bool
    immutable: bool
    commitish: str
    """Where its tag would be made, if there were none when it is published: a commit or a branch."""
    page: str
    """Address for people."""
    upload_url: str


def read_release(item: Any, url: str) -> Release:
    """A release in an answer of `url`. Raises Unavailable (`answer-malformed`)."""
    try:
        return Release(
            id=int(item["id"]),
            tag=_a(str, item["tag_name"]),
            draft=_a(bool, item["draft"]),
            prerelease=_a(bool, item["prerelease"]),
            immutable=_a(bool, item.get("immutable", False)),
            commitish=_a(str, item.get("target_commitish") or ""),
            page=_a(str, item["html_url"]),
            upload_url=_a(str, item["upload_url"]).partition("{")[0],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise http.malformed(f"{url} did not answer with a release: {error!r}") from error


def read_asset(item: Any, url: str) -> Asset:
    """An asset in an answer of `url`. Raises Unavailable (`answer-malformed`)."""
    try:
        digest = _a(str, item.get("digest") or "")
        return Asset(
            id=int(item["id"]),
            name=_a(str, item["name"]),
            size=int(item["size"]),
            sha256=digest.removeprefix("sha256:") if digest.startswith("sha256:") else "",
            complete=item["state"] == "uploaded",
            url=_a(str, item["browser_download_url"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise http.malformed(f"{url} did not answer with an asset: {error!r}") from error


def _a(kind: type[T], value: object) -> T:
    """`value`, if it is of this kind: a word where yes or no belongs would read as yes. Raises TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.40} is not {kind.__name__}")
    return value
