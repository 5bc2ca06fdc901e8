import ast
from pathlib import Path

import pytest

from sealwright import doctor, verify

FILES = [file for package in (verify, doctor) for file in sorted(Path(package.__file__).parent.rglob("*.py"))]
OUTSIDE = {"importlib", "os", "requests", "shutil", "socket", "subprocess", "tempfile", "time", "urllib3"}


def imported(file: Path) -> set[str]:
    """Top-level modules that a file imports, and the names that it takes from pathlib."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "pathlib":
            found |= {f"pathlib.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-3:]))
def test_decisions_reach_nothing_outside(file: Path) -> None:
    assert not imported(file) & {*OUTSIDE, "pathlib", "pathlib.Path"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-3:]))
def test_decisions_are_made_without_stages_services_and_stand_ins(file: Path) -> None:
    text = file.read_text()
    for package in ("services", "stages", "rehearsal", "report", "cli"):
        assert f"from sealwright.{package}" not in text
