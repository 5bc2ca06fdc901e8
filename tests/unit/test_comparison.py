"""The script that compares other tools with Sealwright: figures that are wrong would be worse than none."""

import importlib
import os
import sys
from pathlib import Path

import pytest
from tests.support.archives import WHEEL, good_wheel
from tests.support.wheels import write_wheel

from sealwright.services.environments import PackageIndex, make_environment
from sealwright.services.installed import site_packages

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "comparison.md"
PARTS = ("archives", "sboms", "audits")


@pytest.fixture
def comparing(monkeypatch):
    """A module of the script by name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return lambda name: importlib.import_module(f"comparing.{name}")


def test_figures_go_between_their_markers_and_nowhere_else(comparing):
    document = comparing("document")
    text = "before\n<!-- begin a -->\nold\n<!-- end a -->\nafter\n"
    new = document.replaced(text, {"a": "\\1 new"})
    assert new == "before\n<!-- begin a -->\n\\1 new\n<!-- end a -->\nafter\n"
    with pytest.raises(SystemExit):
        document.replaced(text, {"b": "new"})


def test_what_a_tool_says_cannot_break_a_table(comparing):
    assert comparing("document").table(["a"], [["x | y\nz"]]).splitlines()[-1] == "| x \\| y z |"


@pytest.mark.parametrize("part", PARTS)
def test_the_document_has_figures_and_says_what_took_them(part):
    text = DOCUMENT.read_text("utf-8")
    figures = text.split(f"<!-- begin {part} -->")[1].split(f"<!-- end {part} -->")[0]
    assert f"`make compare PARTS={part}`" in figures
    assert figures.count("\n| ") > 5


def test_a_tool_has_caught_what_it_says_something_about_and_nothing_else(comparing, tmp_path):
    archives = comparing("archives")
    plain = archives._ask(tmp_path / "untouched", WHEEL, good_wheel().build())
    assert set(archives._heard(plain, plain).values()) == {"no"}
    broken = archives._ask(tmp_path / "broken", WHEEL, b"no archive")
    assert "no" not in archives._heard(broken, plain).values()


def test_edges_are_those_that_hold_in_the_installation(comparing, tmp_path):
    requires = {
        "root": ["plain", "rich[more]", "never; python_version < '3'", "spare; extra == 'x'"],
        "plain": [],
        "rich": ["deep; extra == 'more'", "spare; extra == 'other'"],
        "deep": ["rich"],
        "spare": ["plain"],
    }
    environment = make_environment(tmp_path / "venv", sys.executable, os.environ, PackageIndex())
    for name, needed in requires.items():
        environment.install_file(write_wheel(tmp_path, name, requires=needed))
    truth = comparing("truth").look(site_packages(environment), "root")
    assert truth.edges == {("root", "plain"), ("root", "rich"), ("rich", "deep"), ("deep", "rich")}
    assert {name for name, _ in truth.components} == set(requires) - {"root"}


def test_every_situation_says_what_would_be_right(comparing):
    situations = comparing("audits").SITUATIONS.values()
    assert {situation.right for situation in situations} == {"clean", "vulnerable", "unknown"}
