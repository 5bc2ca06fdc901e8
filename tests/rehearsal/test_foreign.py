"""Projects of others, with other build backends, as they are: the whole release ends with a verdict."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest

from sealwright.endpoints import PYPI_URL, IndexSite
from sealwright.services.http import request
from sealwright.services.index import IndexClient
from sealwright.services.package_index import PackageIndex
from tests.rehearsal import support
from tests.support import advisories, projects

pytestmark = [pytest.mark.index, pytest.mark.slow]


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


def checked_in(foreign: Foreign, folder: Path) -> Path:
    """A fresh repository with what the source distribution took from the project's own."""
    with tarfile.open(fileobj=io.BytesIO(download(foreign))) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    for path in ("PKG-INFO", *foreign.generated):
        (top / path).unlink()
    for egg_info in list(top.rglob("*.egg-info")):
        shutil.rmtree(egg_info)
    projects.git(top, "init", "-q", "-b", "main")
    projects.git(top, "add", "-A", "-f")
    projects.git(top, "commit", "-q", "-m", "As released")
    return top


@pytest.mark.parametrize(
    ("foreign", "version", "tag"),
    [
        (TOMLKIT, None, "v0.13.3"),  # poetry-core, a static version
        (STRUCTLOG, "25.5.0", "v25.5.0"),  # hatchling, a version from the tag that this very rehearsal makes
        (PLUGGY, None, "v0.1.0"),  # setuptools with setuptools-scm, and no tag: a version that stands for the next
    ],
    ids=["tomlkit", "structlog", "pluggy"],
)
def test_a_foreign_project_is_rehearsed_without_any_configuration(
    foreign: Foreign, version: str | None, tag: str, tmp_path: Path
) -> None:
    project = checked_in(foreign, tmp_path / "project")
    outcome = support.run(project, tmp_path / "out", version=version)
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)
    assert outcome.subject.tag == tag
    assert outcome.published == ("testpypi", "pypi")
    assert projects.git(project, "status", "--porcelain", "--ignored") == ""


def test_a_vulnerable_dependency_stops_the_release(tmp_path: Path) -> None:
    dependency = 'dependencies = ["requests==2.19.1"]\n\n[project.scripts]'
    pyproject = projects.PYPROJECT.replace("[project.scripts]", dependency)
    project = projects.make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    folder = advisories.write_advisories(tmp_path / "osv", advisories.REQUESTS)
    outcome = support.run(project, tmp_path / "out", world=support.World(advisories=folder))
    assert support.failed(outcome) == ["examine"]
    assert "vulnerable-dependency" in support.codes(outcome)
    assert support.on_index(outcome.out, "testpypi") == []
