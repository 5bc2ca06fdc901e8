from __future__ import annotations

from dataclasses import replace

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.rehearsal.beyond import beyond

CELLS = (Cell("ubuntu-24.04", "3.11"), Cell("windows-2025", "3.14"))


def test_a_plain_table_holds_nothing_that_only_github_could_run() -> None:
    assert beyond(table(Options(CELLS))) == ()


def test_every_seam_that_only_github_can_show_is_named_once() -> None:
    options = Options(CELLS, extra_gate=".github/workflows/mine.yml", egress="block", runner="arm", build_runner="big")
    options = replace(options, wheels=".github/workflows/wheels.yml")
    assert beyond(table(options)) == (
        "the wheels that .github/workflows/wheels.yml builds, and whatever is done with wheels",
        "the project's own gate .github/workflows/mine.yml",
        "egress control (`audit`)",
        "egress control (`block`)",
        "the runners arm",
        "the runners big",
    )
