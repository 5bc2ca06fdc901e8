"""Archives, release.yml, tag and branch of a release, against a clone."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.support.builds import build
from tests.support.projects import PYPROJECT, commit, git, make_project, write

from sealwright.config import load_settings
from sealwright.errors import UsageError
from sealwright.model import Finding, State
from sealwright.project import options_for
from sealwright.services.release_folder import ReleaseFiles
from sealwright.verify.claims import Claims
from sealwright.verify.evidence import FileContent, Scope
from sealwright.verifying.source import compare_with_source
from sealwright.workflow.render import WORKFLOW_FILE, render_for

SETTINGS = load_settings(PYPROJECT)
OPTIONS = replace(options_for(SETTINGS, SETTINGS.cells), release=("0.1.0", "0" * 64))


@dataclass(frozen=True)
class Released:
    """A clone, the commit that was released, and what was built from it."""

    clone: Path
    commit: str
    files: ReleaseFiles


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder = tmp_path_factory.mktemp("released")
    clone = make_project(folder / "source", **{WORKFLOW_FILE: render_for(OPTIONS)})
    head = git(clone, "rev-parse", "HEAD")
    files = {f"dist/{name}": data for name, data in build(folder, head).items()}
    contents = {path: FileContent.of(path, data) for path, data in files.items()}
    return Released(clone, head, ReleaseFiles(contents, Scope.ASSETS))


@pytest.fixture
def clone(released: Released, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "-q", str(released.clone), "clone")
    return tmp_path / "clone"


def compare(clone: Path, released: Released, at: str, tag: str = "v1.2.3", *, rendered: bool = True) -> list[Finding]:
    claims = Claims("", commit=at, ref=f"refs/tags/{tag}")
    return list(compare_with_source(clone, released.files, claims, os.environ, rendered=rendered))


def wrong(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.check, finding.code) for finding in findings if finding.state not in (State.PASS, State.SKIPPED)}


def changed(clone: Path, files: dict[str, str], branch: str = "main") -> str:
    git(clone, "checkout", "-q", "-B", branch)
    write(clone, files)
    return commit(clone)


def test_a_release_of_this_commit_agrees_with_it(clone: Path, released: Released) -> None:
    findings = compare(clone, released, released.commit)
    assert wrong(findings) == set()
    assert {"source", "contents", "branch", "workflow"} <= {f.check for f in findings if f.state is State.PASS}


def test_archives_of_another_commit_are_told_file_by_file(clone: Path, released: Released) -> None:
    other = changed(clone, {"src/tiny_project/__init__.py": "print('other')\n"})
    assert "contents" in {check for check, _ in wrong(compare(clone, released, other))}


def test_a_workflow_that_is_not_the_rendered_one_is_a_finding(clone: Path, released: Released) -> None:
    text = (clone / WORKFLOW_FILE).read_text()
    other = changed(
        clone, {WORKFLOW_FILE: text.replace("run: sealwright stage plan", "run: sealwright stage plan; id")}
    )
    assert ("workflow", "workflow-drifted") in wrong(compare(clone, released, other))
    assert not {code for check, code in wrong(compare(clone, released, other, rendered=False)) if check == "workflow"}


def test_a_commit_of_a_side_branch_is_not_released(clone: Path, released: Released) -> None:
    other = changed(clone, {"NOTES.md": "# Aside\n"}, "aside")
    assert ("branch", "not-on-release-branch") in wrong(compare(clone, released, other))


def test_branches_are_those_of_the_branch_that_is_followed_not_of_the_released_commit(
    clone: Path, released: Released
) -> None:
    own = PYPROJECT.replace("[tool.sealwright]\n", '[tool.sealwright]\nbranches = ["aside"]\n')
    other = changed(clone, {"pyproject.toml": own}, "aside")
    assert ("branch", "not-on-release-branch") in wrong(compare(clone, released, other))


def test_a_tag_that_was_moved_is_told(clone: Path, released: Released) -> None:
    other = changed(clone, {"NOTES.md": "# Later\n"})
    git(clone, "tag", "v1.2.3", other)
    assert ("source", "source-tag-moved") in wrong(compare(clone, released, released.commit))
    git(clone, "tag", "-f", "v1.2.3", released.commit)
    assert wrong(compare(clone, released, released.commit)) == set()


def test_a_commit_that_is_not_here_or_not_known_is_unavailable(clone: Path, released: Released) -> None:
    (missing,) = compare(clone, released, "f" * 40)
    assert (missing.state, missing.code) == (State.UNAVAILABLE, "source-commit-missing")
    (unknown,) = compare_with_source(clone, released.files, None, os.environ, rendered=True)
    assert (unknown.state, unknown.code) == (State.UNAVAILABLE, "source-commit-unknown")


def test_a_folder_that_is_no_clone_is_a_mistake_of_the_asker(tmp_path: Path, released: Released) -> None:
    with pytest.raises(UsageError, match="git repository"):
        compare(tmp_path, released, released.commit)


def test_nothing_of_the_clone_is_executed(clone: Path, released: Released, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    other = changed(clone, {"setup.py": f"open({str(mark)!r}, 'w')\n", "conftest.py": f"open({str(mark)!r}, 'w')\n"})
    for name, value in (("core.fsmonitor", f"touch {mark}"), ("core.pager", f"touch {mark}")):
        git(clone, "config", name, value)
    compare(clone, released, other)
    assert not mark.exists()
