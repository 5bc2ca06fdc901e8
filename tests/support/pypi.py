"""A package index with everything around it that a publishing job talks to, and the uploads of one small project."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from sealwright.endpoints import (
    PYPI_VARIABLE,
    TESTPYPI_VARIABLE,
    TRUST_CONFIG_VARIABLE,
    IndexSite,
)
from sealwright.rehearsal.actions import publish
from sealwright.rehearsal.standins.identity import IdentityStandIn, Run, TokenIssuer
from sealwright.rehearsal.standins.pypi import Publisher, PyPIStandIn
from sealwright.rehearsal.standins.sigstore import SigstoreStandIn
from sealwright.services.identity import request_identity_token
from sealwright.services.index import IndexClient, MintedToken
from tests.support.wheels import write_wheel

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUN = Run("owner/tiny", "refs/tags/v1.0", COMMIT)
PUBLISHER = Publisher("tiny", "owner/tiny", "2001", "release.yml", "pypi")


@dataclass(frozen=True)
class World:
    """Identity, Sigstore and two indexes that know one another."""

    folder: Path
    issuer: TokenIssuer
    identity: IdentityStandIn
    sigstore: SigstoreStandIn
    pypi: PyPIStandIn
    testpypi: PyPIStandIn

    @property
    def trust_root(self) -> bytes:
        return json.dumps(self.sigstore.trusted_root()).encode()

    @property
    def client(self) -> IndexClient:
        return IndexClient(self.site)

    @property
    def site(self) -> IndexSite:
        return IndexSite("pypi", self.pypi.url, f"{self.pypi.url}/legacy/")

    def environ(self, environment: str | None = "pypi", **grant: str) -> dict[str, str]:
        """What a job with an identity sees."""
        config = self.folder / "trust_config.json"
        config.write_text(json.dumps(self.sigstore.trust_config()))
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            PYPI_VARIABLE: self.pypi.url,
            TESTPYPI_VARIABLE: self.testpypi.url,
            TRUST_CONFIG_VARIABLE: str(config),
            **self.identity.grant(environment=environment, **grant),
        }

    def identity_token(self, environment: str | None = "pypi", **grant: str) -> str:
        return request_identity_token("pypi", self.environ(environment, **grant))

    def token(self, environment: str | None = "pypi") -> str:
        """A token that uploads."""
        minted = self.client.mint_token(self.identity_token(environment))
        assert isinstance(minted, MintedToken), minted
        return minted.token

    def publish(self, folder: Path, environ: Mapping[str, str] | None = None, **inputs: str) -> None:
        """What the publish action does with a folder."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        publish.run({"packages-dir": folder.name, **given}, environ or self.environ(), folder.parent)


@contextmanager
def make_world(folder: Path, publishers: Sequence[Publisher] = (PUBLISHER,), *, run: Run = RUN) -> Iterator[World]:
    """A running world. Another one on the same folder continues it."""
    issuer = TokenIssuer(folder / "identity")
    sigstore = SigstoreStandIn(folder / "sigstore", issuer, rekor=2)
    root = json.dumps(sigstore.trusted_root()).encode()
    indexes = [PyPIStandIn(name, folder / name, issuer, root, publishers) for name in ("pypi", "testpypi")]
    with IdentityStandIn(issuer, run) as identity, sigstore, indexes[0], indexes[1]:
        yield World(folder, issuer, identity, sigstore, *indexes)


def write_sdist(folder: Path, name: str = "tiny", version: str = "1.0", *, text: str = "VALUE = 1\n") -> Path:
    """A source distribution with one module."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    members = {
        f"{stem}/PKG-INFO": f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n\n",
        f"{stem}/pyproject.toml": "",
        f"{stem}/{name}.py": text,
    }
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, content in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))
    target = folder / f"{stem}.tar.gz"
    target.write_bytes(gzip.compress(raw.getvalue(), mtime=0))
    return target


def write_release(folder: Path, **sdist: str) -> list[Path]:
    """The wheel and the sdist of tiny 1.0."""
    return [write_wheel(folder), write_sdist(folder, **sdist)]


def change_wheel(wheel: Path, old: bytes, new: bytes) -> Path:
    """Replace bytes in every member of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(old, new))
    return wheel


def upload_fields(path: Path, **changes: str | None) -> dict[str, str]:
    """The form that twine fills in for a file of tiny 1.0; None leaves a field out."""
    content = path.read_bytes()
    wheel = path.suffix == ".whl"
    fields: dict[str, str | None] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": "tiny",
        "version": "1.0",
        "filetype": "bdist_wheel" if wheel else "sdist",
        "pyversion": "py3" if wheel else "source",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def post(index: PyPIStandIn, token: str, path: Path, *, filename: str = "", **changes: str | None) -> tuple[int, str]:
    """Upload a file with a form of one's own making; (status, reason phrase)."""
    content = ("content", (filename or path.name, path.read_bytes(), "application/octet-stream"))
    body, kind = urllib3.encode_multipart_formdata([*upload_fields(path, **changes).items(), content])
    headers = {**urllib3.make_headers(basic_auth=f"__token__:{token}"), "Content-Type": kind}
    answer = urllib3.request("POST", f"{index.url}/legacy/", body=body, headers=headers)
    return answer.status, answer.reason or ""
