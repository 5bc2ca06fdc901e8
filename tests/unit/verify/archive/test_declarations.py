"""METADATA against what the commit declares: what backends really do passes, and nothing beyond it."""

from __future__ import annotations

import pytest
from tests.support.archives import COMMITTED, commit_of

from sealwright.project.declared import read_declared
from sealwright.verify.archive.declarations import compare_declarations
from sealwright.verify.archive.dependencies import compare_dependencies
from sealwright.verify.archive.metadata import parse

HEAD = '[build-system]\nbuild-backend = "{}"\n'
PROJECT = """
[project]
name = "tiny"
version = "1.0"
description = "Small on purpose"
readme = "README.md"
keywords = ["small", "tiny"]
license = "MIT"
license-files = ["LICEN[CS]E*"]
authors = [{ name = "Tiny Authors", email = "tiny@example.org" }, { name = "Second, Inc." }]
classifiers = ["Typing :: Typed"]
urls."Bug Tracker" = "https://tiny.example/bugs"
"""
POETRY = """
[tool.poetry]
name = "tiny"
description = "Small on purpose"
authors = ["Tiny Authors <tiny@example.org>", "Second <second@example.org>"]
license = "MIT"
readme = "README.md"
repository = "https://tiny.example/code"
"""
FINE = """\
Metadata-Version: 2.4
Name: tiny
Version: 1.0
Summary: Small on purpose
Keywords: small,tiny
License-Expression: MIT
License-File: LICENSE
Author: Second, Inc.
Author-email: Tiny Authors <tiny@example.org>
Classifier: Typing :: Typed
Project-URL: bug-tracker, https://tiny.example/bugs
Description-Content-Type: text/markdown; charset=UTF-8

# Tiny
"""
BY_POETRY = """\
Metadata-Version: 2.1
Name: tiny
Version: 1.0
Summary: Small on purpose
Home-page: https://tiny.example/code
License: MIT
Author: Tiny Authors
Author-email: tiny@example.org
Classifier: License :: OSI Approved :: MIT License
Classifier: Programming Language :: Python :: 3
Project-URL: Repository, https://tiny.example/code
Description-Content-Type: text/markdown

# Tiny
"""


def wrong(pyproject: str, metadata: str) -> set[str]:
    commit = commit_of({**COMMITTED, "pyproject.toml": pyproject.encode()})
    return {fault.member for fault in compare_declarations(parse(metadata.encode()), commit).faults}


@pytest.mark.parametrize("backend", ["hatchling.build", "flit_core.buildapi", "uv_build", "setuptools.build_meta"])
def test_what_backends_make_of_a_declaration_is_the_same(backend: str) -> None:
    pyproject = HEAD.format(backend) + PROJECT
    both = FINE.replace("Author: Second, Inc.", "Author: Tiny Authors, Second, Inc.")  # uv_build names everybody there
    keywords = FINE.replace("small,tiny", "tiny small")
    older = FINE.replace("License-Expression", "License").replace("2.4", "2.1")
    for text in (FINE, both, keywords, older, older.replace("License: MIT\n", "")):
        assert wrong(pyproject, text) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Small on purpose", "Large", {"summary"}),
        ("small,tiny", "small,evil", {"keywords"}),
        ("License-Expression: MIT", "License-Expression: GPL-3.0-only", {"licence"}),
        ("License-Expression: MIT\n", "", {"licence"}),
        ("License-File: LICENSE", "License-File: README.md", {"licence files"}),
        ("Author: Second, Inc.", "Author: Evil, Inc.", {"authors"}),
        ("Author: Second, Inc.\n", "", {"authors"}),
        ("Typing :: Typed", "Programming Language :: Python :: 3", {"classifiers"}),
        ("https://tiny.example/bugs", "https://evil.example/bugs", {"urls"}),
        ("Project-URL:", "Home-page: https://evil.example\nProject-URL:", {"urls"}),
        ("text/markdown", "text/plain", {"readme content type"}),
        ("# Tiny", "# Evil", {"readme"}),
    ],
)
def test_what_differs_from_a_declaration_is_named(old: str, new: str, expected: set[str]) -> None:
    assert old in FINE
    assert wrong(HEAD.format("hatchling.build") + PROJECT, FINE.replace(old, new)) == expected


def test_poetry_names_one_person_and_derives_classifiers_and_nothing_else() -> None:
    pyproject = HEAD.format("poetry.core.masonry.api") + POETRY
    assert wrong(pyproject, BY_POETRY) == set()
    assert wrong(pyproject, BY_POETRY.replace("Author: Tiny Authors", "Author: Evil")) == {"authors"}
    assert wrong(pyproject, BY_POETRY.replace("Programming Language", "Topic")) == {"classifiers"}


def test_poetry_joins_extras_in_one_condition() -> None:
    pyproject = (
        HEAD.format("poetry.core.masonry.api")
        + POETRY
        + (
            '[tool.poetry.dependencies]\npython = "^3.9"\nfoo = { version = "^1", optional = true }\n'
            '[tool.poetry.extras]\na = ["foo"]\nb = ["foo"]\n'
        )
    )
    commit = commit_of({**COMMITTED, "pyproject.toml": pyproject.encode()})
    lines = "Requires-Python: >=3.9,<4.0\nProvides-Extra: a\nProvides-Extra: b\n"
    joined = 'Requires-Dist: foo (>=1,<2) ; extra == "a" or extra == "b"\n'
    for requires, expected in (
        (joined, set()),
        (joined.replace(' or extra == "b"', ""), {"dependency-missing", "dependency-added"}),
    ):
        text = BY_POETRY.replace("Summary:", lines + requires + "Summary:")
        found = compare_dependencies(parse(text.encode()), read_declared(commit.document, commit.read))
        assert {fault.code for fault in found.faults} == expected
