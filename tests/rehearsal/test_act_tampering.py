"""Each manipulation stops the rendered workflow, as act executes it, before anything reaches the index.

One run is made for all of them. Each test takes a copy of it as it was between two jobs, changes from the outside what
jobs kept or put out, and has act run the rest: the workflow that is executed is the same one.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sealwright.rehearsal.results import JobState
from sealwright.services.index import MINT_PATH
from tests.rehearsal import support, under_act
from tests.rehearsal.support import Snapshot
from tests.rehearsal.test_tampering import flip
from tests.support import projects

pytestmark = [
    pytest.mark.index,
    pytest.mark.slow,
    under_act.MINUTES,
    pytest.mark.skipif(sys.platform != "linux", reason="the jobs of the workflow run on Linux"),
]
After = Callable[[str], Snapshot]
PUBLISHING = [("draft", "testpypi"), ("testpypi-check", "pypi")]


def assert_stopped(outcome: support.Outcome, job: str) -> None:
    """The release ended at `job`; no index that comes after it was asked for anything, and none of them has a file."""
    assert outcome.exit_code == 1
    assert support.failed(outcome) == [job]
    later = [name for name in outcome.jobs[outcome.jobs.index(job) + 1 :] if outcome.results[name].state is JobState.OK]
    assert later == []
    untouched = ("pypi",) if job == "pypi" else ("testpypi", "pypi")
    for index in untouched:
        assert support.on_index(outcome.out, index) == []
        asked = [exchange for exchange in outcome.exchanges if exchange.service == index and exchange.path == MINT_PATH]
        # The probe asks for a token, is refused, and comes after the gate; it was run before the copy was taken.
        assert asked == []


def log(outcome: support.Outcome, job: str) -> str:
    return (outcome.out / ".rehearsal" / "jobs" / f"{job}.log").read_text()


def before_the_gate(after: After) -> Snapshot:
    """The release as it was when everything was built, examined and signed."""
    snapshot = after("draft")
    snapshot.forget("gate", "seal", "probe", "draft")
    return snapshot


# Between the build and the gate


def test_an_artifact_replaced_between_the_build_and_the_gate(after_in_act: After) -> None:
    snapshot = before_the_gate(after_in_act)
    wheel = snapshot.artifact("build", "dist/*.whl")
    wheel.write_bytes(flip(wheel))
    outcome = snapshot.resume()
    assert_stopped(outcome, "gate")
    assert "digest-mismatch" in support.codes(outcome)


def test_an_artifact_replaced_together_with_the_record_and_the_output(after_in_act: After) -> None:
    snapshot = before_the_gate(after_in_act)
    snapshot.rewrite("build", "dist/*.whl", flip(snapshot.artifact("build", "dist/*.whl")))
    outcome = snapshot.resume()
    assert_stopped(outcome, "gate")
    assert "sums-differ" in support.codes(outcome) | {outcome.results["gate"].message.split(":")[0]}


# That the gate refuses each kind of broken output is tested without act; here, that the workflow hands outputs to it.
def test_an_output_of_an_earlier_job_that_the_gate_reads(after_in_act: After) -> None:
    snapshot = before_the_gate(after_in_act)
    snapshot.set_output("plan", "record", "0" * 40)
    outcome = snapshot.resume()
    assert_stopped(outcome, "gate")
    assert "record-digest-malformed" in support.codes(outcome)


# Between the gate and an index


@pytest.mark.parametrize(("point", "job"), PUBLISHING)
def test_an_artifact_replaced_between_the_gate_and_the_index(after_in_act: After, point: str, job: str) -> None:
    snapshot = after_in_act(point)
    (wheel,) = snapshot.publish_folder().glob("*.whl")
    wheel.write_bytes(flip(wheel))
    outcome = snapshot.resume()
    assert_stopped(outcome, job)
    assert "computed checksum did NOT match" in log(outcome, job)


@pytest.mark.parametrize(
    ("name", "point", "job"),
    [
        pytest.param("tiny_project-1.2.3-py2-none-any.whl", *PUBLISHING[0], id="an extra wheel"),
        pytest.param(
            "tiny_project-1.2.3-py3-none-any.whl.publish.attestation", *PUBLISHING[1], id="an extra attestation"
        ),
        pytest.param(".hidden", *PUBLISHING[1], id="a hidden file"),
    ],
)
def test_a_file_too_many(after_in_act: After, name: str, point: str, job: str) -> None:
    snapshot = after_in_act(point)
    (snapshot.publish_folder() / name).write_bytes(b"PK\x03\x04")
    outcome = snapshot.resume()
    assert_stopped(outcome, job)
    assert "does not hold exactly the listed files" in log(outcome, job)


@pytest.mark.parametrize("how", ["changed", "cut off", "one is missing", "emptied"])
def test_the_gate_s_list_of_files(after_in_act: After, how: str) -> None:
    snapshot = after_in_act("testpypi-check")
    whole = base64.b64decode(snapshot.output("gate", "sums")).decode()
    text = {
        "changed": ("0" if whole[0] != "0" else "1") + whole[1:],
        "cut off": whole[:-10],
        "one is missing": whole.splitlines(keepends=True)[0],
        "emptied": "",
    }[how]
    snapshot.set_output("gate", "sums", base64.b64encode(text.encode()).decode())
    assert_stopped(snapshot.resume(), "pypi")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="emptied"),
        pytest.param("gate.publi", id="cut off"),
        pytest.param("build.build-1", id="what the build made"),
        pytest.param("gate.gate-1", id="what the gate made beside it"),
    ],
)
def test_the_id_of_what_may_be_published(after_in_act: After, value: str) -> None:
    snapshot = after_in_act("testpypi-check")
    snapshot.set_output("gate", "publish", value)
    assert_stopped(snapshot.resume(), "pypi")


def test_a_store_that_hands_out_something_else_than_it_took(after_in_act: After) -> None:
    snapshot = after_in_act("testpypi-check")
    (snapshot.publish_folder() / "other").touch()
    outcome = support.run(snapshot.project, snapshot.out, resume=True, act=snapshot.act)
    assert_stopped(outcome, "pypi")
    assert "artifact-digest" in log(outcome, "pypi")


# Before anything


def test_tag_and_version_that_differ(act: dict[str, str], tmp_path: Path) -> None:
    project = projects.make_project(tmp_path / "project")
    outcome = support.run(project, tmp_path / "out", version="9.9.9", act=act)
    assert_stopped(outcome, "plan")
    assert "version-mismatch" in support.codes(outcome)
    assert {outcome.results[job].state for job in outcome.jobs if job != "plan"} == {JobState.NOT_RUN}
