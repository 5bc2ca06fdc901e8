"""A rehearsal as its user meets it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sealwright.dossier import decode
from sealwright.model import Mode, Plan
from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.results import JobState
from sealwright.rehearsal.standins.github_releases import Releases
from tests.rehearsal import support
from tests.rehearsal.support import Snapshot
from tests.support import projects

pytestmark = pytest.mark.index


def command(*arguments: str | Path, cwd: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`sealwright ...` as a process."""
    environ = {**os.environ, **({"HOME": str(home)} if home else {})}
    argv = [sys.executable, "-m", "sealwright", *map(str, arguments)]
    return subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".rehearsal" not in path.parts
    }


def test_a_finished_dossier_is_complete(done: Path) -> None:
    wheel, sdist = "tiny_project-1.2.3-py3-none-any.whl", "tiny_project-1.2.3.tar.gz"
    assert names(done / "dist") == [wheel, sdist]
    assert {
        *(f"{name}.sigstore.json" for name in (wheel, sdist, f"{wheel}.cdx.json", "release.json")),
        f"{wheel}.cdx.json",
        "multiple.intoto.jsonl",
        "github.intoto.jsonl",
        "inspect.intoto.jsonl",
        "rebuild.intoto.jsonl",
        "smoke-ubuntu-3-11.intoto.jsonl",
        "vsa.intoto.jsonl",
        "pylock.toml",
        "SHA256SUMS",
    } <= set(names(done / "evidence"))
    assert names(done / "published") == [f"{wheel}.provenance.json", f"{sdist}.provenance.json"]
    assert (done / "trust_config.json").is_file()
    plan = decode(Plan, (done / "plan.json").read_bytes(), "plan.json")
    assert plan.mode is Mode.REHEARSAL
    staged = [job for job in plan.jobs if job not in ("provenance", "keep-provenance", "testpypi", "pypi")]
    assert names(done / "records") == ["SHA256SUMS", *sorted(f"{job}.json" for job in staged)]


def test_release_json_and_the_sums_hold(done: Path) -> None:
    found = digests(done)
    release = json.loads((done / "release.json").read_bytes())
    assert release["files"]
    for entry in release["files"]:
        assert found[entry["path"]] == entry["sha256"], entry["path"]


def test_a_rehearsal_writes_nothing_into_the_project(rehearsed: Path) -> None:
    assert projects.git(rehearsed / "project", "status", "--porcelain", "--ignored") == ""
    assert projects.git(rehearsed / "project", "tag") == ""


def test_a_finished_rehearsal_that_is_resumed_changes_nothing(rehearsed: Path, tmp_path: Path) -> None:
    snapshot = support.copy_of(rehearsed / "done", rehearsed / "project", tmp_path / "out")
    before = digests(snapshot.out)
    outcome = snapshot.resume()
    after = digests(snapshot.out)
    assert outcome.exit_code == 0
    assert {path for path in before if before[path] != after[path]} <= {"trust_config.json"}


def test_a_job_that_was_cut_off_runs_again_and_finished_ones_keep_their_bytes(
    after: Callable[[str], Snapshot],
) -> None:
    snapshot = after("build")
    before = digests(snapshot.out)
    half_done = snapshot.layout.artifacts / ".examine.examine.partial"
    half_done.mkdir()
    (snapshot.out / "evidence").mkdir()
    outcome = snapshot.resume()
    assert outcome.exit_code == 0
    found = digests(snapshot.out)
    assert {path: found[path] for path in before if path != "trust_config.json"} == {
        path: digest for path, digest in before.items() if path != "trust_config.json"
    }


def test_tag_and_version_that_differ_stop_at_plan(rehearsed: Path, tmp_path: Path) -> None:
    outcome = support.run(rehearsed / "project", tmp_path / "out", version="9.9.9")
    assert support.failed(outcome) == ["plan"]
    assert "version-mismatch" in support.codes(outcome)
    assert outcome.results["build"].state is JobState.NOT_RUN
    assert support.on_index(outcome.out, "testpypi") == []
    assert (outcome.out / "records" / "plan.json").is_file()
    assert (outcome.out / "trust_config.json").is_file()


def test_a_failing_smoke_command_stops_before_anything_is_signed(tmp_path: Path) -> None:
    smoke = '\n[tool.sealwright.smoke]\ncommand = ["python", "-c", "raise SystemExit(7)"]\n'
    pyproject = projects.PYPROJECT + smoke
    project = projects.make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    outcome = support.run(project, tmp_path / "out")
    assert support.failed(outcome) == ["smoke-ubuntu-3-11"]
    assert "smoke-command" in support.codes(outcome)
    assert not list((outcome.out / "evidence").glob("*.sigstore.json"))
    assert support.on_index(outcome.out, "testpypi") == []


def test_everything_wrong_with_a_plan_is_said_at_once(tmp_path: Path) -> None:
    project = projects.make_project(tmp_path / "project", **{"CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- Old.\n"})
    outcome = support.run(project, tmp_path / "out", version="1.2.4")
    assert {"version-mismatch", "changelog-entry-missing"} <= support.codes(outcome)


def test_json_says_the_same_as_the_table(rehearsed: Path, tmp_path: Path) -> None:
    support.copy_of(rehearsed / "done", rehearsed / "project", tmp_path / "out")
    answer = command("rehearse", "--resume", "--out", tmp_path / "out", "--json", cwd=rehearsed / "project")
    document = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert document["passed"] is True
    assert {job["state"] for job in document["jobs"]} == {"ok"}
    assert document["dossier"] == str(tmp_path / "out")


def test_the_last_lines_are_the_verdict_and_where_the_dossier_is(rehearsed: Path, tmp_path: Path) -> None:
    support.copy_of(rehearsed / "done", rehearsed / "project", tmp_path / "out")
    answer = command("rehearse", "--resume", "--out", tmp_path / "out", cwd=rehearsed / "project")
    *_, verdict, place = answer.stdout.splitlines()
    assert "Not rehearsed:\n  PyPI's" in answer.stdout
    assert verdict.startswith("PASSED")
    assert place.endswith(f"dossier: {tmp_path / 'out'}")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--out", "full"], "out-not-a-rehearsal"),
        (["--out", "new", "--resume"], "nothing-to-resume"),
        (["--version", "not a version"], "version-malformed"),
        (["--project", "nowhere"], "error"),
        (["--project", "empty"], "error"),
    ],
)
def test_bad_input_is_an_error_with_a_hint_and_loses_nothing(tmp_path: Path, arguments: list[str], code: str) -> None:
    project = projects.make_project(tmp_path / "project")
    for folder in ("full", "empty"):
        (project / folder).mkdir()
    (project / "full" / "precious").write_text("mine")
    answer = command("rehearse", *arguments, cwd=project, home=tmp_path)
    assert answer.returncode == 2, answer.stderr
    assert code in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "fix: " in answer.stderr
    assert (project / "full" / "precious").read_text() == "mine"


def test_a_folder_that_is_no_repository_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(projects.PYPROJECT)
    answer = command("rehearse", cwd=tmp_path, home=tmp_path)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "fix: " in answer.stderr


def test_a_rehearsal_of_which_only_the_main_process_is_killed_can_be_continued(rehearsed: Path, tmp_path: Path) -> None:
    project, out, moment = rehearsed / "project", tmp_path / "out", "attest"
    jobs = ("plan", "build", "rebuild", "examine", "gate")
    argv = [sys.executable, "-m", "sealwright", "rehearse", "--out", str(out)]
    with subprocess.Popen(argv, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (out / ".rehearsal" / "jobs" / f"{moment}.log").exists():
            time.sleep(0.01)
            assert process.poll() is None
        process.kill()
    before = {job: path.read_bytes() for job in jobs if (path := out / "records" / f"{job}.json").exists()}
    finished = {path.stem for path in (out / ".rehearsal" / "jobs").glob("*.json")}
    outcome = support.run(project, out, resume=True)
    assert outcome.exit_code == 0, support.codes(outcome)
    assert moment not in finished
    for job, record in before.items():
        if job in finished:
            assert (out / "records" / f"{job}.json").read_bytes() == record
    assert support.on_index(out, "pypi") == names(out / "dist")


def test_a_project_that_wants_to_be_told_is_told(tmp_path: Path) -> None:
    pyproject = projects.PYPROJECT + 'notify = true\ntestpypi = false\nprovenance = "github"\n'
    project = projects.make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    outcome = support.run(project, tmp_path / "out")
    assert outcome.exit_code == 0, support.codes(outcome)
    assert not {"testpypi", "testpypi-check", "provenance"} & set(outcome.jobs)
    told = Releases(Layout(outcome.out).services / "github").notifications
    assert [message["result"] for message in told] == ["waiting", "succeeded"]
    assert support.on_index(outcome.out, "testpypi") == []
    assert support.on_index(outcome.out, "pypi") == names(outcome.out / "dist")


def test_locks_of_extras_are_part_of_the_release_and_of_no_plain_installation(tmp_path: Path) -> None:
    tried = '[project.optional-dependencies]\nyaml = ["pyyaml"]\n[tool.sealwright.smoke]\nextras = ["yaml"]\n'
    pyproject = projects.PYPROJECT + 'testpypi = false\nprovenance = "github"\n' + tried
    project = projects.make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    outcome = support.run(project, tmp_path / "out")
    assert outcome.exit_code == 0, support.codes(outcome)
    lock = (outcome.out / "evidence" / "pylock.yaml.toml").read_bytes()
    assert b"pyyaml" in lock
    assert b"pyyaml" not in (outcome.out / "evidence" / "pylock.toml").read_bytes()
    sums = (outcome.out / "evidence" / "SHA256SUMS").read_text()
    assert f"{hashlib.sha256(lock).hexdigest()}  pylock.yaml.toml\n" in sums
    assets = {asset["name"] for asset in Releases(Layout(outcome.out).services / "github").latest()["assets"]}
    assert {"pylock.toml", "pylock.yaml.toml"} <= assets
    tried_with = {finding.subject for finding in outcome.findings("smoke-ubuntu-3-11")}
    assert tried_with == {f"{file}{extra}" for file in names(outcome.out / "dist") for extra in ("", "[yaml]")}
