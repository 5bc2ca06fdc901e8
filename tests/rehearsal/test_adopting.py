"""Projects of others adopt the pipeline: one command, then the check, the linters, and a whole release.

Four backends, each in a repository of its own with tags as that project has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from sealwright.cli import main
from sealwright.config import load_settings
from sealwright.pipeline.steps import WORKFLOW_FILE
from tests.rehearsal import support
from tests.support import linters, projects
from tests.support.foreign import PLUGGY, PYPROJECT_HOOKS, STRUCTLOG, TOMLKIT, Foreign, checked_in

pytestmark = [pytest.mark.index, pytest.mark.slow]
RELEASE = ("--release", "1.0", "ab" * 32)


@dataclass(frozen=True)
class Adopter:
    """A project, how it is tagged, and what adopting must have found out."""

    foreign: Foreign
    backend: str
    tags: tuple[str, ...]
    pattern: str
    tag: str
    """Of the release that is rehearsed."""
    version: str | None = None
    directory: str = ""


ADOPTERS = (
    # a src layout, a version from the tag, tags without v
    Adopter(STRUCTLOG, "hatchling.build", ("25.3.0", "25.4.0"), "*", "25.5.0", version="25.5.0"),
    # a flat layout, a version that is written
    Adopter(TOMLKIT, "poetry.core.masonry.api", ("0.13.1", "0.13.2"), "*", "0.13.3"),
    # setuptools-scm, whose next version nobody has written anywhere
    Adopter(PLUGGY, "setuptools.build_meta", ("1.5.0", "v1.6.0"), "v*", "v1.6.1"),
    # one of several projects of its repository
    Adopter(
        PYPROJECT_HOOKS,
        "flit_core.buildapi",
        ("pyproject-hooks-v1.3.2", "other-v7.0"),
        "pyproject-hooks-v*",
        "pyproject-hooks-v1.3.3",
        directory="packages/pyproject-hooks",
    ),
)


def adopt(adopter: Adopter, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project's folder after `init` and a commit of what it wrote."""
    project = checked_in(adopter.foreign, folder, adopter.directory)
    for tag in adopter.tags:
        projects.git(project, "tag", tag)
    assert main(["init", "--project", str(project), *RELEASE]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{adopter.foreign.name}, built by {adopter.backend}\n")
    assert f"  tags        {adopter.pattern}  (" in said
    projects.git(project, "add", "-A", ":/")
    projects.git(project, "commit", "-q", "-m", "Adopt the pipeline")
    return project


@pytest.mark.parametrize("adopter", ADOPTERS, ids=lambda adopter: adopter.foreign.name)
def test_a_foreign_project_adopts_the_pipeline_and_rehearses_its_release(
    adopter: Adopter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = adopt(adopter, tmp_path / "project", capsys)
    root = Path(projects.git(project, "rev-parse", "--show-toplevel"))
    changed = projects.git(project, "diff", "--numstat", "HEAD~1", "HEAD").splitlines()
    assert len(changed) <= 3
    assert all(line.split()[1] == "0" for line in changed), "nothing of the project's own is taken away"
    assert load_settings((project / "pyproject.toml").read_text()).tag_pattern == adopter.pattern
    assert main(["workflow", "--check", "--project", str(project)]) == 0
    linters.zizmor(root, WORKFLOW_FILE)
    linters.actionlint(root, WORKFLOW_FILE)
    linters.schema(root, WORKFLOW_FILE)
    outcome = support.run(project, tmp_path / "out", version=adopter.version)
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)
    assert outcome.subject.tag == adopter.tag
    assert outcome.published == ("testpypi", "pypi")
    compared = next(finding for finding in outcome.records["plan"].findings if finding.check == "workflow")
    assert compared.found == "as rendered"
