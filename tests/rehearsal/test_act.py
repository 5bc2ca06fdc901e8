"""The rendered workflow, executed by act from the plan to the confirmed and announced release."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from sealwright.config import load_settings
from sealwright.errors import UsageError
from sealwright.pipeline.jobs import EXTRA_GATE, table
from sealwright.project import options_for
from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.results import JobState
from sealwright.workflow.render import WORKFLOW_FILE, render_for
from tests.rehearsal import support, under_act
from tests.rehearsal.support import Snapshot
from tests.rehearsal.test_rehearse import digests, names
from tests.rehearsal.under_act import Steps
from tests.support import projects

pytestmark = [
    pytest.mark.index,
    pytest.mark.slow,
    under_act.MINUTES,
    pytest.mark.skipif(sys.platform != "linux", reason="the jobs of the workflow run on Linux"),
]
SETTINGS = load_settings(projects.PYPROJECT)
TABLE = {job.id: job for job in table(options_for(SETTINGS, SETTINGS.cells))}
IDENTITY = {"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}
OWN = {"HOME", "TMPDIR"}
GATE = ".github/workflows/acceptance.yml"


@pytest.fixture(scope="module")
def dossier(acted: Path) -> Path:
    return acted / "done"


@pytest.fixture(scope="module")
def steps(acted: Path) -> Steps:
    return Steps.of(acted)


def executed(out: Path) -> dict[str, dict[str, str]]:
    """The variables that the workflow which act was given last has for each job, with the called one's."""
    folder = Layout(out).act
    own = yaml.safe_load((folder / "release.yml").read_text())["jobs"]
    called = yaml.safe_load((folder / "generator/.github/workflows/generator_generic_slsa3.yml").read_text())["jobs"]
    return {id_: job["env"] for id_, job in {**own, **called}.items()}


# What was executed


def test_the_executed_file_is_the_rendered_one_but_for_variables_of_jobs(acted: Path) -> None:
    options = options_for(SETTINGS, SETTINGS.cells)
    (wheel,) = (Layout(acted / "done").act / "wheels").iterdir()
    release = (wheel.name.split("-")[1], hashlib.sha256(wheel.read_bytes()).hexdigest())
    rendered = yaml.safe_load(render_for(replace(options, release=release)))
    copy = yaml.safe_load((Layout(acted / "done").act / "release.yml").read_text())
    given = {id_: job.pop("env", None) for id_, job in copy["jobs"].items()}
    assert copy == rendered
    assert all(given[id_] for id_ in TABLE if id_ != "provenance")
    assert given["provenance"] is None  # a job that calls a workflow can have none


def test_only_jobs_that_may_ask_for_a_token_are_given_an_identity_and_each_its_own(acted: Path) -> None:
    given = executed(acted / "done")
    assert set(given) == set(TABLE)
    for id_, job in TABLE.items():
        assert set(given[id_]) == OWN | (IDENTITY if job.identity else set()) | {"BASH_ENV"} & set(given[id_]), id_
    tokens = [variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] for id_, variables in given.items() if TABLE[id_].identity]
    assert len(set(tokens)) == len(tokens) == sum(job.identity for job in TABLE.values())


# What came of it


def test_everything_was_published_and_nothing_else(dossier: Path) -> None:
    assert support.on_index(dossier, "pypi") == support.on_index(dossier, "testpypi") == names(dossier / "dist")


def test_the_dossier_has_the_files_of_the_plain_rehearsal(dossier: Path, rehearsed: Path) -> None:
    assert set(digests(dossier)) == set(digests(rehearsed / "done"))


def test_every_job_has_a_log_of_its_own_steps(dossier: Path) -> None:
    for job in TABLE:
        log = (Layout(dossier).jobs / f"{job}.log").read_text()
        assert log.startswith("$ Set up job\n"), job
    assert "Exactly the listed files, with exactly these digests" in (Layout(dossier).jobs / "pypi.log").read_text()


def test_the_committed_workflow_was_compared_with_the_table(dossier: Path) -> None:
    findings = json.loads((dossier / "records/plan.json").read_bytes())["findings"]
    (workflow,) = [finding for finding in findings if finding["check"] == "workflow"]
    assert (workflow["state"], workflow["found"]) == ("pass", "as rendered")


def test_nothing_is_written_into_the_project(acted: Path) -> None:
    assert projects.git(acted / "project", "status", "--porcelain", "--ignored") == ""
    assert projects.git(acted / "project", "tag") == ""


# What each job saw


def test_no_step_sees_the_users_secrets(steps: Steps) -> None:
    for job, recorded in steps.jobs.items():
        for variables in recorded:
            assert "hunter2" not in variables.values(), job
            assert not set(variables) & (set(under_act.SECRETS) - IDENTITY - {"GITHUB_TOKEN"}), job


def test_no_step_of_a_job_without_an_identity_can_ask_for_a_token(steps: Steps) -> None:
    assert set(steps.jobs) == set(TABLE)
    for job, recorded in steps.jobs.items():
        for variables in recorded:
            assert set(variables) & IDENTITY == (IDENTITY if TABLE[job].identity else set()), job


def test_jobs_begin_with_an_empty_workspace_and_share_no_folder(steps: Steps, acted: Path) -> None:
    assert {job: recorded[0]["WORKSPACE_HOLDS"] for job, recorded in steps.jobs.items()} == dict.fromkeys(TABLE, "")
    for name in ("GITHUB_WORKSPACE", "RUNNER_TEMP", "HOME", "TMPDIR"):
        used = {job: {variables[name] for variables in recorded} for job, recorded in steps.jobs.items()}
        assert all(len(folders) == 1 for folders in used.values()), name
        folders = [Path(folder) for job in used.values() for folder in job]
        assert len(set(folders)) == len(TABLE), name
        for folder in folders:
            assert folder.is_relative_to(acted / "done" / ".rehearsal"), name
            assert not any(other != folder and other.is_relative_to(folder) for other in folders), name


def test_nothing_of_a_job_that_succeeded_is_left(dossier: Path) -> None:
    assert not any(Layout(dossier).work.iterdir())
    assert not any((Layout(dossier).act / "jobs").rglob("*token*"))
    assert not (Layout(dossier).act / "secrets.yml").exists()


# What only GitHub can do


def test_the_seams_of_the_workflow_are_executed_or_said_to_be_left_out(act: dict[str, str], tmp_path: Path) -> None:
    settings = f'{projects.PYPROJECT}extra-gate = "{GATE}"\negress = "block"\nrunners.build = "ubuntu-24.04-16core"\n'
    gate = (Path(projects.__file__).parent / "acceptance.yml").read_text()
    project = projects.make_project(tmp_path / "project", **{"pyproject.toml": settings, GATE: gate})
    outcome = support.run(project, tmp_path / "out", stop_after=EXTRA_GATE, act=act)
    states = {job: result.state for job, result in outcome.results.items()}
    assert states == {"plan": JobState.OK, "build": JobState.OK, EXTRA_GATE: JobState.SKIPPED}
    assert {f"the project's own gate {GATE}", "egress control (`block`)"} <= set(outcome.not_rehearsed)


# Continuing, interrupting, refusing


def test_a_finished_rehearsal_that_is_resumed_runs_nothing_and_changes_nothing(
    acted: Path, act: dict[str, str], tmp_path: Path
) -> None:
    snapshot = support.copy_of(acted / "done", acted / "project", tmp_path / "out", act)
    before = digests(snapshot.out)
    logs = {path.name: path.read_bytes() for path in snapshot.layout.jobs.iterdir()}
    outcome = snapshot.resume()
    assert outcome.exit_code == 0
    after = digests(snapshot.out)
    assert {path for path in before if before[path] != after[path]} <= {"trust_config.json"}
    assert {path.name: path.read_bytes() for path in snapshot.layout.jobs.iterdir()} == logs
    assert [exchange for exchange in outcome.exchanges if exchange.method == "POST"] == []


def test_a_rehearsal_of_the_table_is_not_continued_under_act(
    after: Callable[[str], Snapshot], act: dict[str, str]
) -> None:
    snapshot = after("build")
    snapshot.act = act
    with pytest.raises(UsageError) as caught:
        snapshot.resume()
    assert caught.value.code == "nothing-to-resume"
    assert "--act" in caught.value.hint


def test_a_workflow_that_was_changed_by_hand_stops_at_plan_with_the_difference(
    act: dict[str, str], tmp_path: Path
) -> None:
    changed = under_act.rendered().replace("run: sealwright stage plan", "run: sealwright stage plan || true")
    project = projects.make_project(tmp_path / "project", **{WORKFLOW_FILE: changed})
    outcome = support.run(project, tmp_path / "out", act=act)
    assert support.failed(outcome) == ["plan"]
    assert support.codes(outcome) == {"workflow-drifted", "protection-skipped"}
    assert "|| true" in next(f.found for f in outcome.findings("plan") if f.code == "workflow-drifted")
    assert {outcome.results[job].state for job in outcome.jobs if job != "plan"} == {JobState.NOT_RUN}
    # The folder of the job can be found, and its files are there.
    (folder,) = Layout(outcome.out).work.iterdir()
    assert folder.name.startswith("plan-")
    assert (folder / "hostexecutor" / "source" / "pyproject.toml").is_file()


def test_an_interrupted_rehearsal_leaves_no_process_and_can_be_continued(act: dict[str, str], tmp_path: Path) -> None:
    project = projects.make_project(tmp_path / "project")
    out = tmp_path / "out"
    argv = [sys.executable, "-m", "sealwright", "rehearse", "--act", "--out", str(out)]
    log = Layout(out).jobs / "plan.log"
    with subprocess.Popen(argv, cwd=project, env=act, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (log.is_file() and "Hash-locked tools" in log.read_text()):
            time.sleep(0.02)
            assert process.poll() is None
        assert processes_in(out)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"--act --resume" in said
    assert b"Traceback" not in said
    deadline = time.monotonic() + 60
    while processes_in(out) and time.monotonic() < deadline:  # the system hangs them up when their terminal is gone
        time.sleep(0.05)
    assert processes_in(out) == []
    outcome = support.run(project, out, resume=True, stop_after="plan", act=act)
    assert outcome.results["plan"].state is JobState.OK


def processes_in(folder: Path) -> list[str]:
    """Command lines of processes that work below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_without_act_on_path_nothing_is_rehearsed_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    project = projects.make_project(tmp_path / "project")
    argv = [sys.executable, "-m", "sealwright", "rehearse", "--act", "--out", str(tmp_path / "out")]
    environ = {**os.environ, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, cwd=project, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "act-missing" in done.stderr
    assert "fix: " in done.stderr
    assert not (tmp_path / "out").exists()
