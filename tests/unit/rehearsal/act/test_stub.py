"""What stands in for workflows of the project's own."""

from __future__ import annotations

from pathlib import Path

import yaml
from tests.unit.rehearsal.act.conftest import CELLS, RELEASE

from sealwright.pipeline.jobs import EXTRA_GATE, table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import ProjectCall, outputs
from sealwright.rehearsal.act.stub import stub, write_stub

PATH = ".github/workflows/acceptance.yml"
JOBS = table(Options(CELLS, extra_gate=PATH, release=RELEASE))
(CALL,) = [job for job in JOBS if isinstance(job, ProjectCall)]


def test_it_can_be_called_as_the_original_is() -> None:
    document = stub(CALL).document
    called = document[True]["workflow_call"]  # YAML 1.1 reads the key `on` as a truth value
    assert set(called["inputs"]) == set(CALL.inputs)
    assert tuple(called["outputs"]) == outputs(CALL) == tuple(stub(CALL).outputs(EXTRA_GATE))
    assert list(document["jobs"]) == [EXTRA_GATE]


def test_it_lies_where_the_call_looks_for_it_and_has_the_variables_of_the_call(tmp_path: Path) -> None:
    write_stub(tmp_path, CALL, {"HOME": "/a"})
    assert yaml.safe_load((tmp_path / PATH).read_text())["jobs"][EXTRA_GATE]["env"] == {"HOME": "/a"}
