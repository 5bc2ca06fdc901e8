"""Projects of others, as they are on the index, in fresh repositories of their own."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from sealwright.endpoints import PYPI_URL, IndexSite
from sealwright.services.http import request
from sealwright.services.index import IndexClient
from sealwright.services.package_index import PackageIndex
from tests.support import projects


@dataclass(frozen=True)
class Foreign:
    """A source distribution on the index, and what in it was not in its repository."""

    name: str
    version: str
    sha256: str
    generated: tuple[str, ...] = ()


STRUCTLOG = Foreign("structlog", "25.5.0", "098522a3bebed9153d4570c6d0288abf80a031dfdb2048d59a49e9dc2190fc98")
TOMLKIT = Foreign("tomlkit", "0.13.3", "430cf247ee57df2b94ee3fbe588e71d362a941ebb545dec29b53961d61add2a1")
PLUGGY = Foreign(
    "pluggy", "1.6.0", "7dcc130b76258d33b90f61b658791dede3486c3e6bfb003ee5c9bfb396dd22f3", ("src/pluggy/_version.py",)
)

PYPROJECT_HOOKS = Foreign(
    "pyproject-hooks", "1.3.3", "defda19b854fa0d3bd4f76ea4ddcba8abd7dcfcdd585a6690ade050744fc5f43"
)


def download(foreign: Foreign) -> bytes:
    """The source distribution from the index that pip is configured for."""
    simple = PackageIndex.from_pip(os.environ).index_url or f"{PYPI_URL}/simple/"
    site = IndexSite("pypi", simple.rstrip("/").removesuffix("/simple"), "")
    (url,) = [
        urljoin(simple, file.url)
        for file in IndexClient(site).files(foreign.name)
        if file.sha256 == foreign.sha256 and file.filename.endswith(".tar.gz")
    ]
    data = request("GET", url).expect(200).body
    assert hashlib.sha256(data).hexdigest() == foreign.sha256
    return data


def checked_in(foreign: Foreign, folder: Path, directory: str = "") -> Path:
    """A fresh repository with what the source distribution took from the project's own; the project's folder in it.

    With a `directory`, the project is one of several of its repository.
    """
    with tarfile.open(fileobj=io.BytesIO(download(foreign))) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    root = folder / "several" if directory else top
    if directory:
        projects.write(root, {"README.md": "# Several projects\n", "packages/other/pyproject.toml": "[project]\n"})
        (root / directory).parent.mkdir(parents=True, exist_ok=True)
        top = top.rename(root / directory)
    for path in ("PKG-INFO", *foreign.generated):
        (top / path).unlink()
    for egg_info in list(top.rglob("*.egg-info")):
        shutil.rmtree(egg_info)
    projects.git(root, "init", "-q", "-b", "main")
    projects.git(root, "add", "-A", "-f")
    projects.git(root, "commit", "-q", "-m", "As released")
    return top
