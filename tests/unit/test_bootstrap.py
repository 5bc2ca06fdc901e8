"""The script behind `make`, which is started with whatever `python3` is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bootstrap.py"
# As on an older Python, which can import nothing of the package.
OLDER = """
import runpy, sys
sys.version_info = (3, 9, 18, "final", 0)
sys.modules["sealwright"] = None
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.mark.skipif(not SCRIPT.is_file(), reason="not in a checkout")
def test_a_python_that_is_too_old_is_told_so_before_anything_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", OLDER, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert "PYTHON=" in done.stderr
