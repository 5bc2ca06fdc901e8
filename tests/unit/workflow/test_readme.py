"""What the documents claim in numbers and lists, counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sealwright.config import Settings, load_policy, load_settings
from sealwright.config.policy import FLOOR, Audit, Ignore, Policy
from sealwright.config.settings import Environments, Runners, Sbom, SkippedImport, Smoke
from sealwright.pipeline.jobs import table
from sealwright.pipeline.pins import ACTIONS, FLOWS
from sealwright.pipeline.steps import AnyJob, Job
from sealwright.project import options_for
from sealwright.stages import STAGES
from sealwright.verify import archive, release
from sealwright.workflow.packages import privileged

REPOSITORY = Path(__file__).parents[3]


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def jobs() -> tuple[AnyJob, ...]:
    settings = load_settings(read("pyproject.toml"))
    return table(options_for(settings, settings.cells))


def locked(jobs: tuple[AnyJob, ...], scope: str) -> set[str]:
    """Packages in the environments of the jobs that may write `scope`."""
    return {name for row in privileged(jobs) if scope in row.grants for name in row.packages}


def test_how_much_trust_it_needs_is_counted(jobs: tuple[AnyJob, ...]) -> None:
    rows = re.findall(r"(?m)^\| (\w.*) \| (\d+) \|$", read("README.md"))
    assert [int(number) for _, number in rows] == [
        len(jobs),
        sum(job.identity for job in jobs),
        sum(isinstance(job, Job) and job.runs_project_code for job in jobs),
        len(ACTIONS),
        len(FLOWS),
        read(".github/workflows/release.yml").count("secrets."),
        len(locked(jobs, "id-token")),
        len(locked(jobs, "contents")),
    ]


def test_every_link_inside_the_documents_leads_somewhere() -> None:
    documents = [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "security").glob("*.md"),
    ]
    assert len(documents) > 10
    for document in documents:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if not target.startswith("https://"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("model", [Settings, Environments, Runners, Smoke, SkippedImport, Sbom, Policy, Audit, Ignore])
def test_every_key_of_the_configuration_is_described(model: type[Settings]) -> None:
    text = read("docs/configuration.md")
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in text, f"{model.__name__}.{name}"


def test_every_check_with_a_level_of_its_own_is_described_with_it() -> None:
    text = read("docs/verdicts.md")
    for check, level in FLOOR.items():
        assert re.search(rf"(?m)^\| `{check}` \|.*\| {level.value} \|$", text), check


def test_every_check_of_archives_and_of_the_gate_is_described() -> None:
    text = read("docs/verdicts.md")
    missing = [check for check in (*archive.CHECKS, *release.CHECKS) if f"| `{check}` |" not in text]
    assert not missing


def test_every_code_of_archives_is_described_with_its_check() -> None:
    rows = re.findall(r"(?m)^\| `([a-z0-9-]+)` \| `([a-z-]+)` \| .+ \|$", read("docs/inspect.md"))
    assert dict(rows) == {code: check for code, (check, _) in archive.CODES.items()}
    assert len(rows) == len(archive.CODES)


def test_every_stage_is_described() -> None:
    text = read("docs/rehearsal.md") + read("docs/verdicts.md")
    assert not [name for name in STAGES if f"`{name}`" not in text]


def test_the_policy_of_this_repository_is_one() -> None:
    policy = load_policy(read("security/policy.toml"))
    assert set(policy.checks) <= FLOOR.keys(), "an unknown check would be required and never answered"
