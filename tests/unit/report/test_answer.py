from __future__ import annotations

import json

import pytest

from sealwright.model import FileRef, Finding
from sealwright.report.answer import Answer, as_json, as_lines

PASSED = Finding.passed("contents", "tiny.whl", "3 members")
FAILED = Finding.failed("contents", "modified", "tiny.whl", expected="a", found="b", hint="c")
UNSEEN = Finding.unavailable("audit", "audit-no-answer")


def answer(*findings: Finding, blocking: tuple[Finding, ...] = ()) -> Answer:
    return Answer("inspect", (FileRef.of("dist/tiny.whl", b"x"),), findings, blocking)


@pytest.mark.parametrize(
    ("given", "passed", "code"),
    [
        (answer(PASSED), True, 0),
        (answer(PASSED, FAILED), True, 0),
        (answer(PASSED, FAILED, blocking=(FAILED,)), False, 1),
        (answer(PASSED, UNSEEN, blocking=(UNSEEN,)), False, 3),
        (answer(FAILED, UNSEEN, blocking=(FAILED, UNSEEN)), False, 1),
        (answer(), False, 3),
    ],
)
def test_only_an_answer_that_found_something_and_nothing_blocking_passes(
    given: Answer, passed: bool, code: int
) -> None:
    assert (given.passed, given.exit_code) == (passed, code)
    assert as_json(given)["passed"] is passed
    word = {0: "PASSED  ", 1: "FAILED  ", 3: "COULD NOT JUDGE  "}[code]
    assert any(line.startswith(word) for line in as_lines(given))


def test_the_lines_name_the_files_with_their_digests() -> None:
    given = answer(PASSED, FAILED, blocking=(FAILED,))
    text = "\n".join(as_lines(given))
    assert f"tiny.whl  sha256:{given.subjects[0].sha256}" in text
    assert "1 ok, 1 FAIL" in text


def test_json_says_which_findings_block() -> None:
    document = json.loads(json.dumps(as_json(answer(PASSED, FAILED, blocking=(FAILED,)), more=1)))
    assert [finding["blocking"] for finding in document["findings"]] == [False, True]
    assert document["more"] == 1
