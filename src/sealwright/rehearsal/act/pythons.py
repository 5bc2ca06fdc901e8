"""The Pythons that jobs set up, as far as this machine has them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.pipeline.steps import AnyJob, Job, Tools
from sealwright.services.interpreters import find_python


@dataclass(frozen=True, slots=True)
class Pythons:
    """What stands for each version that jobs ask for."""

    found: Mapping[str, Path]
    replaced: tuple[str, ...]
    """Versions for the tools alone that are not here: the running Python takes their place."""
    tools: tuple[Path, ...]
    """The interpreters that the tools are installed for, as far as they are here."""


def find_pythons(jobs: Iterable[AnyJob], environ: Mapping[str, str]) -> Pythons:
    """Look for all versions that `jobs` set up.

    A version in which the project is tried is never replaced: without it, its job fails.
    """
    tried, for_tools = _versions(jobs)
    found = {version: find_python(version, environ) for version in (*for_tools, *tried)}
    replaced = tuple(version for version in for_tools if found[version] is None and version not in tried)
    here = {version: path for version, path in found.items() if path}
    here |= dict.fromkeys(replaced, Path(sys.executable))
    tools = dict.fromkeys(here[version] for version in for_tools if version in here)
    return Pythons(here, replaced, tuple(tools))


def install(pythons: Pythons, folder: Path) -> None:
    """Make a folder of programs for each version, as runners on GitHub have one."""
    for version, path in pythons.found.items():
        own = folder / version
        own.mkdir(parents=True, exist_ok=True)
        exact = () if version in pythons.replaced else (f"python{version}",)
        for name in ("python", "python3", *exact):
            # Not a link: some interpreters look for their library beside the name they were started with.
            (own / name).write_text(f'#!/bin/sh\nexec {shlex.quote(str(path))} "$@"\n', encoding="utf-8")
            (own / name).chmod(0o755)


def _versions(jobs: Iterable[AnyJob]) -> tuple[list[str], list[str]]:
    """Versions to try the project with, and versions for the tools; once each."""
    tried, for_tools = [], []
    for job in jobs:
        steps = [step for step in job.steps if isinstance(step, Tools)] if isinstance(job, Job) else []
        tried += [step.tried for step in steps if step.tried]
        for_tools += [job.python] if isinstance(job, Job) and steps else []
    return list(dict.fromkeys(tried)), list(dict.fromkeys(for_tools))
