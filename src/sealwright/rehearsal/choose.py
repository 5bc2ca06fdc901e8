"""What is rehearsed: the version, its tag, the commit, and the cells that this machine can run."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sealwright.config import Settings
from sealwright.errors import UsageError
from sealwright.model import Cell
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project import (
    ProjectInfo,
    VersionKind,
    cells_from,
    cells_of,
    latest_tag,
    next_patch,
    normal_version,
    options_for,
    read_project,
    repository_name,
)
from sealwright.project.pythons import DEFAULT_RUNNER, KNOWN_PYTHONS, allows
from sealwright.rehearsal.computed import computed_version
from sealwright.rehearsal.layout import Subject
from sealwright.services.git import Repository
from sealwright.services.interpreters import find_python
from sealwright.stages.planning import Committed

_SYSTEMS = {"Linux": "ubuntu", "Darwin": "macos", "Windows": "windows"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything that is decided before the first job."""

    subject: Subject
    options: Options


def choose(
    repository: Repository, project: Path, version: str | None, environ: Mapping[str, str], *, rekor: Literal[1, 2]
) -> Choice:
    """Decide what to rehearse of the current commit.

    Raises UsageError for a folder without a project or commit, for `version-malformed`, and for a configuration that
    cannot be read.
    """
    here = Committed(repository, repository.commit_of("HEAD"), repository.directory_of(project))
    settings = here.settings()
    info = read_project(here.read)
    if version is None and info.version.version is None:
        version = _tagged(repository, here.commit, settings) or _computed(here, info, environ)
    chosen = _version(info, version, repository, settings)
    tag = settings.tag_for(chosen)
    wanted = cells_of(settings, info.requires_python)
    cells = _runnable(wanted, info.requires_python, environ)
    subject = Subject(
        project=info.name,
        directory=here.directory,
        version=chosen,
        tag=tag,
        commit=here.commit,
        repository=repository_name(settings.repository, None, repository.remote_url(), info.name),
        rekor=rekor,
        provisional=version is None and info.version.version is None,
        cells=tuple(f"{cell.runner}/{cell.python}" for cell in cells),
        not_rehearsed=(*_left_out(repository, here.commit, tag, wanted, cells), *_ejected(settings)),
    )
    return Choice(subject, options_for(settings, cells, here.directory))


def options_of(repository: Repository, subject: Subject) -> Options:
    """The options of a rehearsal that is continued."""
    settings = Committed(repository, subject.commit, subject.directory).settings()
    return options_for(settings, cells_from(" ".join(subject.cells), "the rehearsal"), subject.directory)


def _tagged(repository: Repository, commit: str, settings: Settings) -> str | None:
    """The version of a tag that this very commit has already: the build would find that one, and no other."""
    found = latest_tag((tag for tag, at in repository.tags().items() if at == commit), settings)
    return found[1] if found else None


def _computed(here: Committed, info: ProjectInfo, environ: Mapping[str, str]) -> str | None:
    """The version that the project's own code works out, such as setup.py; no tag decides on that one."""
    if info.version.kind is not VersionKind.UNKNOWN:
        return None
    return computed_version(here.repository, here.commit, here.directory, environ)


def _version(info: ProjectInfo, given: str | None, repository: Repository, settings: Settings) -> str:
    """The version to rehearse, in normal form where it has one."""
    if given is not None:
        normal = normal_version(given)
        if normal is None:
            raise UsageError("version-malformed", f"{given!r} is not a version", hint="write it like 1.2.0 or 1.2.0rc1")
        return given
    if info.version.version is not None:
        return normal_version(info.version.version) or info.version.version
    latest = latest_tag(repository.tags(), settings)
    return next_patch(latest[1] if latest else None)


def _runnable(cells: tuple[Cell, ...], requires_python: str, environ: Mapping[str, str]) -> tuple[Cell, ...]:
    """The cells of this system whose Python is here.

    Where there are none, another Python that the project is for takes their place: better one cell than none.
    """
    system = _SYSTEMS.get(platform.system(), "ubuntu")
    own_system = tuple(cell for cell in cells if cell.runner.startswith(system))
    found = tuple(cell for cell in own_system if find_python(cell.python, environ) is not None)
    runner = own_system[0].runner if own_system else DEFAULT_RUNNER
    return found or (Cell(runner, _other_python(cells, requires_python, environ)),)


def _other_python(cells: tuple[Cell, ...], requires_python: str, environ: Mapping[str, str]) -> str:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    fitting = (python for python in (running, *reversed(KNOWN_PYTHONS)) if allows(requires_python, python))
    found = next((python for python in fitting if find_python(python, environ) is not None), None)
    if found is None:
        wanted = ", ".join(dict.fromkeys(cell.python for cell in cells))
        raise UsageError(
            "no-python-here",
            f"nothing can be tried: the project requires Python {requires_python}, and none such is on this machine",
            hint=f"install one of Python {wanted} and put it on PATH",
        )
    return found


def _ejected(settings: Settings) -> tuple[str, ...]:
    # Without this, a passed rehearsal would be taken for one of the file that was edited.
    return (f"{WORKFLOW_FILE}, which is the project's own: the job table is rehearsed, not that file",) * (
        settings.workflow == "own"
    )


def _left_out(
    repository: Repository, commit: str, tag: str, wanted: tuple[Cell, ...], cells: tuple[Cell, ...]
) -> list[str]:
    said = [f"{cell.runner} with Python {cell.python}" for cell in wanted if cell not in cells]
    existing = repository.tags().get(tag)
    if existing not in (None, commit):
        at = str(existing)[:7]
        said.append(f"the push of {tag}: that tag exists at {at}, so a release of this commit needs another version")
    return said
