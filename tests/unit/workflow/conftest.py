"""Shapes of the release that a project can choose, rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import AnyJob
from sealwright.workflow.render import render_for

RELEASE = ("1.2.3", "ab" * 32)
CELLS = (Cell("ubuntu-24.04", "3.11"), Cell("macos-15", "3.13"), Cell("windows-2025", "3.14"))
VARIANTS = {
    "own": Options(CELLS, tool="checkout"),
    "default": Options(CELLS[:1], release=RELEASE),
    "everything": Options(CELLS, notify="notify", release=RELEASE),
    "seams": Options(
        CELLS,
        release=RELEASE,
        extra_gate=".github/workflows/acceptance.yml",
        wheels=".github/workflows/wheels.yml",
        runner="ubuntu-24.04-arm",
        build_runner="ubuntu-latest-16-cores",
        egress="block",
        egress_allow=("*.example.org:443",),
        directory="packages/x",
    ),
    "least": Options(CELLS[:1], testpypi=None, generator=False, tag_pattern="pkg-v*", release=RELEASE),
}


@dataclass(frozen=True)
class Rendered:
    options: Options
    text: str
    document: Mapping[Any, Any]

    @property
    def table(self) -> dict[str, AnyJob]:
        return {job.id: job for job in table(self.options)}

    @property
    def jobs(self) -> Mapping[str, Any]:
        return self.document["jobs"]

    def steps(self, *, identity: bool | None = None) -> list[tuple[str, dict[str, Any]]]:
        """(job, step), of all jobs or of those with or without an identity."""
        return [
            (id_, step)
            for id_, job in self.jobs.items()
            if identity is None or identity == self.table[id_].identity
            for step in job.get("steps", [])
        ]


@pytest.fixture(scope="session", params=VARIANTS)
def rendered(request: pytest.FixtureRequest) -> Rendered:
    options = VARIANTS[request.param]
    text = render_for(options)
    return Rendered(options, text, yaml.safe_load(text))


@pytest.fixture
def options() -> Options:
    return VARIANTS["own"]


@pytest.fixture
def released_options() -> Options:
    return VARIANTS["default"]
