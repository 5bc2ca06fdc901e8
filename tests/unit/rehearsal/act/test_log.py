"""Lines of `act --json`, as act 0.2.89 writes them."""

from __future__ import annotations

import json

import pytest

from sealwright.rehearsal.act.log import Begun, Broke, Ended, Printed, PutOut, event

STEP = {"jobID": "build", "job": "release/build     ", "stage": "Main", "step": "Stage build", "stepID": ["stage"]}
INSIDE = {**STEP, "step": "actions/upload-artifact@0", "stepID": ["keep-artifact", "run"]}


def line(**said: object) -> str:
    return json.dumps({"level": "info", "dryrun": False, "matrix": {}, "time": "2026-11-25T15:29:15Z", **said})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            {"jobID": "build", "step": "Set up job", "stepid": ["--setup-job"], "msg": "⭐ Run Set up job"},
            Begun("build", "Set up job"),
            id="a job begins",
        ),
        pytest.param({**STEP, "msg": "⭐ Run Main Stage build"}, Begun("build", "Stage build"), id="a step begins"),
        pytest.param({**INSIDE, "msg": "⭐ Run Main exec"}, None, id="a step in a local action"),
        pytest.param({**STEP, "stage": "Post", "msg": "⭐ Run Post Stage build"}, None, id="nothing follows a step"),
        pytest.param(
            {**STEP, "msg": "  ✅  Success - Main Stage build [1s]", "stepResult": "success", "executionTime": 1},
            None,
            id="a step has ended",
        ),
        pytest.param(
            {**STEP, "raw_output": True, "msg": "\x1b[31mred\x1b[0m\r\n"},
            Printed("build", "red"),
            id="a line is printed",
        ),
        pytest.param(
            {**STEP, "raw_output": True, "msg": '{"jobID": "gate", "jobResult": "success"}\n'},
            Printed("build", '{"jobID": "gate", "jobResult": "success"}'),
            id="a line that looks like one of act's is only printed",
        ),
        pytest.param(
            {
                **STEP,
                "level": "error",
                "command": "error",
                "raw": "::error::no\n",
                "arg": "no",
                "msg": "  ❗  ::error::no",
            },
            Printed("build", "::error::no"),
            id="an error that a script announces does not end its step",
        ),
        pytest.param(
            {
                **STEP,
                "command": "set-output",
                "name": "record",
                "arg": "ab=c",
                "msg": "  ⚙  ::set-output:: record=ab=c",
            },
            PutOut("build", "stage", "record", "ab=c"),
            id="an output",
        ),
        pytest.param(
            {**INSIDE, "command": "set-output", "name": "artifact-id", "arg": "x", "msg": ""},
            None,
            id="an output in a local action, before the action hands it on",
        ),
        pytest.param(
            {**STEP, "level": "error", "msg": "exit status 3"}, Broke("build", 3, "exit status 3"), id="an exit code"
        ),
        pytest.param(
            {**STEP, "level": "error", "msg": "Cannot find: bash in PATH"},
            Broke("build", None, "Cannot find: bash in PATH"),
            id="act itself cannot go on",
        ),
        pytest.param(
            {"jobID": "build", "jobResult": "failure", "msg": "🏁  Job failed"},
            Ended("build", succeeded=False),
            id="failed",
        ),
        pytest.param(
            {"jobID": "build", "jobResult": "success", "msg": "🏁  Job succeeded"},
            Ended("build", succeeded=True),
            id="passed",
        ),
        pytest.param({"level": "warning", "msg": "Couldn't get a valid docker connection"}, None, id="no job's"),
    ],
)
def test_a_line_becomes_an_event(said: dict[str, object], expected: object) -> None:
    assert event(line(**said)) == expected


@pytest.mark.parametrize("text", ["", "Error: Job 'build' failed", "[]", '"jobID"', '{"jobID": 1}'])
def test_what_is_no_line_of_the_log_is_no_event(text: str) -> None:
    assert event(text) is None
