from __future__ import annotations

import tomllib

import pytest

from sealwright.config.editing import with_settings
from sealwright.errors import UsageError

PLAIN = """\
# A project.
[project]
name = "x"   # its name

[tool.black]
line-length = 100
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", '[tool.sealwright]\nworkflow = "own"\n', id="nothing"),
        pytest.param(PLAIN, PLAIN + '\n[tool.sealwright]\nworkflow = "own"\n', id="no table"),
        pytest.param(
            PLAIN.rstrip("\n"), PLAIN + '\n[tool.sealwright]\nworkflow = "own"\n', id="no line end at the end"
        ),
        pytest.param(
            f'{PLAIN}\n[tool.sealwright] # ours\n# why\naudit = "report"\n\n[tool.z]\n',
            f'{PLAIN}\n[tool.sealwright] # ours\nworkflow = "own"\n# why\naudit = "report"\n\n[tool.z]\n',
            id="a table",
        ),
        pytest.param("[tool.sealwright]", '[tool.sealwright]\nworkflow = "own"\n', id="nothing but a table"),
        pytest.param(
            "[tool.sealwright.smoke]\ncommand = []\n",
            '[tool.sealwright.smoke]\ncommand = []\n\n[tool.sealwright]\nworkflow = "own"\n',
            id="a table below",
        ),
        pytest.param("[project]\r\n", '[project]\r\n\r\n[tool.sealwright]\r\nworkflow = "own"\r\n', id="Windows"),
    ],
)
def test_only_what_is_new_is_new(before: str, after: str) -> None:
    assert with_settings(before, {"workflow": "own"}) == after


def test_every_kind_of_value_is_read_back() -> None:
    settings = {"tag-pattern": '"\\é*', "testpypi": False, "branches": ("a", "b")}
    document = tomllib.loads(with_settings(PLAIN, settings))
    assert document["tool"]["sealwright"] == {**settings, "branches": ["a", "b"]}


def test_nothing_to_add_changes_nothing() -> None:
    assert with_settings(PLAIN, {}) == PLAIN


@pytest.mark.parametrize(
    "before",
    [
        pytest.param('tool.sealwright.audit = "report"\n', id="dotted keys"),
        pytest.param('[tool]\nsealwright = { audit = "report" }\n', id="an inline table"),
        pytest.param('[tool.sealwright]\nworkflow = "generated"\n', id="the key is there"),
        pytest.param('[x]\ntext = """\n[tool.sealwright]\n"""\n', id="a table in a string"),
        pytest.param("tool = 1\n", id="no table of tools"),
    ],
)
def test_what_cannot_be_added_to_is_left_alone_and_said(before: str) -> None:
    with pytest.raises(UsageError) as error:
        with_settings(before, {"workflow": "own"})
    assert error.value.code == "pyproject-not-editable"
    assert error.value.hint == 'add by hand, to [tool.sealwright]: workflow = "own"'


def test_a_pyproject_that_is_no_toml_is_said_to_be_none() -> None:
    with pytest.raises(UsageError, match="toml-malformed"):
        with_settings("[project", {"workflow": "own"})
