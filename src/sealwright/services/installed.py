"""What an installation holds, looked at from outside: nothing that is installed is run."""

from __future__ import annotations

import json
import shlex
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.services.environments import Environment, base_env, uv
from sealwright.services.processes import run
from sealwright.services.programs import find_program


def site_packages(environment: Environment) -> Path:
    """The folder that an environment of the running Python installs pure and native packages into."""
    base = str(environment.folder)
    return Path(sysconfig.get_path("purelib", scheme="venv", vars={"base": base, "platbase": base}))


def cyclonedx_bom(folder: Path, environ: Mapping[str, str]) -> bytes:
    """The CycloneDX document that cyclonedx-bom makes of a site-packages folder, not validated.

    Raises Unavailable (`cyclonedx-bom-failed`).
    """
    with tempfile.TemporaryDirectory(prefix="sealwright-") as scratch:
        # It asks an interpreter for its path. The real one would run every *.pth file of what is installed first.
        answer, interpreter = Path(scratch) / "path.json", Path(scratch) / "python"
        answer.write_text(json.dumps([str(folder)]))
        interpreter.write_text(f"#!/bin/sh\nexec cat {shlex.quote(str(answer))}\n")
        interpreter.chmod(0o755)
        program = find_program("cyclonedx-py", environ)
        options = ("--output-format", "JSON", "--spec-version", "1.6", "--no-validate")
        done = run((program, "environment", interpreter, *options), env=base_env(environ), timeout=120, check=False)
    if done.returncode != 0:
        raise Unavailable(
            "cyclonedx-bom-failed",
            f"`cyclonedx-py environment` ended with exit code {done.returncode}:\n{done.tail}",
            hint="the SBOM itself does not depend on it; run the job examine again",
        )
    return done.stdout.encode()


def install_plainly(environment: Environment, wheel: Path) -> None:
    """Install a wheel with everything that it needs, as the index has it now; nothing is built from source.

    Raises Refused or Unavailable with what uv said.
    """
    index = environment.index
    options = ("--only-binary", ":all:", *index.uv_options)
    uv(("pip", "install", "--python", environment.python, *options, wheel.absolute()), environment.environ, index)
