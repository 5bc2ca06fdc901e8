"""Everything that a project can have rendered, as act would be given it."""

from __future__ import annotations

import pytest

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import AnyJob
from sealwright.rehearsal.act.workflow import Workflow
from sealwright.workflow.render import render_for

CELLS = (Cell("ubuntu-24.04", "3.11"), Cell("macos-15", "3.14"))
RELEASE = ("1.2.3", "ab" * 32)
VARIANTS = {
    "own": Options(CELLS, tool="checkout"),
    "everything": Options(CELLS, notify="notify", release=RELEASE),
    "guarded": Options(CELLS, egress="block", extra_gate=".github/workflows/acceptance.yml", release=RELEASE),
    "least": Options(CELLS[:1], testpypi=None, generator=False, release=RELEASE),
}


@pytest.fixture(params=VARIANTS)
def options(request: pytest.FixtureRequest) -> Options:
    return VARIANTS[request.param]


@pytest.fixture
def jobs(options: Options) -> tuple[AnyJob, ...]:
    return table(options)


@pytest.fixture
def workflow(options: Options) -> Workflow:
    return Workflow.of(render_for(options))
