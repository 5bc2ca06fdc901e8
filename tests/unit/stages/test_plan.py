"""The plan stage on real repositories: every finding, and what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sealwright.dossier import decode
from sealwright.model import Finding, Mode, Plan, State
from sealwright.stages.base import Completed, Context, run_job
from sealwright.workflow.wheels_template import wheels_template

EPOCH = 1_700_000_000
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "My.Pkg"
version = "1.2.0"
requires-python = ">=3.11"
"""
CHANGELOG = "# Changes\n\n## 1.2.0\n\n- the first\n\n## 1.1.0\n\n- older\n"
FILES = {"pyproject.toml": PYPROJECT, "CHANGELOG.md": CHANGELOG, "my_pkg.py": ""}

Answers = dict[str, tuple[int, object]]


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": f"{EPOCH} +0000", "GIT_COMMITTER_DATE": f"{EPOCH} +0000"}
    env = {"PATH": os.environ["PATH"], **who, **when, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(folder)}
    words = ["git", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


class Outside:
    """An index and GitHub's API that answer what a test lays down, 404 otherwise."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = outside.answers.get(self.path.partition("?")[0], (404, {}))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_arguments: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def outside() -> Iterator[Outside]:
    outside = Outside()
    yield outside
    outside.server.shutdown()
    outside.server.server_close()


class Project:
    """A job's workspace with a repository in `source`."""

    def __init__(self, workspace: Path, outside: Outside) -> None:
        self.workspace = workspace
        self.source = workspace / "source"
        self.source.mkdir(parents=True)
        git(self.source, "init", "-q")
        self.environ = {
            "PATH": os.environ["PATH"],
            "GITHUB_JOB": "plan",
            "GITHUB_REF_NAME": "v1.2.0",
            "GITHUB_REF_TYPE": "tag",
            "SEALWRIGHT_PYPI_URL": outside.url,
            "GITHUB_API_URL": outside.url,
        }

    def commit(self, files: Mapping[str, str]) -> str:
        for name, text in files.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_text(text)
        git(self.source, "add", "--all")
        git(self.source, "commit", "-q", "-m", "change")
        return git(self.source, "rev-parse", "HEAD")

    def run(self, **more: str) -> Completed:
        sha = git(self.source, "rev-parse", "HEAD")
        self.completed = run_job(["plan"], {"GITHUB_SHA": sha, **self.environ, **more}, self.workspace)
        return self.completed

    def only(self, check: str) -> Finding:
        found = [finding for finding in self.completed.record.findings if finding.check == check]
        assert len(found) == 1, found
        return found[0]

    @property
    def plan(self) -> Plan:
        return decode(Plan, (self.workspace / "new" / "plan.json").read_bytes(), "plan.json")


@pytest.fixture
def project(tmp_path: Path, outside: Outside) -> Project:
    project = Project(tmp_path / "workspace", outside)
    project.commit(FILES)
    git(project.source, "tag", "-a", "-m", "release", "v1.2.0")
    return project


def test_a_project_without_configuration_is_planned(project: Project) -> None:
    completed = project.run()
    assert completed.exit_code == 0
    assert [finding for finding in completed.record.findings if finding.state not in (State.PASS, State.SKIPPED)] == []
    skipped = {finding.check for finding in completed.record.findings if finding.state is State.SKIPPED}
    assert skipped == {"workflow", "protection"}
    plan = project.plan
    assert (plan.project.name, plan.project.directory, plan.version) == ("my-pkg", ".", "1.2.0")
    assert (plan.tag, plan.commit) == ("v1.2.0", git(project.source, "rev-parse", "HEAD"))
    assert (plan.repository, plan.mode, plan.epoch) == ("local/my-pkg", Mode.RELEASE, EPOCH)
    assert [cell.python for cell in plan.cells] == ["3.11", "3.14"]
    assert plan.jobs[:2] == ("plan", "build")
    assert "smoke-ubuntu-3-11" in plan.jobs
    assert (project.workspace / "new" / "notes.md").read_text() == "- the first\n"


def test_what_was_written_is_read_back_by_later_jobs(project: Project) -> None:
    settings = '[tool.sealwright]\nrebuild = "require"\ncells = ["macos-15/3.13"]\n'
    policy = '[checks]\nbranch = "require"\n'
    project.commit({"pyproject.toml": PYPROJECT + settings, "security/policy.toml": policy})
    git(project.source, "tag", "-f", "v1.2.0")
    completed = project.run()
    dossier = _reopened(project.workspace)
    context = Context("build", project.workspace, {}, dossier, {"plan": completed.record})
    assert context.plan == project.plan
    assert context.settings.cells == project.plan.cells
    assert context.policy.checks == {"audit": "require", "branch": "require", "rebuild": "require"}


def _reopened(workspace: Path) -> object:
    from sealwright.dossier import Dossier  # noqa: PLC0415

    return Dossier(workspace / "new", workspace / "newer")


def _drift(project: Project) -> None:
    project.commit({".github/workflows/release.yml": "name: other\non: push\njobs: {}\n"})


def _feature_branch(project: Project) -> None:
    git(project.source, "checkout", "-q", "-b", "feature")
    project.commit({"more.py": ""})


def _files(**files: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.commit({name.replace("__", "/").replace("_toml", ".toml"): text for name, text in files.items()})

    return change


def _pyproject(old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.commit({"pyproject.toml": PYPROJECT.replace(old, new)}) and None


def _changelog(text: str) -> Callable[[Project], None]:
    return lambda project: project.commit({"CHANGELOG.md": text}) and None


def _private(project: Project) -> None:
    event = project.workspace / "event.json"
    event.write_text('{"repository": {"private": true}}')
    project.environ["GITHUB_EVENT_PATH"] = str(event)


def _untagged(project: Project) -> None:
    git(project.source, "tag", "-d", "v1.2.0")


def _nothing(project: Project) -> None:
    project.commit({"more.py": ""})


def _configured(line: str) -> Callable[[Project], None]:
    return lambda project: project.commit({"pyproject.toml": f"{PYPROJECT}[tool.sealwright]\n{line}\n"}) and None


def _greedy_gate(project: Project) -> None:
    gate = "on: {workflow_call: {inputs: {artifact: {type: string}}}}\npermissions: write-all\njobs: {}\n"
    project.commit({".github/workflows/mine.yml": gate})
    _configured('extra-gate = ".github/workflows/mine.yml"')(project)


def _wheels(workflow: str, more: str = "") -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.commit({".github/workflows/wheels.yml": workflow})
        _configured(f'wheels = ".github/workflows/wheels.yml"\n{more}')(project)

    return change


# what is changed, variables of the job, the tag of the commit, check, code, something in the hint
WRONG = {
    "malformed pyproject": (
        _files(pyproject_toml="[project"),
        {},
        "v1.2.0",
        "configuration",
        "toml-malformed",
        "syntax",
    ),
    "unknown key": (_configured("nonsense = 1"), {}, "v1.2.0", "configuration", "configuration-invalid", "docs"),
    "policy below the floor": (
        _files(security__policy_toml='[checks]\ncontents = "report"'),
        {},
        "v1.2.0",
        "configuration",
        "configuration-invalid",
        "docs",
    ),
    "no name": (_pyproject('name = "My.Pkg"', ""), {}, "v1.2.0", "configuration", "project-name-unknown", "name"),
    "no supported Python": (_pyproject(">=3.11", "<3"), {}, "v1.2.0", "configuration", "no-supported-python", "cells"),
    "colliding cells": (
        _configured('cells = ["ubuntu-22.04/3.13", "ubuntu-24.04/3.13"]'),
        {},
        "v1.2.0",
        "configuration",
        "cells-collide",
        "one version",
    ),
    "unknown mode": (_nothing, {"SEALWRIGHT_MODE": "x"}, "v1.2.0", "configuration", "mode-unknown", "rehearsal"),
    "fork": (
        _configured('repository = "o/r"'),
        {"GITHUB_REPOSITORY": "fork/r"},
        "v1.2.0",
        "configuration",
        "repository-mismatch",
        "fork",
    ),
    "private": (_private, {}, "v1.2.0", "visibility", "private-repository", "public-log"),
    "branch pushed": (_nothing, {"GITHUB_REF_TYPE": "branch"}, "v1.2.0", "tag", "not-a-tag", "push"),
    "foreign tag": (_nothing, {"GITHUB_REF_NAME": "1.2.0"}, "1.2.0", "tag", "tag-pattern", "tag-pattern"),
    "moved tag": (_nothing, {}, None, "tag", "tag-not-at-commit", "moved"),
    "missing tag": (_untagged, {}, None, "tag", "tag-missing", "fetch-depth"),
    "other version": (
        _pyproject("1.2.0", "1.3.0"),
        {},
        "v1.2.0",
        "version",
        "version-mismatch",
        "set it to 1.2.0",
    ),
    "not normal": (
        _pyproject("1.2.0", "1.2.0-rc1"),
        {"GITHUB_REF_NAME": "v1.2.0-rc1"},
        "v1.2.0-rc1",
        "version",
        "version-not-normal",
        "1.2.0rc1",
    ),
    "no version": (_nothing, {"GITHUB_REF_NAME": "vnext"}, "vnext", "version", "version-not-normal", "1.2.3"),
    "local version": (
        _pyproject("1.2.0", "1.2.0+here"),
        {"GITHUB_REF_NAME": "v1.2.0+here"},
        "v1.2.0+here",
        "version",
        "version-local",
        "public",
    ),
    "no entry": (_changelog("## 1.1.0\n- x\n"), {}, "v1.2.0", "changelog", "changelog-entry-missing", "write"),
    "unreleased": (_changelog("## Unreleased\n- x\n"), {}, "v1.2.0", "changelog", "changelog-entry-missing", "rename"),
    "empty entry": (_changelog("## 1.2.0\n"), {}, "v1.2.0", "changelog", "changelog-entry-empty", "write"),
    "no changelog": (
        _configured('changelog = "docs/changes.md"'),
        {},
        "v1.2.0",
        "changelog",
        "changelog-missing",
        "changelog",
    ),
    "feature branch": (_feature_branch, {}, "v1.2.0", "branch", "not-on-release-branch", "merge"),
    "no such gate": (
        _configured('extra-gate = ".github/workflows/mine.yml"'),
        {},
        "v1.2.0",
        "configuration",
        "extra-gate-missing",
        "starts no job",
    ),
    "gate that asks for too much": (
        _greedy_gate,
        {},
        "v1.2.0",
        "configuration",
        "extra-gate-permissions",
        "starts no job",
    ),
    "no such workflow for wheels": (
        _configured('wheels = ".github/workflows/wheels.yml"'),
        {},
        "v1.2.0",
        "configuration",
        "wheels-workflow-missing",
        "starts no job",
    ),
    "wheels that nothing hands over": (
        _wheels("on: workflow_call\npermissions: {}\njobs: {}\n"),
        {},
        "v1.2.0",
        "configuration",
        "wheels-workflow-outputs",
        "starts no job",
    ),
    "wheels that are to be built twice": (
        _wheels(wheels_template(), 'rebuild = "require"\n'),
        {},
        "v1.2.0",
        "configuration",
        "rebuild-of-wheels",
        "report",
    ),
    "drift": (_drift, {}, "v1.2.0", "workflow", "workflow-drifted", "workflow"),
}


@pytest.mark.parametrize(("change", "more", "tag", "check", "code", "hint"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_found_and_has_a_way_out(
    project: Project,
    change: Callable[[Project], None],
    more: dict[str, str],
    tag: str | None,
    check: str,
    code: str,
    hint: str,
) -> None:
    change(project)
    if tag:
        git(project.source, "tag", "-f", tag)
    elif code == "tag-not-at-commit":
        project.commit({"again.py": ""})
    completed = project.run(**more)
    failed = [f for f in completed.record.findings if f.state is State.FAIL and f.check in (check, "configuration")]
    assert [(f.check, f.code) for f in failed] == [(check, code)]
    assert hint in failed[0].hint
    assert completed.exit_code == 1


def test_an_ejected_workflow_is_not_compared_and_not_called_agreement(project: Project) -> None:
    _drift(project)
    _configured('workflow = "own"')(project)
    git(project.source, "tag", "-f", "v1.2.0")
    completed = project.run()
    assert project.only("workflow").state is State.SKIPPED
    assert "the project's own" in project.only("workflow").found
    assert completed.exit_code == 0


def test_a_policy_that_requires_the_comparison_is_not_satisfied_by_an_ejected_workflow(project: Project) -> None:
    project.commit({"security/policy.toml": 'checks.workflow = "require"\n'})
    _configured('workflow = "own"')(project)
    git(project.source, "tag", "-f", "v1.2.0")
    assert project.run().exit_code == 1


def test_everything_wrong_is_reported_at_once(project: Project) -> None:
    project.commit({"pyproject.toml": PYPROJECT.replace("1.2.0", "9.9"), "CHANGELOG.md": "## 9.9\n- x\n"})
    git(project.source, "checkout", "-q", "-b", "feature")
    project.commit({"more.py": ""})
    completed = project.run()
    failed = {finding.code for finding in completed.record.failed}
    assert failed == {"tag-not-at-commit", "version-mismatch", "changelog-entry-missing", "not-on-release-branch"}
    assert project.plan.version == "1.2.0"


@pytest.mark.parametrize(
    ("version", "where"),
    [
        ('dynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"', "hatch"),
        ('dynamic = ["version"]\n[tool.hatch.version]\nsource = "env"', "env"),
    ],
)
def test_a_version_that_is_not_written_is_decided_by_the_tag(project: Project, version: str, where: str) -> None:
    project.commit({"pyproject.toml": PYPROJECT.replace('version = "1.2.0"', "") + "", "x": ""})
    text = PYPROJECT.replace('version = "1.2.0"\n', "").rstrip() + "\n" + version + "\n"
    project.commit({"pyproject.toml": text})
    git(project.source, "tag", "-f", "v1.2.0")
    assert project.run().exit_code == 0
    found = project.only("version").found
    assert "decided by the tag" in found
    assert where in found


def test_a_project_in_a_folder_of_its_repository_is_planned(project: Project) -> None:
    inner = {f"libs/a/{name}": text for name, text in FILES.items()}
    settings = '[tool.sealwright]\ntag-pattern = "a-v*"\n'
    inner["libs/a/pyproject.toml"] = PYPROJECT.replace("My.Pkg", "a") + settings
    project.commit(inner)
    git(project.source, "tag", "a-v1.2.0")
    completed = project.run(GITHUB_REF_NAME="a-v1.2.0", PROJECT_DIRECTORY="libs/a")
    assert completed.exit_code == 0
    assert (project.plan.project.name, project.plan.project.directory) == ("a", "libs/a")
    assert project.only("changelog").subject == "libs/a/CHANGELOG.md"


def test_a_folder_outside_the_repository_is_refused(project: Project) -> None:
    completed = project.run(PROJECT_DIRECTORY="../x")
    assert [finding.code for finding in completed.record.failed] == ["directory-invalid"]


def test_cells_that_can_run_here_replace_the_configured_ones(project: Project) -> None:
    project.run(SEALWRIGHT_CELLS="ubuntu-24.04/3.12")
    assert [cell.job for cell in project.plan.cells] == ["smoke-ubuntu-3-12"]
    assert "smoke-ubuntu-3-11" not in project.plan.jobs


@pytest.mark.parametrize("where", ["origin", "local"])
def test_a_branch_of_the_remote_counts_like_a_local_one(project: Project, where: str) -> None:
    git(project.source, "checkout", "-q", "--detach")
    if where == "origin":
        git(project.source, "update-ref", "refs/remotes/origin/main", "main")
        git(project.source, "branch", "-q", "-D", "main")
    assert project.run().exit_code == 0
    assert project.only("branch").state is State.PASS


def test_no_release_branch_here_is_said_and_not_held_against_it(project: Project) -> None:
    git(project.source, "branch", "-q", "-m", "main", "trunk")
    assert project.run().exit_code == 0
    assert project.only("branch").state is State.SKIPPED


def test_no_changelog_is_said_and_not_held_against_it(project: Project) -> None:
    git(project.source, "rm", "-q", "CHANGELOG.md")
    project.commit({})
    git(project.source, "tag", "-f", "v1.2.0")
    assert project.run().exit_code == 0
    assert project.only("changelog").state is State.SKIPPED
    assert not (project.workspace / "new" / "notes.md").exists()


def _page(*names: str) -> dict[str, object]:
    files = [{"filename": name, "url": f"/{name}", "hashes": {"sha256": "0" * 64}} for name in names]
    return {"meta": {"api-version": "1.0"}, "name": "my-pkg", "files": files}


@pytest.mark.parametrize(
    ("answer", "state", "found"),
    [
        (None, State.PASS, "not there yet"),
        ((200, _page("my_pkg-1.1.0.tar.gz")), State.PASS, "not there yet"),
        ((200, _page("my_pkg-1.2.0.tar.gz", "My.Pkg-1.2-py3-none-any.whl")), State.PASS, "already there: 2 files"),
        ((200, _page("my_pkg-1.2.0.tar.gz", "my_pkg-1.2.0-py3-none-any.whl")), State.PASS, "already there: 2 files"),
        ((500, {}), State.UNAVAILABLE, "500"),
    ],
)
def test_the_index_is_asked_what_it_has_already(
    project: Project, outside: Outside, answer: tuple[int, object] | None, state: State, found: str
) -> None:
    if answer:
        outside.answers["/simple/my-pkg/"] = answer
    project.run()
    finding = project.only("index")
    assert finding.state is state
    assert found in finding.found


def _environment(name: str, *, reviewers: bool = True, restricted: bool = True) -> dict[str, object]:
    reviewer = {"type": "User", "reviewer": {"login": "someone"}}
    rules = [{"type": "required_reviewers", "reviewers": [reviewer]}] if reviewers else []
    policy = {"protected_branches": True, "custom_branch_policies": False} if restricted else None
    return {"name": name, "protection_rules": rules, "deployment_branch_policy": policy}


@pytest.mark.parametrize(
    ("environments", "codes"),
    [
        ([_environment(n) for n in ("sign", "seal", "testpypi", "pypi")], set()),
        ([_environment(n) for n in ("sign", "seal", "pypi")], {("testpypi", "environment-missing")}),
        (
            [
                _environment("sign", restricted=False),
                _environment("seal", reviewers=False),
                _environment("testpypi"),
                _environment("pypi", reviewers=False),
            ],
            {("sign", "environment-unrestricted"), ("pypi", "environment-without-reviewers")},
        ),
    ],
)
def test_the_guards_of_environments_are_looked_at(
    project: Project, outside: Outside, environments: list[object], codes: set[tuple[str, str]]
) -> None:
    outside.answers["/repos/o/r/environments"] = (200, {"environments": environments})
    completed = project.run(GITHUB_REPOSITORY="o/r", GH_TOKEN="token")
    assert {(f.subject, f.code) for f in completed.record.findings if f.state is State.FAIL} == codes
    assert completed.exit_code == 0  # reported: only an outside look at GitHub may block


def test_guards_that_cannot_be_read_are_said_to_be_unread(project: Project, outside: Outside) -> None:
    outside.answers["/repos/o/r/environments"] = (403, {"message": "Resource not accessible"})
    project.run(GITHUB_REPOSITORY="o/r", GH_TOKEN="token")
    assert project.only("protection").state is State.UNAVAILABLE
    assert project.plan.repository == "o/r"


def test_an_event_of_a_public_repository_is_read(project: Project, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"repository": {"private": false}}')
    project.run(GITHUB_EVENT_PATH=str(event))
    assert project.only("visibility").found == "public"


def test_without_a_commit_nothing_is_planned(project: Project) -> None:
    completed = project.run(GITHUB_SHA="0" * 40)
    assert [finding.code for finding in completed.record.failed] == ["revision-unknown"]
    assert completed.exit_code == 1
    assert not (project.workspace / "new" / "plan.json").exists()
