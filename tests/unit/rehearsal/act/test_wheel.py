"""The running program as a wheel that pip installs by its digest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sealwright
from sealwright.rehearsal.act.wheel import pack


def test_the_same_program_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = pack(tmp_path / "a")
    os.utime(Path(sealwright.__file__))
    assert pack(tmp_path / "b") == first


def test_pip_installs_it_by_its_digest_and_by_no_other(tmp_path: Path) -> None:
    version, sha256 = pack(tmp_path)
    assert version == sealwright.__version__

    def install(digest: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "lock.txt").write_text(f"sealwright=={version} --hash=sha256:{digest}\n")
        options = ["--no-index", "--find-links", tmp_path, "--require-hashes", "--no-deps", "--target", tmp_path / "in"]
        argv = [sys.executable, "-m", "pip", "install", "-q", *options, "-r", tmp_path / "lock.txt"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    assert install("0" * 64).returncode != 0
    done = install(sha256)
    assert done.returncode == 0, done.stderr
    code = "import sealwright, sealwright.locks.__main__ as locks; print(sealwright.__file__); print(locks.roles())"
    argv = [sys.executable, "-S", "-c", code]
    said = subprocess.run(argv, env={"PYTHONPATH": str(tmp_path / "in")}, capture_output=True, text=True, check=False)
    assert str(tmp_path / "in") in said.stdout, said.stderr
    assert "'gate'" in said.stdout


def test_data_files_are_in_it(tmp_path: Path) -> None:
    import zipfile  # noqa: PLC0415

    version, _ = pack(tmp_path)
    with zipfile.ZipFile(tmp_path / f"sealwright-{version}-py3-none-any.whl") as archive:
        names = archive.namelist()
    assert "sealwright/locks/gate.txt" in names
    assert "sealwright/rehearsal/act/standins/checkout/action.yml" in names
    assert not [name for name in names if "__pycache__" in name]
