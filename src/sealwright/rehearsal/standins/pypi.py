"""The package index: trusted publishing, uploads, and everything that installers and auditors read."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from sealwright.rehearsal.standins import pypi_pages as pages
from sealwright.rehearsal.standins import trusted_publishing as publishing
from sealwright.rehearsal.standins.attestation_rules import provenance_of
from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.pypi_form import parse_form
from sealwright.rehearsal.standins.pypi_store import Store, StoredFile, digests
from sealwright.rehearsal.standins.pypi_uploads import (
    archived_metadata,
    check_release,
    is_known,
    read_archive,
    read_form,
)
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn
from sealwright.rehearsal.standins.trusted_publishing import Grant, Publisher
from sealwright.verify.bundle import TrustRoot

__all__ = ["Publisher", "PyPIStandIn"]


class PyPIStandIn(StandIn):
    """One index. `state` holds everything it knows: a second instance on the same folder continues."""

    def __init__(
        self,
        name: Literal["pypi", "testpypi"],
        state: Path,
        issuer: TokenIssuer,
        trust_root: bytes,
        publishers: Sequence[Publisher],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.name = name
        self.publishers = list(publishers)
        self.trusted_publishing = True
        """Off: the index answers as during an outage of that feature."""
        self.store = Store(state)
        self._issuer = issuer
        self._root = TrustRoot.parse(trust_root)
        self._clock = clock

    def handle(self, request: Request) -> Response:  # noqa: PLR0911 - one line a route
        """Answer one request."""
        with self.lock:
            method = "GET" if request.method == "HEAD" else request.method
            match method, [unquote(part) for part in request.path.strip("/").split("/")]:
                case "GET", ["_", "oidc", "audience"]:
                    return self._audience()
                case "POST", ["_", "oidc", "mint-token"]:
                    return self._mint(request)
                case "POST", ["legacy"]:
                    return self._upload(request)
                case "GET", ["simple", project]:
                    return self._simple(request, project)
                case "GET", ["packages", *_]:
                    return self._file(unquote(request.path.strip("/")))
                case "GET", ["integrity", project, version, filename, "provenance"]:
                    return self._provenance(project, version, filename)
                case "GET", ["pypi", project, *version, "json"] if len(version) <= 1:
                    return self._json(project, *version)
        raise Refusal(404, f"no {request.method} {request.path} here")

    def seed(
        self, filename: str, content: bytes, *, uploaded: dt.datetime | None = None, provenance: bytes | None = None
    ) -> StoredFile:
        """Let a file exist as if it had been uploaded at `uploaded`. Its content is not checked."""
        parsed = parse_wheel_filename(filename) if filename.endswith(".whl") else parse_sdist_filename(filename)
        sha256, blake2 = digests(content)
        wheel = filename.endswith(".whl")
        metadata = _metadata_if_any(filename, content) if wheel else None
        file = StoredFile(
            project=parsed[0],
            version=str(parsed[1]),
            filename=filename,
            filetype="bdist_wheel" if wheel else "sdist",
            size=len(content),
            sha256=sha256,
            blake2_256=blake2,
            uploaded=(uploaded or self._now()).isoformat(),
            metadata_sha256=hashlib.sha256(metadata).hexdigest() if metadata is not None else "",
            provenance=provenance is not None,
        )
        with self.lock:
            self.store.add(file, content, metadata, provenance)
        return file

    def yank(self, project: str, version: str, reason: str = "") -> None:
        """Mark all files of a version as yanked, as its owner can in the browser."""
        self._change(project, version, lambda file: replace(file, yanked=reason))

    def delete(self, project: str, version: str) -> None:
        """Delete a version, as its owner can in the browser. Its file names stay taken for ever."""
        self._change(project, version, lambda _: None)

    def _change(self, project: str, version: str, change: Callable[[StoredFile], StoredFile | None]) -> None:
        with self.lock:
            chosen = self.store.of_release(project, version)
            changed = (change(file) if file in chosen else file for file in self.store.ledger.files)
            self.store.change(file for file in changed if file is not None)

    def _now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    def _audience(self) -> Response:
        if not self.trusted_publishing:
            raise Refusal(403, "Trusted publishing functionality not enabled")
        return Response(body={"audience": self.name})

    def _mint(self, request: Request) -> Response:
        if not self.trusted_publishing:
            raise publishing.refuse("not-enabled", "GitHub-based trusted publishing functionality not enabled")
        claims = publishing.identify(request.body, self._issuer, self.name)
        publisher = self._publisher(claims)
        if claims["jti"] in self.store.ledger.used_tokens:
            raise publishing.refuse("invalid-reuse-token", "invalid token: already used")
        token = f"pypi-{secrets.token_urlsafe(48)}"
        expires = int(self._clock()) + publishing.LIFETIME
        grant = Grant(
            publishing.scope(publisher, self.publishers),
            expires,
            publisher.repository,
            publisher.workflow,
            publisher.environment,
        )
        ledger = self.store.ledger
        created = {*ledger.created, *([canonicalize_name(publisher.project)] if publisher.pending else [])}
        self.store.save(
            replace(
                ledger,
                used_tokens=(*ledger.used_tokens, claims["jti"]),
                created=tuple(sorted(created)),
                grants={**ledger.grants, _fingerprint(token): grant},
            )
        )
        return Response(body={"success": True, "token": token, "expires": expires})

    def _publisher(self, claims: dict[str, object]) -> Publisher:
        pending = [publisher for publisher in self.publishers if publisher.pending]
        try:
            publisher = publishing.find(claims, pending)
        except Refusal:
            return publishing.find(claims, [publisher for publisher in self.publishers if not publisher.pending])
        name = canonicalize_name(publisher.project)
        if name not in self.store.ledger.created and self.store.of_project(name):
            raise publishing.refuse("invalid-pending-publisher", "valid token, but project already exists")
        return publisher

    def _upload(self, request: Request) -> Response:
        grant = self._authorised(request)
        form = parse_form(request.headers.get("content-type", ""), request.body)
        file = read_form(form, self._now())
        if file.project not in grant.projects:
            raise Refusal(403, f"The given token isn't allowed to upload to project {form.one('name')!r}.")
        if is_known(file, self.store):
            return Response()
        check_release(file, self.store)
        metadata = read_archive(form, file)
        supplied = form.one("attestations")
        provenance = provenance_of(supplied, file, grant, self._root) if supplied else None
        wheel = file.filetype == "bdist_wheel"
        accepted = replace(
            file,
            metadata_sha256=hashlib.sha256(metadata).hexdigest() if wheel else "",
            provenance=provenance is not None,
        )
        self.store.add(accepted, form.content, metadata if wheel else None, provenance)
        return Response()

    def _authorised(self, request: Request) -> Grant:
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, token = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, token = "", ""
        grant = self.store.ledger.grants.get(_fingerprint(token))
        if kind.lower() != "basic" or user != "__token__" or grant is None:
            raise Refusal(403, "Invalid or non-existent authentication information.")
        if self._clock() >= grant.expires:
            raise Refusal(403, "Invalid API Token: token is expired")
        return grant

    def _simple(self, request: Request, project: str) -> Response:
        name = canonicalize_name(project)
        if project != name or not request.path.endswith("/"):
            return Response(301, headers={"Location": f"{self.url}/simple/{name}/"})
        files = self._files_of(name)
        kind = pages.negotiate(request.headers.get("accept", ""))
        body: object = (
            pages.simple_json(self.url, name, files) if kind == pages.JSON else pages.simple_html(self.url, name, files)
        )
        return Response(200, body, kind, {"Vary": "Accept"})

    def _files_of(self, project: str) -> tuple[StoredFile, ...]:
        files = self.store.of_project(project)
        if not files:
            raise Refusal(404, "Not Found")
        return files

    def _file(self, path: str) -> Response:
        data = None if path.endswith(".provenance") else self.store.read(path)
        if data is None:
            raise Refusal(404, "Not Found")
        return Response(200, data)

    def _provenance(self, project: str, version: str, filename: str) -> Response:
        file = self.store.named(filename)
        if file is None or (file.project, file.version) != (canonicalize_name(project), version):
            raise Refusal(404, f"No such file: {filename}")
        data = self.store.read(f"{file.path}.provenance") if file.provenance else None
        if data is None:
            raise Refusal(404, f"No provenance available for {filename}")
        return Response(200, json.loads(data), pages.INTEGRITY)

    def _json(self, project: str, version: str | None = None) -> Response:
        files = self._files_of(project)
        try:
            wanted = pages.newest(files) if version is None else str(Version(version))
        except InvalidVersion as error:
            raise Refusal(404, "Not Found") from error
        if not self.store.of_release(project, wanted):
            raise Refusal(404, "Not Found")
        return Response(body=pages.release_json(self.url, files, wanted, all_releases=version is None))


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _metadata_if_any(filename: str, content: bytes) -> bytes | None:
    try:
        return archived_metadata(filename, content)
    except Refusal:
        return None
