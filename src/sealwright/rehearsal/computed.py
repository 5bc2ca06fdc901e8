"""The version of a project that only its build can tell."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from sealwright.errors import SealwrightError
from sealwright.rehearsal.cache import cache_home
from sealwright.rehearsal.toolsets import Toolsets
from sealwright.rehearsal.workspace import Workspace, machine_environment
from sealwright.services.environments import PackageIndex, uv_cache
from sealwright.services.git import Repository
from sealwright.services.processes import run


def computed_version(repository: Repository, commit: str, directory: str, environ: Mapping[str, str]) -> str | None:
    """What a throw-away build of a commit calls itself, in normal form.

    None where it cannot be built, which the build job will explain, and where the version is one between two releases:
    then it comes from tags after all, and the next tag decides.
    """
    with tempfile.TemporaryDirectory(prefix="sealwright-version-") as name:
        try:
            return _built(repository, commit, directory, environ, Path(name).resolve())
        except (SealwrightError, InvalidWheelFilename):
            return None


def _built(repository: Repository, commit: str, directory: str, environ: Mapping[str, str], folder: Path) -> str | None:
    index = PackageIndex.from_pip(environ)
    own = {**machine_environment(environ), **index.pip_env(), "UV_CACHE_DIR": str(uv_cache(environ))}
    workspace = Workspace.make(folder, "version", own)
    tools = Toolsets(cache_home(environ) / "tools", index, environ).bin("build")
    workspace.path_first(tools)
    clone, out = workspace.folder / "clone", workspace.folder / "dist"
    repository.clone(clone, commit)
    program = (tools / "python", "-m", "sealwright.rehearsal.trial_build")
    run([*program, clone, directory, str(repository.epoch(commit)), out], env=workspace.environ, cwd=workspace.folder)
    (wheel,) = out.glob("*.whl")
    version = parse_wheel_filename(wheel.name)[1]
    return None if version.local or version.is_devrelease else str(version)
