"""A rehearsal whose stand-ins are running: what every way of running its jobs works with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sealwright.errors import Refused
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import AnyJob
from sealwright.rehearsal.artifacts import Artifacts
from sealwright.rehearsal.cache import cache_home
from sealwright.rehearsal.layout import Layout, Subject
from sealwright.rehearsal.results import JobResult, Results
from sealwright.rehearsal.schedule import Observer
from sealwright.rehearsal.services import Services
from sealwright.rehearsal.toolsets import Toolsets
from sealwright.rehearsal.workspace import github_environment
from sealwright.services.environments import PackageIndex, uv_cache


@dataclass(frozen=True)
class Underway:
    """One rehearsal between the start of its stand-ins and their end."""

    layout: Layout
    subject: Subject
    options: Options
    jobs: tuple[AnyJob, ...]
    services: Services
    index: PackageIndex
    environ: Mapping[str, str]
    """The user's own variables."""
    done: Mapping[str, JobResult]
    """Jobs that ended well in an earlier run; they are not run again."""
    observe: Observer
    stop_after: str | None

    @cached_property
    def artifacts(self) -> Artifacts:
        """What jobs kept."""
        return Artifacts(self.layout.artifacts)

    @cached_property
    def results(self) -> Results:
        """How jobs ended."""
        return Results(self.layout.jobs)

    @cached_property
    def toolsets(self) -> Toolsets:
        """The hash-locked environments of this machine."""
        return Toolsets(cache_home(self.environ) / "tools", self.index, self.environ)

    @property
    def workers(self) -> int:
        """How many jobs may run at once."""
        return max(2, os.cpu_count() or 2)

    def variables(self) -> dict[str, str]:
        """The variables that all jobs have."""
        return {
            **github_environment(self.subject, self.environ),
            **self.index.pip_env(),
            "UV_CACHE_DIR": str(uv_cache(self.environ)),
            **self.services.endpoints(),
        }

    def discard(self, job: str) -> None:
        """Remove what an unfinished run of a job left."""
        for path in self.artifacts.dossier_files(job):
            (self.layout.out / path).unlink(missing_ok=True)
        self.artifacts.discard(job)
        self.results.log(job).unlink(missing_ok=True)

    def after(self, result: JobResult) -> None:
        """Complete the dossier with what a job made, and remember how it ended.

        Raises Refused (`dossier-conflict`).
        """
        for path, source in self.artifacts.dossier_files(result.job).items():
            target = self.layout.out / path
            if target.exists() and target.read_bytes() != source.read_bytes():
                raise Refused("dossier-conflict", f"{path} comes from two jobs, with different content")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        self.results.save(result)  # last: what has a result is not touched again, so all of it must be there
