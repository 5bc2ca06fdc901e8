"""`python -m sealwright.rehearsal.actions NAME`: one stand-in of a third-party action, called as GitHub calls those."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from sealwright.cli import describe
from sealwright.errors import SealwrightError


def main(name: str) -> int:
    """Run the action with its INPUT_* variables in the current folder; append its outputs to GITHUB_OUTPUT."""
    environ = dict(os.environ)
    inputs = {key.removeprefix("INPUT_").lower(): value for key, value in environ.items() if key.startswith("INPUT_")}
    module = importlib.import_module(f"sealwright.rehearsal.actions.{name}")
    try:
        found: dict[str, str] = module.run(inputs, environ, Path.cwd())
    except SealwrightError as error:
        sys.stderr.write(describe(error))
        return error.exit_code
    with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{key}={value}\n" for key, value in found.items())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
