"""The inspect stage on real builds of small projects, honest ones and others."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.support.builds import build
from tests.support.projects import TINY, commit, git, write

from sealwright.config import Policy, Settings
from sealwright.dossier import Dossier, encode
from sealwright.dossier.store import PLAN, POLICY, SETTINGS
from sealwright.model import Cell, Finding, Mode, Plan, Project, Record, State
from sealwright.services.environments import PackageIndex, find_uv, uv_env
from sealwright.services.twine import parse as parse_twine
from sealwright.stages.base import Context, Result
from sealwright.stages.inspect import STATEMENT, run
from sealwright.verify.archive import CHECKS
from sealwright.verify.statement import TEST_RESULT, parse

CELL = Cell("ubuntu-24.04", "3.13")


def repository(folder: Path, files: Mapping[str, str], directory: str = ".") -> str:
    """A repository of these files in `folder`/source, tagged v1.2.3; its commit."""
    source = folder / "source"
    source.mkdir(parents=True)
    git(source, "init", "-q", "-b", "main")
    write(source / directory, files)
    head = commit(source)
    git(source, "tag", "v1.2.3")
    return head


def inspected(folder: Path, head: str, distributions: Mapping[str, bytes], directory: str = ".") -> Result:
    """The stage's result; its new files are in `folder`/new."""
    project = Project("tiny-project", directory)
    plan = Plan(project, "1.2.3", "v1.2.3", head, "local/tiny-project", Mode.RELEASE, 1, (CELL,), ("plan",))
    earlier = Dossier(folder / "nothing", folder / "dossier")
    planned = (
        earlier.add(PLAN, encode(plan)),
        earlier.add(POLICY, Policy().model_dump_json().encode()),
        earlier.add(SETTINGS, Settings().model_dump_json().encode()),
    )
    built = tuple(earlier.add(f"dist/{name}", data) for name, data in distributions.items())
    records = {
        "plan": Record("plan", planned[0].sha256, ("plan",), (), planned, ()),
        "build": Record("build", planned[0].sha256, ("build",), (), built, ()),
    }
    dossier = Dossier(folder / "dossier", folder / "new")
    return run(Context("examine", folder, dict(os.environ), dossier, records))


def failed(result: Result) -> set[tuple[str, str]]:
    return {(f.check, f.code) for f in result.findings if f.state is State.FAIL}


def of(result: Result, check: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.check == check]


def test_an_honest_build_equals_its_commit(tmp_path: Path) -> None:
    head = repository(tmp_path, TINY)
    distributions = build(tmp_path, head)
    result = inspected(tmp_path, head, distributions)
    assert {finding.state for finding in result.findings} == {State.PASS}
    checks = {finding.check for finding in result.findings}
    assert checks == {*CHECKS, "description"}
    statement = parse((tmp_path / "new" / STATEMENT).read_bytes(), STATEMENT)
    assert statement.predicate_type == TEST_RESULT
    assert set(statement.subjects) == set(distributions)
    assert statement.predicate["result"] == "PASSED"
    assert statement.predicate["passedTests"] == sorted(checks)
    assert statement.predicate["failedTests"] == statement.predicate["warnedTests"] == []
    assert statement.predicate["configuration"][0]["digest"] == {"gitCommit": head}
    assert "as in the commit" in result.summary
    assert [tool.name for tool in result.tools] == ["twine"]


def test_what_was_changed_after_the_build_is_found(tmp_path: Path) -> None:
    head = repository(tmp_path, TINY)
    distributions = {
        name: _with_evil(data) if name.endswith(".gz") else data for name, data in build(tmp_path, head).items()
    }
    result = inspected(tmp_path, head, distributions)
    assert failed(result) == {("contents", "not-in-git")}
    predicate = json.loads((tmp_path / "new" / STATEMENT).read_bytes())["predicate"]
    assert (predicate["result"], predicate["failedTests"]) == ("FAILED", ["contents"])


def _with_evil(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=buffer, mode="w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        info = tarfile.TarInfo("tiny_project-1.2.3/setup.py")
        info.size = 4
        new.addfile(info, io.BytesIO(b"evil"))
    return buffer.getvalue()


def test_the_tagged_commit_counts_and_not_the_checkout(tmp_path: Path) -> None:
    head = repository(tmp_path, TINY)
    distributions = build(tmp_path, head)
    write(tmp_path / "source", {"src/tiny_project/__init__.py": "other\n", "README.md": "other\n"})
    commit(tmp_path / "source")
    assert failed(inspected(tmp_path, head, distributions)) == set()


def test_a_build_of_another_commit_is_found(tmp_path: Path) -> None:
    head = repository(tmp_path, TINY)
    write(tmp_path / "source", {"src/tiny_project/__init__.py": "def main():\n    evil()\n"})
    other = commit(tmp_path / "source")
    distributions = build(tmp_path, other)
    assert failed(inspected(tmp_path, head, distributions)) == {("contents", "modified")}


def test_a_project_in_a_folder_is_compared_with_that_folder(tmp_path: Path) -> None:
    head = repository(tmp_path, TINY, "libs/tiny")
    distributions = build(tmp_path, head, directory="libs/tiny")
    result = inspected(tmp_path, head, distributions, "libs/tiny")
    assert {finding.state for finding in result.findings} == {State.PASS}


def _readme(text: str, name: str = "README.rst") -> Callable[[dict[str, str]], dict[str, str]]:
    def change(files: dict[str, str]) -> dict[str, str]:
        pyproject = files.pop("pyproject.toml").replace("README.md", name)
        files.pop("README.md")
        return {**files, "pyproject.toml": pyproject, name: text}

    return change


def _without_readme(files: dict[str, str]) -> dict[str, str]:
    files.pop("README.md")
    return {**files, "pyproject.toml": files["pyproject.toml"].replace('readme = "README.md"\n', "")}


@pytest.mark.parametrize(
    ("change", "check", "state", "code", "result"),
    [
        (_without_readme, "description", State.ABSENT, "description-missing", "WARNED"),
        (_readme("Title\n==\n\n.. nonsense::\n"), "metadata", State.FAIL, "description-unrenderable", "FAILED"),
        (_readme("Title\n=====\n\nText.\n"), "description", State.PASS, "description", "PASSED"),
    ],
)
def test_the_description_must_be_one_that_an_index_can_show(
    tmp_path: Path,
    change: Callable[[dict[str, str]], dict[str, str]],
    check: str,
    state: State,
    code: str,
    result: str,
) -> None:
    head = repository(tmp_path, change(dict(TINY)))
    found = inspected(tmp_path, head, build(tmp_path, head))
    assert {finding.code for finding in of(found, check) if finding.state is state} == {code}
    predicate = json.loads((tmp_path / "new" / STATEMENT).read_bytes())["predicate"]
    assert predicate["result"] == result


def test_a_twine_that_does_not_answer_is_not_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repository(tmp_path, TINY)
    distributions = build(tmp_path, head)
    silent = tmp_path / "twine"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    monkeypatch.setattr("sealwright.services.twine.find_program", lambda _name, _environ: silent)
    found = inspected(tmp_path, head, distributions)
    assert [f.code for f in of(found, "metadata") if f.state is State.UNAVAILABLE] == ["twine-failed"]
    assert of(found, "description") == []


def test_what_twine_prints_is_read_by_file() -> None:
    text = (
        "Checking dist/a-1.tar.gz: \x1b[32mPASSED\x1b[0m\n"
        "Checking dist/b-1.tar.gz: FAILED due to warnings\n"
        "WARNING  `long_description_content_type` missing.\nWARNING  `long_description` missing.\n"
        "Checking dist/c-1.tar.gz: FAILED\nERROR    `long_description` has syntax errors\n         line 3: Warning: x\n"
    )
    found = parse_twine(text)
    assert (found["a-1.tar.gz"].rendered, found["a-1.tar.gz"].messages) == (True, "")
    assert (found["b-1.tar.gz"].rendered, found["b-1.tar.gz"].missing) == (True, True)
    assert (found["c-1.tar.gz"].rendered, found["c-1.tar.gz"].missing) == (False, False)
    assert "line 3" in found["c-1.tar.gz"].messages


def test_a_description_cannot_answer_for_twine() -> None:
    text = "Checking a-1.tar.gz: FAILED\nERROR    x\nChecking a-1.tar.gz: PASSED\nChecking b-1.tar.gz: PASSED\n"
    assert set(parse_twine(text)) == {"b-1.tar.gz"}


SYSTEM = '[build-system]\nrequires = ["{}"]\nbuild-backend = "{}"\n'
BODY = TINY["pyproject.toml"].partition("\n\n")[2].partition("[tool.hatch")[0]
DYNAMIC = BODY.replace('version = "1.2.3"', 'dynamic = ["version"]')
BACKENDS = {
    "setuptools": (["setuptools>=77"], "setuptools.build_meta", BODY, {}),
    "setuptools with a setup.cfg": (
        ["setuptools>=77"],
        "setuptools.build_meta",
        BODY,
        {"setup.cfg": "# comment\n[flake8]\nmax-line-length=88\n"},
    ),
    "setuptools-scm": (
        ["setuptools>=77", "setuptools-scm"],
        "setuptools.build_meta",
        DYNAMIC + '[tool.setuptools_scm]\nversion_file = "src/tiny_project/_version.py"\n',
        {},
    ),
    "hatch-vcs": (
        ["hatchling", "hatch-vcs"],
        "hatchling.build",
        DYNAMIC + '[tool.hatch.version]\nsource = "vcs"\n'
        '[tool.hatch.build.hooks.vcs]\nversion-file = "src/tiny_project/_version.py"\n',
        {},
    ),
    "flit": (["flit_core>=3.12"], "flit_core.buildapi", BODY, {}),
    "poetry": (["poetry-core>=2"], "poetry.core.masonry.api", BODY, {}),
    "pdm": (["pdm-backend"], "pdm.backend", BODY, {}),
    "pdm with tags": (
        ["pdm-backend"],
        "pdm.backend",
        DYNAMIC + '[tool.pdm.version]\nsource = "scm"\nwrite_to = "tiny_project/_version.py"\n'
        "write_template = \"__version__ = '{}'\"\n",
        {},
    ),
    "uv": (["uv_build"], "uv_build", BODY, {}),
}


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with every backend in it."""
    folder = tmp_path_factory.mktemp("backends") / "environment"
    environ = dict(os.environ)
    env = uv_env(environ, PackageIndex.from_pip(environ))
    wanted = sorted({requirement for requirements, *_ in BACKENDS.values() for requirement in requirements})
    subprocess.run([find_uv(environ), "venv", "-q", "--python", sys.executable, folder], env=env, check=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [find_uv(environ), "pip", "install", "-q", "--python", python, "build", *wanted], env=env, check=True
    )
    return python


@pytest.mark.index
@pytest.mark.parametrize(("requires", "backend", "body", "more"), BACKENDS.values(), ids=BACKENDS.keys())
def test_no_backend_is_accused_of_what_it_always_does(
    tmp_path: Path, backends: Path, requires: list[str], backend: str, body: str, more: dict[str, str]
) -> None:
    files = {**TINY, "pyproject.toml": SYSTEM.format('", "'.join(requires), backend) + "\n" + body, **more}
    files["src/tiny_project/data.txt"] = "data\n"
    files[".gitignore"] = "_version.py\n"
    head = repository(tmp_path, files)
    result = inspected(tmp_path, head, build(tmp_path, head, backends))
    assert [finding for finding in result.findings if finding.state is not State.PASS] == []
