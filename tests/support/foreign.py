"""Projects of others, as they are on the index, in fresh repositories of their own."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from sealwright.services.index import IndexClient, configured_site
from sealwright.services.package_index import PackageIndex
from tests.support import projects


@dataclass(frozen=True)
class Foreign:
    """A source distribution on the index, what in it was not in its repository, and the wheel beside it."""

    name: str
    version: str
    sha256: str
    generated: tuple[str, ...] = ()
    wheel: str = ""
    """SHA-256; empty where nobody asks for it."""


STRUCTLOG = Foreign("structlog", "25.5.0", "098522a3bebed9153d4570c6d0288abf80a031dfdb2048d59a49e9dc2190fc98")
TOMLKIT = Foreign("tomlkit", "0.13.3", "430cf247ee57df2b94ee3fbe588e71d362a941ebb545dec29b53961d61add2a1")
PLUGGY = Foreign(
    "pluggy",
    "1.6.0",
    "7dcc130b76258d33b90f61b658791dede3486c3e6bfb003ee5c9bfb396dd22f3",
    ("src/pluggy/_version.py", "setup.cfg"),
)

ITSDANGEROUS = Foreign("itsdangerous", "2.2.0", "e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173")
RESOLVELIB = Foreign(
    "resolvelib", "1.1.0", "b68591ef748f58c1e2a2ac28d0961b3586ae8b25f60b0ba9a5e4f3d87c1d6a79", ("setup.cfg",)
)
ANNOTATED_DOC = Foreign("annotated-doc", "0.0.4", "fbcda96e87e9c92ad167c2e53839e57503ecfda18804ea28102353485033faa4")
PYPROJECT_HOOKS = Foreign(
    "pyproject-hooks", "1.3.3", "defda19b854fa0d3bd4f76ea4ddcba8abd7dcfcdd585a6690ade050744fc5f43"
)

# Compiled, from one file of C.
MARKUPSAFE = Foreign(
    "markupsafe",
    "3.0.3",
    "722695808f4b6457b320fdc131280796bdceb04ab50fe1795cd540799ebe1698",
    ("setup.cfg",),
)


def download(foreign: Foreign) -> bytes:
    """The source distribution from the index that pip is configured for."""
    return published(foreign, foreign.sha256)[1]


def published(foreign: Foreign, sha256: str) -> tuple[str, bytes]:
    """A file of the project by its digest: its name and content."""
    client = IndexClient(configured_site(PackageIndex.from_pip(os.environ)))
    (file,) = [file for file in client.files(foreign.name) if file.sha256 == sha256]
    return file.filename, client.download(file)


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
    _restore_configuration(top)
    projects.git(root, "init", "-q", "-b", "main")
    projects.git(root, "add", "-A", "-f")
    projects.git(root, "commit", "-q", "-m", "As released")
    return top


def _restore_configuration(top: Path) -> None:
    """Take back what uv_build and setuptools make of committed configuration."""
    original, settings = top / "pyproject.toml.orig", top / "setup.cfg"
    if original.is_file():
        original.replace(top / "pyproject.toml")
    if settings.is_file():
        text = settings.read_text().replace("[egg_info]\ntag_build = \ntag_date = 0\n", "").strip()
        if text:
            settings.write_text(f"{text}\n")
        else:
            settings.unlink()
