"""What a package index answers, as values.

https://packaging.python.org/en/latest/specifications/simple-repository-api/ (JSON only) and
https://github.com/pypi/warehouse/blob/main/docs/user/api/integrity.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from packaging.utils import canonicalize_name

from sealwright.errors import Unavailable
from sealwright.model.digest import is_sha256
from sealwright.services import http
from sealwright.services.http import Answer
from sealwright.verify.listing import IndexFile

_UPLOAD_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A token that uploads."""

    token: str = field(repr=False)
    expires: int
    """Unix seconds; 0 where the index does not say."""


@dataclass(frozen=True, slots=True)
class MintRefused:
    """Why an index did not exchange an identity token."""

    errors: tuple[tuple[str, str], ...]
    """(code, description), at least one. https://github.com/pypi/warehouse/blob/main/docs/user/trusted-publishers/troubleshooting.md"""

    @property
    def codes(self) -> frozenset[str]:
        """The codes alone."""
        return frozenset(code for code, _ in self.errors)

    def __str__(self) -> str:
        return "; ".join(f"{code}: {description}" for code, description in self.errors)


def read_files(answer: Answer, project: str) -> tuple[IndexFile, ...]:
    """The files on a project's page. Raises Unavailable (`answer-malformed`)."""
    document = as_mapping(answer)
    if canonicalize_name(str(document.get("name", project))) != canonicalize_name(project):
        raise malformed(answer.url, f"it is the page of {document['name']!r}")
    try:
        version = document["meta"]["api-version"]
        files = tuple(_parse_file(entry, answer.url) for entry in document["files"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise malformed(answer.url, repr(error)) from error
    if not str(version).startswith("1."):
        raise malformed(answer.url, f"it is of version {version} of the simple API, which nobody here can read")
    if len({file.filename for file in files}) != len(files):
        raise malformed(answer.url, "a file is listed twice")
    return files


def read_released(answer: Answer) -> frozenset[str]:
    """The file names in an answer of the JSON API about one version.

    https://docs.pypi.org/api/json/. Raises Unavailable (`answer-malformed`).
    """
    try:
        return frozenset(str(entry["filename"]) for entry in as_mapping(answer)["urls"])
    except (KeyError, TypeError) as error:
        raise malformed(answer.url, repr(error)) from error


def _parse_file(entry: dict[str, Any], page: str) -> IndexFile:
    sha256 = entry["hashes"].get("sha256")
    if not isinstance(sha256, str) or not is_sha256(sha256):
        raise ValueError(f"{entry['filename']} has no sha256")
    core = entry.get("core-metadata") or entry.get("dist-info-metadata") or {}
    size = entry.get("size")
    return IndexFile(
        filename=str(entry["filename"]),
        url=_absolute(page, entry["url"]),
        sha256=sha256,
        size=size if isinstance(size, int) else None,
        yanked=bool(entry.get("yanked", False)),
        yanked_reason=entry["yanked"] if isinstance(entry.get("yanked"), str) else "",
        core_metadata_sha256=core.get("sha256", "") if isinstance(core, dict) else "",
        provenance_url=entry.get("provenance") or "",
        uploaded=_upload_time(entry.get("upload-time")),
    )


def _absolute(page: str, url: str) -> str:
    # Joining takes three quarters of the time for a page of some thousand files, and most have whole addresses.
    return url if url.startswith(("https://", "http://")) else urljoin(page, url)


def _upload_time(text: object) -> str:
    """PEP 700 wants `yyyy-mm-ddThh:mm:ss.ffffffZ`; anything else is no time that could be handed on."""
    return text if isinstance(text, str) and _UPLOAD_TIME.fullmatch(text) else ""


def read_token(answer: Answer) -> MintedToken:
    """An upload token. Raises Unavailable (`answer-malformed`)."""
    document = as_mapping(answer)
    token, expires = document.get("token"), document.get("expires", 0)
    if not isinstance(token, str) or not token or not isinstance(expires, int):
        raise malformed(answer.url, "it holds no token")
    return MintedToken(token, expires)


def read_refusal(answer: Answer) -> MintRefused:
    """Why there is no token. Raises Unavailable (`answer-malformed`)."""
    try:
        errors = tuple((str(error["code"]), str(error["description"])) for error in as_mapping(answer)["errors"])
    except (KeyError, TypeError) as error:
        raise malformed(answer.url, repr(error)) from error
    if not errors:
        raise malformed(answer.url, "it refuses without a reason")
    return MintRefused(errors)


def as_mapping(answer: Answer) -> dict[str, Any]:
    """The JSON object in an answer. Raises Unavailable (`answer-malformed`)."""
    document = answer.json()
    if not isinstance(document, dict):
        raise malformed(answer.url, f"it is a {type(document).__name__}")
    return document


def malformed(url: str, why: str) -> Unavailable:
    """An answer that is none."""
    return http.malformed(f"the answer of {url} is not what an index answers: {why}")
