"""A package index: what it serves, its provenance of files, and its exchange of identity tokens.

https://packaging.python.org/en/latest/specifications/simple-repository-api/ (JSON only) and
https://github.com/pypi/warehouse/blob/main/docs/user/api/integrity.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote, urlsplit

from packaging.utils import canonicalize_name

from sealwright.endpoints import PYPI_URL, IndexSite
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.model.digest import is_plain_name, sha256_hex
from sealwright.services.http import LARGEST, Answer, Connections, request
from sealwright.services.index_answers import (
    MintedToken,
    MintRefused,
    as_mapping,
    malformed,
    read_files,
    read_refusal,
    read_released,
    read_token,
)
from sealwright.services.package_index import PackageIndex
from sealwright.verify.listing import IndexFile

__all__ = [
    "MINT_PATH",
    "IndexClient",
    "MintRefused",
    "MintedToken",
    "Presence",
    "compare",
    "configured_site",
    "of_release",
    "project_files",
    "require_plain_names",
]

MINT_PATH = "/_/oidc/mint-token"
"""Where an index exchanges an identity token for an upload token."""
_PAGE = 64 * 1024 * 1024
"""Bytes of a project's page, unpacked."""
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_INTEGRITY_JSON = "application/vnd.pypi.integrity.v1+json"


class Presence(StrEnum):
    """What publishing a file would meet. Only `DIFFERENT` cannot be continued."""

    ABSENT = "absent"
    IDENTICAL = "identical"
    DIFFERENT = "different"


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
    return read_files(_as_json(answer), project) if answer.status == 200 else ()


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


def require_plain_names(site: IndexSite, listed: Iterable[IndexFile]) -> None:
    """Raises Unavailable (`answer-malformed`) for a name that no distribution has: it decides where a file goes."""
    odd = next((file.filename for file in listed if not is_plain_name(file.filename)), None)
    if odd is not None:
        raise Unavailable(
            "answer-malformed",
            f"{site.simple} lists a file called {odd!r}, which is no name of a distribution",
            hint="report it to the index, and take the files from elsewhere",
        )


class IndexClient:
    """Asks one index. Everything but a plain answer raises Unavailable: nothing may be concluded from it.

    `connections` stay open from one question to the next; without them, each question opens its own.
    """

    def __init__(self, site: IndexSite, connections: Connections | None = None) -> None:
        self.site = site
        self._connections = connections

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Everything the index lists for a project; nothing where it does not know the project.

        Raises like `project_files`.
        """
        return project_files(self.site.simple, project, connections=self._connections)

    def released(self, project: str, version: str) -> frozenset[str]:
        """The names of a version's files by the index's other API; nothing where that does not know the version.

        A second opinion: a delivery network shows an old page for minutes after an upload, and this never passes one.
        """
        path = f"{canonicalize_name(project)}/{quote(version, safe='')}"
        answer = self._get(f"{self.site.url}/pypi/{path}/json", accept="application/json").expect(200, 404)
        return read_released(_as_json(answer)) if answer.status == 200 else frozenset()

    def provenance(self, project: str, version: str, filename: str) -> bytes | None:
        """The integrity API's answer for one file, JSON but unjudged; None where the index has none."""
        path = "/".join(quote(part, safe="") for part in (canonicalize_name(project), version, filename))
        answer = self._get(f"{self.site.url}/integrity/{path}/provenance", accept=_INTEGRITY_JSON).expect(200, 404)
        if answer.status == 404:
            return None
        _as_json(answer).json()  # half of it is no answer
        return answer.body

    def download(self, file: IndexFile, *, limit: int = LARGEST) -> bytes:
        """The bytes the index serves, at most `limit`.

        Raises Refused (`digest-mismatch`) if they are not those it lists.
        """
        data = self._get(file.url, limit=limit).expect(200).body
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
        audience = as_mapping(answer).get("audience")
        if not isinstance(audience, str) or not audience:
            raise malformed(answer.url, "it names no audience")
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
        return read_refusal(answer) if answer.status == 422 else read_token(answer)

    def _get(self, url: str, *, accept: str = "*/*", limit: int = LARGEST) -> Answer:
        return request("GET", url, headers={"Accept": accept}, limit=limit, connections=self._connections)


def _presence(found: str | None, wanted: str) -> Presence:
    if found is None:
        return Presence.ABSENT
    return Presence.IDENTICAL if found == wanted else Presence.DIFFERENT


def _as_json(answer: Answer) -> Answer:
    """The answer, if it says of itself that it is JSON: what a portal or a proxy shows instead is no answer."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.endswith("json"):
        raise malformed(answer.url, f"it is {kind or 'of no type'}")
    return answer


def _require_digest(url: str, data: bytes, listed: str) -> None:
    found = sha256_hex(data)
    if found != listed:
        raise Refused(
            "digest-mismatch",
            f"{url}: the index lists sha256:{listed}, it serves sha256:{found}",
            hint="do not install it; report it to the index if it stays",
        )
