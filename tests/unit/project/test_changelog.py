"""Entries of changelogs in the formats that projects use."""

from __future__ import annotations

import pytest

from sealwright.project import Changelog, find_changelog

KEEP_A_CHANGELOG = """# Changelog
All notable changes.

## [Unreleased]

## [1.2.3] - 2024-05-06
### Added
- entry

```console
# not a title 1.2.2
```

## [1.2.2] - 2024-01-01
- older

[Unreleased]: https://example.org/compare/v1.2.3...HEAD
[1.2.3]: https://example.org/compare/v1.2.2...v1.2.3
"""
TOWNCRIER_RST = """my-pkg 1.2.3 (2024-05-06)
=========================

Features
--------

- entry


my-pkg 1.2.2 (2024-01-01)
=========================

- older
"""
OVERLINED = """=======
History
=======

.. _v1.2.3:

1.2.3 (2024-05-06)
------------------

* entry

.. _v1.2.2:

1.2.2
-----

* older
"""
TEXT = """1.2.3 (2024-05-06)

  - entry

1.2.2 (2024-01-01)

  - older
"""
FORMATS = {
    "keep a changelog": KEEP_A_CHANGELOG,
    "towncrier rst": TOWNCRIER_RST,
    "overlined rst": OVERLINED,
    "plain text": TEXT,
    "v and date": "# Changes\n\n## v1.2.3 (6 May 2024)\n\n- entry\n\n## v1.2.2 (1 January 2024)\n\n- older\n",
    "date first": "## 2024-05-06: 1.2.3\n- entry\n## 2024-01-01: 1.2.2\n- older\n",
    "towncrier md": "<!-- start -->\n# my-pkg 1.2.3\n## Features\n- entry\n# my-pkg 1.2.2\n- older\n",
    "link": "## [v1.2.3](https://example.org/v1.2.3) (2024)\n- entry\n\n## [v1.2.2](https://example.org)\n- older\n",
    "setext": "Release 1.2.3\n=============\n- entry\n\nRelease 1.2.2\n=============\n- older\n",
    "windows": "## 1.2.3\r\n- entry\r\n## 1.2.2\r\n- older\r\n",
    "python versions in titles": "## Python 3.9 is gone\n\n1.2.3 (2024-05-06)\n\n- entry\n\n1.2.2\n\n- older\n",
}


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
def test_an_entry_ends_where_the_next_begins(text: str) -> None:
    entry = Changelog("CHANGELOG", text).entry("1.2.3")
    assert entry is not None
    assert "entry" in entry
    assert "older" not in entry
    assert "1.2.3" not in entry
    assert entry == entry.strip("\n") + "\n"
    older = Changelog("CHANGELOG", text).entry("1.2.2")
    assert older is not None
    assert older.strip().endswith("older")


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("version", ["1.2", "1.2.30", "2024.5.6", "1.2.3.post1", "9"])
def test_another_version_has_no_entry(text: str, version: str) -> None:
    assert Changelog("CHANGELOG", text).entry(version) is None


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("## 1.0.0-rc.1", "1.0.0rc1"),
        ("## 1.0", "1.0.0"),
        ("## 2024.05.06", "2024.5.6"),
        ("## py3-tool 2.0", "2.0"),
        ("## 2!1.0", "2!1.0"),
        ("## 1.0.dev3", "1.0.dev3"),
    ],
)
def test_a_title_is_compared_as_a_version_and_not_as_text(title: str, version: str) -> None:
    assert Changelog("CHANGES.md", f"{title}\n- x\n").entry(version) == "- x\n"


def test_a_title_is_about_its_first_version_only() -> None:
    assert Changelog("CHANGES.md", "## 1.2.3 (changes since 1.2.2)\n- x\n").entry("1.2.2") is None


def test_an_entry_without_text_is_empty() -> None:
    assert Changelog("CHANGES.md", "## 1.2.3\n\n## 1.2.2\n- x\n").entry("1.2.3") == ""


@pytest.mark.parametrize(("text", "expected"), [("## [Unreleased]\n", True), ("## 1.2\n", False)])
def test_an_unreleased_part_is_noticed(text: str, expected: bool) -> None:
    assert Changelog("CHANGES.md", text).unreleased is expected


@pytest.mark.parametrize(
    ("paths", "directory", "expected"),
    [
        (["README", "CHANGELOG.md", "NEWS"], ".", "CHANGELOG.md"),
        (["changes.rst"], ".", "changes.rst"),
        (["HISTORY"], ".", "HISTORY"),
        (["CHANGELOG.md", "libs/a/NEWS.txt"], "libs/a", "libs/a/NEWS.txt"),
        (["CHANGELOG.md", "libs/a/x"], "libs/a", "CHANGELOG.md"),
        (["docs/CHANGELOG.md", "newsfragments/1.md"], ".", None),
    ],
)
def test_a_changelog_is_found_by_its_usual_names(paths: list[str], directory: str, expected: str | None) -> None:
    assert find_changelog(paths, directory) == expected
