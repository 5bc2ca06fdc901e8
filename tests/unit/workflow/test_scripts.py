"""The scripts of the rendered file, run as a Linux runner would run them."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sealwright.pipeline.checksums import SCRIPT
from sealwright.pipeline.steps import Role
from sealwright.workflow.program import Program

Check = Callable[[str], subprocess.CompletedProcess[str]]
REPOSITORY = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="GNU tools of a Linux runner")


def run(script: str, workspace: Path, **env: str) -> subprocess.CompletedProcess[str]:
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    environ = {"PATH": os.environ["PATH"], "GITHUB_WORKSPACE": str(workspace), **env}
    return subprocess.run(bash, cwd=workspace, env=environ, capture_output=True, text=True, check=False)


def encoded(files: dict[str, bytes]) -> str:
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return base64.b64encode(lines.encode()).decode()


FILES = {"p-1.0-py3-none-any.whl": b"wheel", "p-1.0.tar.gz": b"sdist"}


@pytest.fixture
def check_sums(tmp_path: Path) -> Check:
    """The CheckSums script over a folder that holds FILES."""
    (tmp_path / "dist").mkdir()
    for name, data in FILES.items():
        (tmp_path / "dist" / name).write_bytes(data)
    return lambda sums: run(SCRIPT, tmp_path, SUMS=sums, FOLDER="dist")


def test_exactly_the_listed_files_pass(check_sums: Check, tmp_path: Path) -> None:
    done = check_sums(encoded(FILES))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sums.txt").read_text() == base64.b64decode(encoded(FILES)).decode()


@pytest.mark.parametrize(
    "extra",
    ["q-1.0.tar.gz", ".hidden", "-rf", "p-1.0.tar.gz.publish.attestation", "sub/p-1.0.tar.gz", "p-1.0.tar.gz\nx"],
)
def test_a_file_beside_the_listed_ones_is_refused(check_sums: Check, tmp_path: Path, extra: str) -> None:
    path = tmp_path / "dist" / extra
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert check_sums(encoded(FILES)).returncode != 0


@pytest.mark.parametrize(
    "sums",
    [
        pytest.param("", id="no output at all"),
        pytest.param(base64.b64encode(b"\n").decode(), id="an empty line"),
        pytest.param("%%%", id="not base64"),
        pytest.param(encoded(FILES)[:-8], id="cut off"),
        pytest.param(encoded(dict(list(FILES.items())[:1])), id="a file is not listed"),
        pytest.param(encoded({**FILES, "q.whl": b"q"}), id="a listed file is missing"),
        pytest.param(encoded({**FILES, "p-1.0.tar.gz": b"other"}), id="other bytes"),
        pytest.param(base64.b64encode(b"# nothing\n").decode(), id="no sums"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(check_sums: Check, sums: str) -> None:
    assert check_sums(sums).returncode != 0


@pytest.mark.index
def test_tools_from_the_checkout_give_a_working_command(tmp_path: Path) -> None:
    workspace, temp = tmp_path / "workspace", tmp_path / "temp"
    workspace.mkdir()
    temp.mkdir()
    (workspace / "tool").symlink_to(REPOSITORY)
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    done = run(
        Program.of("checkout", None).script(Role.GITHUB),
        workspace,
        RUNNER_TEMP=str(temp),
        GITHUB_PATH=str(tmp_path / "path"),
        HOME=str(tmp_path),
        **{**pip, "PATH": f"{Path(sys.base_prefix, 'bin')}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr
    (added,) = (tmp_path / "path").read_text().splitlines()
    called = subprocess.run(
        ["bash", "-c", "sealwright --version && cd / && sealwright stage --help"],
        env={"PATH": f"{added}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.returncode == 0, called.stderr
    assert called.stdout[0].isdigit()


def test_tools_of_a_release_come_by_hash_before_anything_else() -> None:
    script = Program.of("release", ("1.2.3", "ab" * 32)).script(Role.SIGN)
    lines = [line for line in script.splitlines() if line.startswith("install")]
    assert "--require-hashes" in lines[0]
    assert lines[1] == 'install "$RUNNER_TEMP/sealwright.txt"'
    assert lines[2] == 'install "$("$bin/python" -I -m sealwright.locks sign)"'
