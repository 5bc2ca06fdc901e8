"""The table and the rendered file side by side: who may do what, and what runs there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sealwright.locks import lock_of
from sealwright.pipeline.jobs import table
from sealwright.pipeline.pins import ACTIONS, DOWNLOAD, SETUP_PYTHON, UPLOAD
from sealwright.pipeline.steps import Action, Call, Checkout, Ctx, Job, ProjectCall, Stage, Tools, Use
from sealwright.stages import STAGES
from sealwright.workflow.packages import listing, privileged

if TYPE_CHECKING:
    from conftest import Rendered

# Everything that any job of a release may do beyond nothing. A grant that is not here is one too many.
ALLOWED = {
    "plan": {"contents": "read", "actions": "read"},
    "wheels": {"contents": "read"},
    "build": {"contents": "read"},
    "rebuild": {"contents": "read"},
    "examine": {"contents": "read"},
    "extra-gate": {"contents": "read"},
    "provenance": {"actions": "read", "id-token": "write", "contents": "write"},
    "attest": {"id-token": "write", "attestations": "write"},
    "seal": {"id-token": "write"},
    "probe": {"id-token": "write"},
    "draft": {"contents": "write"},
    "testpypi": {"id-token": "write"},
    "pypi": {"id-token": "write"},
    "announce": {"contents": "write"},
}
# Stages that start a build backend, a test or a program of the project, or import what was installed.
RUN_PROJECT_CODE = {"build", "rebuild", "smoke", "confirm"}


def test_permissions_are_exactly_these(rendered: Rendered) -> None:
    for id_, job in rendered.table.items():
        assert {grant.scope: grant.level for grant in job.grants} == ALLOWED.get(id_, {}), id_
        found = dict(rendered.jobs[id_]["permissions"])
        if rendered.options.tool == "checkout" and "contents" not in ALLOWED.get(id_, {}):
            found.pop("contents", None)  # to check out the program; read, as another test asserts
        assert found == ALLOWED.get(id_, {}), id_


def test_every_grant_is_used_by_what_the_job_does(rendered: Rendered) -> None:
    """`contents: read` is for a checkout alone: artifacts of the same run need no permission."""
    for id_, job in rendered.table.items():
        if not isinstance(job, Job):
            continue
        kinds = {type(step) for step in job.steps}
        uses = {step.action for step in job.steps if isinstance(step, Use)}
        tokens = [value for step in job.steps if isinstance(step, Stage) for value in step.env.values()]
        granted = {grant.scope: grant.level for grant in job.grants}
        assert (granted.get("contents") == "read") == (Checkout in kinds), id_
        assert ("attestations" in granted) == (Action.ATTEST in uses), id_
        if granted.get("contents") == "write" or "actions" in granted:
            assert Ctx.TOKEN in tokens, id_
        if "id-token" in granted:
            signs = any(isinstance(step, Tools) and step.role.value == "sign" for step in job.steps)
            assert signs or Action.PUBLISH in uses, id_


def test_no_job_with_an_identity_or_a_write_runs_project_code(rendered: Rendered) -> None:
    for id_, job in rendered.table.items():
        stages = {n for step in getattr(job, "steps", ()) if isinstance(step, Stage) for n in step.names}
        assert stages <= set(STAGES)
        runs = bool(stages & RUN_PROJECT_CODE) or isinstance(job, ProjectCall)
        if isinstance(job, Job):
            assert job.runs_project_code == runs, id_
        if runs:
            assert not job.identity
            assert "write" not in rendered.jobs[id_]["permissions"].values(), id_


def test_no_job_with_an_identity_has_the_source_or_restores_a_cache(rendered: Rendered) -> None:
    own = {DOWNLOAD, UPLOAD, SETUP_PYTHON, *(action.value for action in Action)}
    for id_, job in rendered.table.items():
        if not job.identity or isinstance(job, Call):
            continue
        assert isinstance(job, Job)
        assert not any(isinstance(step, Checkout) for step in job.steps), id_
        for step in rendered.jobs[id_]["steps"]:
            used = step.get("uses", "").partition("@")[0]
            checks_out_itself = step.get("with", {}).get("path") == "tool" and rendered.options.tool == "checkout"
            assert not used or used in own or checks_out_itself, (id_, used)
            assert "cache" not in str(step), id_


def test_every_job_installs_locked_wheels_and_nothing_else(rendered: Rendered) -> None:
    for id_, step in rendered.steps():
        for line in step.get("run", "").splitlines():
            if re.search(r"\binstall\b", line) and "() {" not in line:
                assert re.match(r'install ("\$|tool/src/sealwright/locks/)', line.strip()), (id_, line)
            if "pip install" in line:
                assert "--require-hashes --only-binary :all: --no-deps" in line, id_
            assert not re.search(r"\b(curl|wget|npm|npx|uvx?|pipx|docker|apt|apt-get|brew)\b", line), (id_, line)


@pytest.mark.parametrize("role", ["sign", "github"])
def test_a_lock_of_a_privileged_job_pins_every_package_by_hash(role: str) -> None:
    text = lock_of(role)
    entries = re.split(r"(?m)^(?=\S)", text)
    packages = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert packages
    for entry in packages:
        assert re.match(r"[\w.-]+==[\w.!+-]+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_what_runs_beside_an_identity_is_counted_and_printed(rendered: Rendered) -> None:
    jobs = table(rendered.options)
    rows = {row.job: row for row in privileged(jobs)}
    assert set(rows) == {id_ for id_, scopes in ALLOWED.items() if "write" in scopes.values()} & {j.id for j in jobs}
    assert rows["pypi"].packages == ()
    assert rows["pypi"].others == (f"pypa/gh-action-pypi-publish {ACTIONS[Action.PUBLISH.value].version}",)
    assert 20 < len(rows["attest"].packages) < 40
    text = "\n".join(listing(jobs))
    assert f"{len(rows['attest'].packages)} packages run in a job of ours that can ask for an identity token" in text
    assert all(f"  {name}" in text for row in rows.values() for name in row.packages)
