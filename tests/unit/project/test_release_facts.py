"""Versions, Pythons, cells and repositories of a release."""

from __future__ import annotations

import pytest

from sealwright.config import Settings, load_settings
from sealwright.errors import UsageError
from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.project import (
    cells_from,
    cells_of,
    default_cells,
    github_repository,
    latest_tag,
    next_patch,
    normal_version,
    options_for,
    repository_name,
)


@pytest.mark.parametrize(
    ("latest", "expected"),
    [
        (None, "0.1.0"),
        ("1.2.3", "1.2.4"),
        ("1.2", "1.2.1"),
        ("26.1", "26.1.1"),
        ("3", "3.0.1"),
        ("1.2.3.4", "1.2.3.5"),
        ("1.2.3rc1", "1.2.3"),
        ("1.2.3.dev4", "1.2.3"),
        ("1.2.3.post1", "1.2.4"),
        ("1!1.2.3", "1!1.2.4"),
    ],
)
def test_a_version_to_come_is_the_next_patch(latest: str | None, expected: str) -> None:
    assert next_patch(latest) == expected


def test_the_latest_tag_is_the_highest_version_that_fits_the_pattern() -> None:
    tags = ("v1.9", "v1.10", "v1.10rc1", "vnext", "1.11", "other-v2")
    assert latest_tag(tags, Settings()) == ("v1.10", "1.10")
    assert latest_tag(("nothing",), Settings()) is None


@pytest.mark.parametrize(
    ("version", "expected"), [("1.0.0-beta.1", "1.0.0b1"), ("2024.01.05", "2024.1.5"), ("x", None)]
)
def test_versions_have_one_normal_form(version: str, expected: str | None) -> None:
    assert normal_version(version) == expected


@pytest.mark.parametrize(
    ("requires_python", "expected"),
    [
        ("", ("3.9", "3.14")),
        (">=3.8", ("3.9", "3.14")),
        (">=3.11", ("3.11", "3.14")),
        (">=3.10.4,<3.13", ("3.10", "3.12")),
        ("~=3.12.1", ("3.12",)),
        (">=3.9,!=3.9.*", ("3.10", "3.14")),
    ],
)
def test_the_oldest_and_the_newest_python_are_tried(requires_python: str, expected: tuple[str, ...]) -> None:
    assert default_cells(requires_python) == tuple(Cell("ubuntu-24.04", python) for python in expected)


@pytest.mark.parametrize(
    ("requires_python", "code"), [("<3.9", "no-supported-python"), ("three", "requires-python-invalid")]
)
def test_an_impossible_range_is_an_error(requires_python: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        default_cells(requires_python)
    assert caught.value.code == code


def test_configured_cells_replace_the_default_ones() -> None:
    settings = load_settings('[tool.sealwright]\ncells = ["macos-15/3.13"]')
    assert cells_of(settings, "nonsense") == (Cell("macos-15", "3.13"),)


def test_cells_from_the_environment_are_read_like_configured_ones() -> None:
    assert cells_from(" a-1/3.11\n b/3.12", "here") == (Cell("a-1", "3.11"), Cell("b", "3.12"))
    with pytest.raises(UsageError, match="here"):
        cells_from("nonsense", "here")


def test_settings_become_options_of_the_table() -> None:
    settings = load_settings(
        '[tool.sealwright]\ntestpypi=false\nnotify=true\nprovenance="github"\ntag-pattern="pkg-v*"\n'
        '[tool.sealwright.environments]\npypi="release-pypi"\n'
    )
    options = options_for(settings, (Cell("a", "3.11"),), "libs/pkg")
    assert (options.testpypi, options.notify, options.generator) == (None, "notify", False)
    assert (options.pypi, options.tag_pattern, options.directory) == ("release-pypi", "pkg-v*", "libs/pkg")
    assert "smoke-a-3-11" in {job.id for job in table(options)}


def test_two_cells_that_would_be_one_job_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        options_for(Settings(), (Cell("ubuntu-22.04", "3.11"), Cell("ubuntu-24.04", "3.11")))
    assert caught.value.code == "cells-collide"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/o/r.git", "o/r"),
        ("https://github.com/o/r/", "o/r"),
        ("git@github.com:o/r.git", "o/r"),
        ("ssh://git@github.com/o/r", "o/r"),
        ("https://github.com.evil.example/o/r", None),
        ("https://example.org/github.com/o/r", None),
        ("/srv/github.com:o/r", None),
        ("https://github.com/o", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_remote_on_github_names_a_repository(remote: str | None, expected: str | None) -> None:
    assert github_repository(remote) == expected


def test_configuration_comes_before_the_runner_and_the_remote() -> None:
    remote = "git@github.com:r/r.git"
    assert repository_name("c/c", "g/g", remote, "p") == "c/c"
    assert repository_name(None, "g/g", remote, "p") == "g/g"
    assert repository_name(None, None, remote, "p") == "r/r"
    assert repository_name(None, None, None, "p") == "local/p"
