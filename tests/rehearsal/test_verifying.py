"""The commands of VERIFYING.md, run exactly as they stand there, on a rehearsal's files and on tampered copies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal.test_tampering import flip

pytestmark = pytest.mark.index
WHEEL = "tiny_project-1.2.3-py3-none-any.whl"
HERE = ("sha256sum", "sigstore", "sealwright verify-artifact", "sealwright verify")


def blocks(dossier: Path) -> list[str]:
    """The text of each block of commands, as somebody would paste it."""
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", (dossier / "VERIFYING.md").read_text())


def paste(block: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SIGSTORE_")}
    environ |= {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    argv = ["bash", "-euo", "pipefail", "-c", block]
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)


def program(block: str) -> str:
    """What a block of commands calls, without options."""
    words = [word for word in block.split()[:2] if word in ("verify", "verify-artifact")]
    return " ".join([block.split(maxsplit=1)[0], *words])


@pytest.fixture(scope="module")
def commands(rehearsed: Path) -> dict[str, str]:
    """What is to be run after the files lie side by side, by program."""
    _, *judging = blocks(rehearsed / "done")
    return {program(block): block for block in judging}


@pytest.fixture
def assets(rehearsed: Path, tmp_path: Path) -> Path:
    """An own copy of the release, laid out by the first commands of the document."""
    dossier = tmp_path / "dossier"
    shutil.copytree(rehearsed / "done", dossier, ignore=shutil.ignore_patterns(".rehearsal"))
    laid_out = paste(blocks(dossier)[0], dossier, tmp_path)
    assert laid_out.returncode == 0, laid_out.stderr
    return dossier / "assets"


def test_the_document_names_the_programs_that_can_judge_a_rehearsal(commands: dict[str, str]) -> None:
    assert tuple(commands) == HERE


@pytest.mark.parametrize("name", HERE)
def test_every_command_passes_on_the_release(assets: Path, commands: dict[str, str], name: str, tmp_path: Path) -> None:
    done = paste(commands[name], assets, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def change(name: str) -> Callable[[Path], object]:
    return lambda assets: (assets / name).write_bytes(flip(assets / name))


def swap_signatures(assets: Path) -> None:
    wheel, sdist = assets / f"{WHEEL}.sigstore.json", assets / "tiny_project-1.2.3.tar.gz.sigstore.json"
    first = wheel.read_bytes()
    wheel.write_bytes(sdist.read_bytes())
    sdist.write_bytes(first)


TAMPERED: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "a changed wheel": (change(WHEEL), HERE),
    "a wheel that is missing": (
        lambda assets: (assets / WHEEL).unlink(),
        ("sha256sum", "sealwright verify-artifact", "sealwright verify"),
    ),
    "signatures of each other": (swap_signatures, ("sigstore", "sealwright verify")),
    "a changed SBOM": (change(f"{WHEEL}.cdx.json"), ("sha256sum", "sealwright verify")),
    "a changed list": (change("release.json"), ("sigstore",)),
    "changed provenance": (change("multiple.intoto.jsonl"), ("sha256sum", "sealwright verify-artifact")),
    "other instructions": (change("VERIFYING.md"), ("sha256sum", "sealwright verify")),
    "a file too many": (lambda assets: (assets / "evil.whl").write_bytes(b"PK"), ("sealwright verify",)),
    "instructions taken away": (lambda assets: (assets / "VERIFYING.md").unlink(), ("sealwright verify",)),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_commands_fail_on_a_tampered_release(assets: Path, commands: dict[str, str], what: str, tmp_path: Path) -> None:
    tamper, refused_by = TAMPERED[what]
    tamper(assets)
    for name in refused_by:
        done = paste(commands[name], assets, tmp_path)
        assert done.returncode != 0, (name, done.stdout)
        assert "Traceback" not in done.stderr or name == "sigstore"


@pytest.mark.parametrize("name", HERE[1:])
def test_a_rehearsal_is_refused_without_its_own_trust_root(
    assets: Path, commands: dict[str, str], name: str, tmp_path: Path
) -> None:
    without = commands[name].replace("--trust-config trust_config.json", "")
    assert without != commands[name]
    if name == "sigstore":  # no other root can be fetched here, and none would be in the package's place
        without = without.replace("verify github", "verify github --offline")
    assert paste(without, assets, tmp_path).returncode != 0


def test_the_document_is_part_of_the_signed_list_and_of_the_release(done: Path) -> None:
    assert '"path": "VERIFYING.md"' in (done / "release.json").read_text()
    assert "**This is a rehearsal.**" in (done / "VERIFYING.md").read_text()
    assert re.search(r"(?m)^[0-9a-f]{64}  VERIFYING\.md$", (done / "evidence" / "SHA256SUMS").read_text())
