"""Sigstore's JavaScript client, which shares no code with ours, as a judge of bundles."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sealwright.model import sha256_hex
from tests.support.sigstore import IDENTITY, ISSUER

_SOURCE = Path(__file__).parent.parent / "interop" / "sigstore_js"
_FILES = ("package.json", "verify.mjs")

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="node and npm are not here")


def install(draft: Path) -> Path:
    """The judge with its packages, installed once for each state of its files, by way of the empty folder `draft`."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sealwright-tests"
    contents = {name: (_SOURCE / name).read_bytes() for name in _FILES}
    folder = base / f"sigstore-js-{sha256_hex(b''.join(contents.values()))[:16]}"
    if not folder.exists():
        for name, data in contents.items():
            (draft / name).write_bytes(data)
        argv = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(argv, cwd=draft, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode != 0:
            pytest.skip(f"npm cannot install the client: {done.stderr[-300:]}")
        base.mkdir(parents=True, exist_ok=True)
        mine = base / f"{folder.name}.{os.getpid()}"
        shutil.copytree(draft, mine)
        try:
            mine.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(mine)
    return folder / "verify.mjs"


def judge(program: Path, root: Path, bundle: Path, artifact: Path | str, identity: str = IDENTITY) -> tuple[int, str]:
    """(exit code, output); `artifact` is `-` for a bundle that holds its statement."""
    argv = ["node", program, root, bundle, artifact, identity, ISSUER]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr
