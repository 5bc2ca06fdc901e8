"""Pythons on PATH, the last one first."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.errors import SealwrightError, Unavailable, UsageError
from sealwright.rehearsal.actions import setup_python


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    for version in ("3.11", "3.13"):
        (tmp_path / "pythons" / version).mkdir(parents=True)
    return {setup_python.VARIABLE: str(tmp_path / "pythons"), "GITHUB_PATH": str(tmp_path / "path")}


def test_each_version_is_added_in_order_so_that_the_last_one_comes_first(
    environ: dict[str, str], tmp_path: Path
) -> None:
    outputs = setup_python.run({"python-version": "3.11\n3.13"}, environ, tmp_path)
    added = (tmp_path / "path").read_text().splitlines()
    assert added == [str(tmp_path / "pythons" / version) for version in ("3.11", "3.13")]
    assert outputs["python-version"] == "3.13"


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ({"python-version": "3.11\n3.14"}, Unavailable),
        ({"python-version": "../3.13/../../elsewhere"}, Unavailable),
        ({"python-version": ""}, UsageError),
        ({}, UsageError),
        ({"python-version": "3.11", "cache": "pip"}, UsageError),
    ],
)
def test_what_is_not_here_or_not_played_is_refused(
    environ: dict[str, str], tmp_path: Path, inputs: dict[str, str], error: type[SealwrightError]
) -> None:
    with pytest.raises(error):
        setup_python.run(inputs, environ, tmp_path)
    assert not (tmp_path / "path").exists()
