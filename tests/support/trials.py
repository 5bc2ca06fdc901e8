"""The smoke job over one wheel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.model import Finding, State
from sealwright.stages.base import Completed
from tests.support.hatched import WHEEL
from tests.support.projects import PYPROJECT, make_project
from tests.support.releases import Release

SETTINGS = PYPROJECT.replace("[tool.sealwright]\n", "")
NOTHING = b'lock-version = "1.0"\ncreated-by = "a test"\npackages = []\n'


def tried(
    folder: Path,
    wheel: bytes,
    settings: str = "",
    *,
    closure: bytes = NOTHING,
    locks: Mapping[str, bytes] | None = None,
    environ: Mapping[str, str] | None = None,
    python: str = "3.11",
) -> tuple[Release, Completed]:
    """The smoke job, with `settings` for [tool.sealwright], the plain `closure`, and `locks` by extra."""
    project = make_project(folder / "project", **{"pyproject.toml": f"{SETTINGS}\n{settings}"})
    release = Release(folder / "release", project, python=python)
    release.give("build", {f"dist/{WHEEL}": wheel, "build/environment.txt": b""})
    named = {f"evidence/pylock.{extra}.toml": data for extra, data in (locks or {}).items()}
    release.give("examine", {"evidence/pylock.toml": closure, **named})
    return release, release.run(release.smoke, "smoke", environ=environ)


def works(done: Completed) -> list[str]:
    """What is said of installations in which nothing was wrong."""
    assert done.blocking == ()
    return [finding.found for finding in done.record.findings if finding.state is State.PASS]


def wrong(done: Completed) -> list[str]:
    """Codes of what stops the release."""
    return [finding.code for finding in done.blocking]


def left_out(done: Completed) -> list[str]:
    """What was not tried, with the reason."""
    return [finding.found for finding in done.record.findings if finding.state is State.SKIPPED]


def only(done: Completed) -> Finding:
    """The one finding that stops the release."""
    (found,) = done.blocking
    return found
