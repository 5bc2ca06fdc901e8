"""Projects of others, with other build backends, as they are: the whole release ends with a verdict."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sealwright.rehearsal.layout import Layout
from tests.rehearsal import support
from tests.support import advisories, projects
from tests.support.foreign import PLUGGY, STRUCTLOG, TOMLKIT, Foreign, checked_in
from tests.support.submodules import add_submodule, git, unreachable

pytestmark = [pytest.mark.index, pytest.mark.slow]


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


def test_submodules_that_are_here_come_along_into_every_job_that_looks_at_the_tree(tmp_path: Path) -> None:
    inner = projects.make_project(tmp_path / "inner", {"__init__.py": "", "deep.py": "x = 1\n"})
    vendored = projects.make_project(tmp_path / "vendored", {"__init__.py": ""})
    add_submodule(vendored, inner, "inner")
    project = projects.make_project(tmp_path / "project")
    add_submodule(project, vendored, "src/tiny_project/vendored")
    git(project, "submodule", "--quiet", "update", "--init", "--recursive")
    unreachable(project, "src/tiny_project/vendored")
    for origin in (inner, vendored):
        shutil.rmtree(origin)
    outcome = support.run(project, tmp_path / "out")
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)


def _vulnerable_project(folder: Path, settings: str = "") -> Path:
    dependency = 'dependencies = ["requests==2.19.1"]\n\n[project.scripts]'
    pyproject = projects.PYPROJECT.replace("[project.scripts]", dependency) + settings
    return projects.make_project(folder, **{"pyproject.toml": pyproject})


def test_a_vulnerable_dependency_stops_the_release(tmp_path: Path) -> None:
    project = _vulnerable_project(tmp_path / "project")
    folder = advisories.write_advisories(tmp_path / "osv", advisories.REQUESTS)
    outcome = support.run(project, tmp_path / "out", world=support.World(advisories=folder))
    assert support.failed(outcome) == ["examine"]
    assert "vulnerable-dependency" in support.codes(outcome)
    assert support.on_index(outcome.out, "testpypi") == []


def test_a_vulnerability_that_is_only_reported_is_released_with_a_vex(tmp_path: Path) -> None:
    project = _vulnerable_project(tmp_path / "project", 'audit = "report"\n')
    folder = advisories.write_advisories(tmp_path / "osv", *advisories.REAL)
    outcome = support.run(project, tmp_path / "out", world=support.World(advisories=folder))
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)
    found = [f.found for f in outcome.records["examine"].findings if f.code == "vulnerable-dependency"]
    assert any("HIGH 7.5" in text and "required by the project itself" in text for text in found)
    assert any("brought by requests -> urllib3" in text for text in found)
    listed = {entry["path"] for entry in json.loads((outcome.out / "release.json").read_bytes())["files"]}
    assert {"evidence/vex.cdx.json", "evidence/vex.cdx.json.sigstore.json", "reports/audit.sarif"} <= listed
    vex = json.loads((outcome.out / "evidence/vex.cdx.json").read_bytes())
    assert {entry["analysis"]["state"] for entry in vex["vulnerabilities"]} == {"in_triage"}
    assert all(a["ref"].startswith("urn:cdx:") for entry in vex["vulnerabilities"] for a in entry["affects"])
    (result, *_) = json.loads((outcome.out / "reports/audit.sarif").read_bytes())["runs"][0]["results"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "requests==2.19.1" in (project / "pyproject.toml").read_text().splitlines()[line - 1]
    (release,) = json.loads((Layout(outcome.out).services / "github" / "releases.json").read_bytes())["releases"]
    names = {asset["name"] for asset in release["assets"]}
    assert {"vex.cdx.json", "vex.cdx.json.sigstore.json"} <= names
    assert "audit.sarif" not in names
