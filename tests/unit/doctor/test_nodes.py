"""YAML with its lines, and YAML that means harm."""

from __future__ import annotations

import time

import pytest
from tests.support.postures import RELEASE, found, look, material

from sealwright.doctor.nodes import MAX_CHARACTERS, Text, Unreadable, read_yaml
from sealwright.doctor.reading import read_workflow
from sealwright.model import State

PATH = "x.yml"


def text_at(document: str, key: str = "run") -> Text:
    found = read_yaml(PATH, document).text(key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("document", "part", "line"),
    [
        ("run: |\n  one\n  two\n", "two", 3),
        ("run: |\n\n  one\n\n  two\nnext: 1\n", "two", 5),
        ("run: |2-\n    one\n  two", "two", 3),
        ("# c\nrun: | # comment\n  one\n  two\n\n\nnext: 1\n", "one", 3),
        ("run: >\n  one\n  two\n", "two", 3),
        ('run: "one\n  two"\n', "two", 2),
        ("run: one\n  two\n", "two", 2),
        ("a: 1\nrun: one\n", "one", 2),
        ("run: one\n", "elsewhere", 1),
    ],
)
def test_a_part_of_a_scalar_has_the_line_it_is_written_on(document: str, part: str, line: int) -> None:
    assert text_at(document).line_of(part) == line


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("uses: a/b@c # v1.2.3", "v1.2.3"),
        ('uses: "a/b@c"   #v1', "v1"),
        ("uses: 'a/b@c'", ""),
        ("uses: a/b@c#d", ""),
    ],
)
def test_the_comment_behind_a_scalar_is_kept(line: str, comment: str) -> None:
    assert text_at(line, "uses").comment == comment


def test_on_is_a_word_and_numbers_stay_as_written() -> None:
    workflow = read_workflow(PATH, "on:\n  push:\njobs:\n  x:\n    runs-on: 1.10\n")
    assert [trigger.event for trigger in workflow.triggers] == ["push"]
    assert workflow.jobs[0].runs_on[0].value == "1.10"


def test_a_tag_of_yaml_runs_nothing() -> None:
    assert text_at("run: !!python/name:os.system x\n").value == "x"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("a: [b\nc: d\n", 2),
        ("a: b\n\tc: d\n", 2),
        ("on: push\njobs:\n  a: 1\n  b: 2\n  a: 3\n", 5),
        ("a: *nowhere\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\nb: \x00\n", 2),
        ("? [a]\n: b\n", 1),
        ("- a\n", 1),
        ("", 1),
        ("just words", 1),
        (BOMB, 1),
        ("a: &a [*a]\n", 1),
        ("a: &a {b: *a}\n", 1),
        ("a: 1\nb: " + "[" * 200_000, 2),
        ("a: 1\nb: [" + "a," * 100_000 + "]\n", 2),
        ("a: x\n" * MAX_CHARACTERS, 1),
        ("a: {" * 60 + "}" * 60, 1),
        ("a: 0x\nb: 1_2:3\nc: !!int nope\nd: [\n", 5),
    ],
    ids=range(18),
)
def test_what_cannot_be_read_is_a_finding_with_its_line(document: str, line: int) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        read_yaml(PATH, document)
    assert caught.value.line == line
    assert caught.value.message
    defects = found(material({".github/workflows/bad.yaml": document}))
    assert defects == [("workflow-unreadable", ".github/workflows/bad.yaml", line)]
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("document", ["name: x\njobs: {}\n", "on: push\n", "{}\n"])
def test_a_file_without_triggers_or_jobs_is_no_workflow(document: str) -> None:
    assert found(material({".github/workflows/bad.yml": document}))[0][0] == "workflow-unreadable"


def test_an_unreadable_workflow_keeps_nothing_else_from_being_looked_at() -> None:
    examined = look({".github/workflows/bad.yml": "a: [\n"})
    assert [upload.workflow.path for upload in examined.uploads] == [RELEASE]
    assert [finding.code for finding in examined.blocking] == ["workflow-unreadable"]


@pytest.mark.parametrize(
    "document",
    [
        "on: push\njobs: [a]\n",
        "on: {push: 1}\njobs: {a: 1, b: {steps: 3}, c: {steps: [1, {uses: [x]}, {run: {}}]}}\n",
        "on: [[push]]\npermissions: [x]\nconcurrency: [x]\nenv: x\njobs: {a: {permissions: x, needs: {}, runs-on: {}}}",
        "on: push\njobs: {a: {needs: [a], steps: [{uses: ./}, {uses: '@'}, {uses: './../../etc'}, {uses: ''}]}}\n",
        "on: push\njobs: {a: {uses: ./.github/workflows/bad.yml, needs: a}}\n",
        "on: push\njobs: {a: {environment: [x], container: 3, strategy: x, if: '${{ ((((', steps: []}}\n",
        "on: push\njobs: {a: {steps: [{run: \"echo ${{ unclosed\\n'\\n<<\\n\"}, {run: '${{ }}'}]}}\n",
    ],
)
def test_a_workflow_of_odd_shapes_raises_nothing(document: str) -> None:
    assert isinstance(found(material({".github/workflows/bad.yml": document})), list)


def test_where_no_workflow_can_be_read_nothing_is_said_of_what_they_do() -> None:
    examined = look({".github/workflows/bad.yml": "a: [\n"}, release=None)
    passed = {finding.check for finding in examined.findings if finding.state is State.PASS}
    assert passed == {"tokens", "skip-ci"}
    assert [finding.code for finding in examined.blocking] == ["workflow-unreadable"]
