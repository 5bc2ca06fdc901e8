import pytest

from sealwright.model import Finding, State
from sealwright.report.findings import WORDS, details, finding_lines, headline


@pytest.mark.parametrize("state", list(State))
def test_every_answer_has_a_word_of_its_own(state):
    line = headline(Finding("a", "a-code", state, "x"), stops=True)
    assert line.startswith(WORDS[state])
    assert len(set(WORDS.values())) == len(State)


def test_what_fails_without_stopping_anything_is_a_note():
    assert headline(Finding.failed("a", "bad")).startswith("note")


def test_what_needs_attention_says_expected_found_and_fix():
    finding = Finding.failed("a", "bad", "x.whl", expected="1", found="2\n3", hint="do this")
    assert [line.split() for line in finding_lines([finding], [finding])] == [
        ["FAIL", "bad", "x.whl"],
        ["expected", "1"],
        ["found", "2"],
        ["|", "3"],
        ["fix", "do", "this"],
    ]


def test_what_passed_takes_one_line():
    assert list(finding_lines([Finding.passed("a", "x", "so\nit is")])) == ["ok      a x: so it is"]


@pytest.mark.parametrize(
    "text",
    [
        "x\n::add-mask::1",
        "x\n  ::error::y",
        "##[add-mask]1",
        "x\r\n::stop-commands::y",
        "\x1b[2K\x1b[1Aok",
        "a\u2028::b",
    ],
)
def test_text_of_what_is_judged_cannot_command_a_runner_or_a_terminal(text):
    finding = Finding.failed("a", "bad", text, expected=text, found=text, hint=text)
    for line in (headline(finding), *details(finding)):
        assert not line.strip().startswith("::")
        assert "##[" not in line
        assert line.isprintable()
