"""A package index: what it serves, its provenance of files, and its exchange of identity tokens.

https://packaging.python.org/en/latest/specifications/simple-repository-api/ (JSON only) and
https://github.com/pypi/warehouse/blob/main/docs/user/api/integrity.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from packaging.utils import canonicalize_name

from sealwright.endpoints import PYPI_URL, IndexSite
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.model.digest import is_sha256, sha256_hex
from sealwright.services.http import Answer, Connections, request
from sealwright.services.package_index import PackageIndex
from sealwright.verify.listing import IndexFile

MINT_PATH = "/_/oidc/mint-token"
"""Where an index exchanges an identity token for an upload token."""
_PAGE = 64 * 1024 * 1024
"""Bytes of a project's page, unpacked."""
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_INTEGRITY_JSON = "application/vnd.pypi.integrity.v1+json"
_UPLOAD_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class Presence(StrEnum):
    """What publishing a file would meet. Only `DIFFERENT` cannot be continued."""

    ABSENT = "absent"
    IDENTICAL = "identical"
    DIFFERENT = "different"


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


def compare(files: Iterable[IndexFile], planned: Iterable[FileRef]) -> dict[str, Presence]:
    """For each planned file, by name, whether an index that lists `files` has it."""
    served = {file.filename: file.sha256 for file in files}
    return {ref.name: _presence(served.get(ref.name), ref.sha256) for ref in planned}


def of_release(files: Iterable[IndexFile], version: str) -> tuple[IndexFile, ...]:
    """Those of a project's files that belong to `version`; 1.0 and 1.0.0 are the same one.

    A file whose name follows no standard belongs to it if the version is a part of the name.
    """
    return tuple(file for file in files if file.is_of(version))


def project_files(
    simple_url: str, project: str, *, headers: Mapping[str, str] | None = None, connections: Connections | None = None
) -> tuple[IndexFile, ...]:
    """Everything that an index lists for a project; nothing where it does not know the project.

    `simple_url` is where its simple API is, `headers` may hold what it asks for to let somebody in.
    Raises Unavailable (`answer-unexpected`, `answer-malformed`, `no-answer`, `answer-too-large`).
    """
    url = f"{simple_url.rstrip('/')}/{canonicalize_name(project)}/"
    # Some pages have two megabytes, and a tenth of that when packed.
    wanted = {"Accept": _SIMPLE_JSON, "Accept-Encoding": "gzip", **(headers or {})}
    answer = request("GET", url, headers=wanted, limit=_PAGE, connections=connections).expect(200, 404)
    return _parse_files(answer, project) if answer.status == 200 else ()


def configured_site(index: PackageIndex) -> IndexSite:
    """The index that pip is configured for, PyPI where it is for none.

    A user name and a password in its address are left out: what needs them does not answer, and no message shows them.
    Raises UsageError (`index-none`).
    """
    if index.no_index:
        raise UsageError(
            "index-none", "pip is configured to use no index", hint="name the files themselves, or unset PIP_NO_INDEX"
        )
    if not index.index_url:
        return IndexSite("pypi", PYPI_URL, "")
    parts = urlsplit(index.index_url)
    simple = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
    return IndexSite("pypi", simple.removesuffix("/simple"), "", simple)


class IndexClient:
    """Asks one index. Everything but a plain answer raises Unavailable: nothing may be concluded from it."""

    def __init__(self, site: IndexSite) -> None:
        self.site = site

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Everything the index lists for a project; nothing where it does not know the project.

        Raises like `project_files`.
        """
        return project_files(self.site.simple, project)

    def provenance(self, project: str, version: str, filename: str) -> bytes | None:
        """The integrity API's answer for one file, unjudged; None where the index has none."""
        path = "/".join(quote(part, safe="") for part in (canonicalize_name(project), version, filename))
        answer = self._get(f"{self.site.url}/integrity/{path}/provenance", accept=_INTEGRITY_JSON).expect(200, 404)
        return answer.body if answer.status == 200 else None

    def download(self, file: IndexFile) -> bytes:
        """The bytes the index serves. Raises Refused (`digest-mismatch`) if they are not those it lists."""
        data = self._get(file.url).expect(200).body
        _require_digest(file.url, data, file.sha256)
        return data

    def core_metadata(self, file: IndexFile) -> bytes | None:
        """The METADATA file served beside a wheel (PEP 658); None where there is none. Raises like `download`."""
        if not file.core_metadata_sha256:
            return None
        url = f"{file.url}.metadata"
        data = self._get(url).expect(200).body
        _require_digest(url, data, file.core_metadata_sha256)
        return data

    def audience(self) -> str:
        """What an identity token must be made out to, for this index to exchange it."""
        answer = self._get(f"{self.site.url}/_/oidc/audience").expect(200)
        audience = _mapping(answer).get("audience")
        if not isinstance(audience, str) or not audience:
            raise _malformed(answer.url, "it names no audience")
        return audience

    def mint_token(self, identity_token: str) -> MintedToken | MintRefused:
        """Exchange an identity token, which is used up by that, for an upload token of a few minutes."""
        body = json.dumps({"token": identity_token}).encode()
        answer = request(
            "POST",
            f"{self.site.url}{MINT_PATH}",
            headers={"Content-Type": "application/json"},
            body=body,
        ).expect(200, 422)
        return _refusal(answer) if answer.status == 422 else _minted(answer)

    def _get(self, url: str, *, accept: str = "*/*") -> Answer:
        return request("GET", url, headers={"Accept": accept})


def _presence(found: str | None, wanted: str) -> Presence:
    if found is None:
        return Presence.ABSENT
    return Presence.IDENTICAL if found == wanted else Presence.DIFFERENT


def _parse_files(answer: Answer, project: str) -> tuple[IndexFile, ...]:
    document = _mapping(answer)
    if canonicalize_name(str(document.get("name", project))) != canonicalize_name(project):
        raise _malformed(answer.url, f"it is the page of {document['name']!r}")
    try:
        version = document["meta"]["api-version"]
        files = tuple(_parse_file(entry, answer.url) for entry in document["files"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _malformed(answer.url, repr(error)) from error
    if not str(version).startswith("1."):
        raise _malformed(answer.url, f"it is of version {version} of the simple API, which nobody here can read")
    if len({file.filename for file in files}) != len(files):
        raise _malformed(answer.url, "a file is listed twice")
    return files


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


def _minted(answer: Answer) -> MintedToken:
    document = _mapping(answer)
    token, expires = document.get("token"), document.get("expires", 0)
    if not isinstance(token, str) or not token or not isinstance(expires, int):
        raise _malformed(answer.url, "it holds no token")
    return MintedToken(token, expires)


def _refusal(answer: Answer) -> MintRefused:
    try:
        errors = tuple((str(error["code"]), str(error["description"])) for error in _mapping(answer)["errors"])
    except (KeyError, TypeError) as error:
        raise _malformed(answer.url, repr(error)) from error
    if not errors:
        raise _malformed(answer.url, "it refuses without a reason")
    return MintRefused(errors)


def _mapping(answer: Answer) -> dict[str, Any]:
    document = answer.json()
    if not isinstance(document, dict):
        raise _malformed(answer.url, f"it is a {type(document).__name__}")
    return document


def _malformed(url: str, why: str) -> Unavailable:
    return Unavailable(
        "answer-malformed",
        f"the answer of {url} is not what an index answers: {why}",
        hint="it may have been cut off, or a proxy answered; try again",
    )


def _require_digest(url: str, data: bytes, listed: str) -> None:
    found = sha256_hex(data)
    if found != listed:
        raise Refused(
            "digest-mismatch",
            f"{url}: the index lists sha256:{listed}, it serves sha256:{found}",
            hint="do not install it; report it to the index if it stays",
        )
