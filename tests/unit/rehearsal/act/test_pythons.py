"""Which Pythons stand for those that jobs set up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sealwright.model import Cell
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.rehearsal.act.pythons import Pythons, find_pythons, install

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_version_to_try_is_never_replaced() -> None:
    jobs = table(Options((Cell("ubuntu-24.04", "3.99"), Cell("ubuntu-24.04", RUNNING)), tool="checkout"))
    found = find_pythons(jobs, os.environ)
    assert "3.99" not in found.found
    assert RUNNING in found.found
    assert "3.99" not in found.replaced


def test_the_running_python_stands_in_for_one_that_only_the_tools_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sealwright.rehearsal.act.pythons.find_python", lambda *_: None)
    found = find_pythons(table(Options((Cell("ubuntu-24.04", "3.11"),), tool="checkout")), {})
    assert found.replaced == ("3.13",)
    assert found.found == {"3.13": Path(sys.executable)}


@pytest.mark.skipif(sys.platform == "win32", reason="jobs need a POSIX system")
def test_each_version_has_a_folder_of_programs(tmp_path: Path) -> None:
    here = Path(sys.executable)
    install(Pythons({RUNNING: here, "3.98": here}, ("3.98",), ()), tmp_path)
    assert sorted(path.name for path in (tmp_path / RUNNING).iterdir()) == ["python", "python3", f"python{RUNNING}"]
    # Nobody who asks for 3.98 gets another one.
    assert sorted(path.name for path in (tmp_path / "3.98").iterdir()) == ["python", "python3"]
    argv = [tmp_path / RUNNING / "python", "-c", "import sys; print(sys.executable)", "a b"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True, env={})
    assert Path(said.stdout.strip()) == here
