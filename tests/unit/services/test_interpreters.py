import os
import sys
from pathlib import Path

import pytest
from packaging.tags import platform_tags

from sealwright.errors import UsageError
from sealwright.services import interpreters
from sealwright.services.interpreters import Interpreter, ask, find_interpreter, find_python

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for interpreters")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """No neighbours, and PATH is one folder."""
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "pythons" / "own"))
    return {"PATH": str(tmp_path / "path")}


def test_the_running_interpreter_is_asked_first(alone):
    found = find_interpreter(OWN, alone)
    assert found is not None
    assert (found.minor, found.full.split("@")[0]) == (OWN, sys.implementation.name)
    assert found.path == Path(sys.executable)


def test_a_shim_that_fails_is_passed_over_for_one_that_answers(alone, tmp_path):
    program(tmp_path / "path" / "python3.99", "echo 'pyenv: version not installed' >&2; exit 127")
    assert find_python("3.99", alone) is None
    program(tmp_path / "pythons" / "3.99.1" / "bin" / "python3.99", "echo 3.99 cpython@3.99.1 /real/python3.99")
    assert find_python("3.99", alone) == Path("/real/python3.99")


def test_a_name_is_not_believed(alone, tmp_path):
    program(tmp_path / "path" / "python3.99", "echo 3.98 cpython@3.98.0 /real/python3.98")
    assert find_python("3.99", alone) is None
    program(tmp_path / "path" / "python3", "echo 3.99t cpython@3.99.0 /real/python3")
    assert find_python("3.99", alone) is None
    assert find_python("3.99t", alone) == Path("/real/python3")


@pytest.mark.parametrize("text", ["exit 0", "echo nonsense", "echo 3.99 cpython@3.99.0 /x; exit 1"])
def test_an_answer_that_is_none_is_none(tmp_path, text):
    assert ask(program(tmp_path / "python", text), {}) is None


def test_an_interpreter_that_cannot_be_started_is_none(tmp_path):
    broken = tmp_path / "python"
    broken.write_bytes(b"\0not a program")
    broken.chmod(0o755)
    assert ask(broken, {}) is None
    assert ask(tmp_path / "gone", {}) is None


def test_a_version_that_is_none_is_refused():
    with pytest.raises(UsageError) as refused:
        find_python("../evil")
    assert refused.value.code == "python-version-malformed"


def test_a_shim_is_asked_with_its_own_variables_and_no_others(tmp_path):
    told = program(tmp_path / "python", 'echo "3.99 x@1 $PYENV_ROOT$GITHUB_TOKEN"')
    found = ask(told, {"PYENV_ROOT": "/pyenv", "GITHUB_TOKEN": "secret"})
    assert found == interpreters.Interpreter("3.99", Path("/pyenv"), "x@1")


@pytest.mark.parametrize(
    ("minor", "full", "fitting"),
    [
        ("3.11", "cpython@3.11.7", {"cp311-cp311", "cp39-abi3", "py3-none", "cp311-none"}),
        ("3.13t", "cpython@3.13.0", {"cp313-cp313t", "py3-none"}),
        ("3.13", "cpython@3.13.0", {"cp313-cp313", "cp39-abi3", "py3-none"}),
        ("3.11", "pypy@7.3.17", {"py3-none"}),
    ],
)
def test_only_wheels_that_an_installer_takes_there_fit(minor: str, full: str, fitting: set[str]) -> None:
    python = Interpreter(minor, Path("python"), full)
    here = next(platform_tags())
    tags = {"cp311-cp311", "cp39-abi3", "py3-none", "cp311-none", "cp313-cp313t", "cp313-cp313", "py2-none"}
    assert {tag for tag in tags if python.fits(f"tiny-1.0-{tag}-{here}.whl")} == fitting
    assert python.fits("tiny-1.0-py3-none-any.whl")
    assert not python.fits("tiny-1.0-cp311-cp311-zos_1_s390x.whl")
