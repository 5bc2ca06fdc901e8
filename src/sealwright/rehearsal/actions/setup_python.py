"""Stand-in of actions/setup-python v7: puts Pythons of this machine on PATH, the last one first.

https://github.com/actions/setup-python. Nothing is downloaded: whoever starts the rehearsal has looked which Pythons
are here. Not played: ranges of versions, caches, other implementations.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import Unavailable, UsageError
from sealwright.rehearsal.actions.inputs import refuse_unplayed

VARIABLE = "SEALWRIGHT_PYTHONS"
"""A folder with one folder of programs for each version."""


def run(inputs: Mapping[str, str], environ: Mapping[str, str], _workspace: Path) -> Mapping[str, str]:
    """Append the folder of each version in `python-version`, one a line, to the file GITHUB_PATH.

    Raises UsageError without a version, and Unavailable (`python-missing`).
    """
    refuse_unplayed("actions/setup-python", inputs, {"python-version"})
    versions = inputs.get("python-version", "").split()
    if not versions:
        raise UsageError("input-malformed", "actions/setup-python: python-version names no version")
    folders = [Path(environ[VARIABLE]) / version for version in versions]
    for version, folder in zip(versions, folders, strict=True):
        if not folder.is_dir():
            raise Unavailable("python-missing", f"Python {version} is not here", hint="install it and put it on PATH")
    with Path(environ["GITHUB_PATH"]).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{folder}\n" for folder in folders)
    return {"python-version": versions[-1], "python-path": str(folders[-1] / "python")}
