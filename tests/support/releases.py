"""A release's jobs, one after another, each in its own workspace, without the table or any stand-in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sealwright.config import Policy, load_settings
from sealwright.dossier import Dossier, encode
from sealwright.dossier.store import PLAN, POLICY, SETTINGS, record_path
from sealwright.model import Cell, Mode, Plan, Project, Record, sha256_hex
from sealwright.stages.base import Completed, run_job
from tests.support.projects import git

PYTHON = "3.11"


class Release:
    """`project` at its newest commit, planned as `version`."""

    def __init__(
        self,
        folder: Path,
        project: Path,
        *,
        name: str = "tiny-project",
        version: str = "1.2.3",
        python: str = PYTHON,
        directory: str = ".",
        mode: Mode = Mode.REHEARSAL,
    ) -> None:
        self.folder = folder
        self.project = project
        self.records: dict[str, str] = {}
        self.plan = Plan(
            Project(name, directory),
            version,
            f"v{version}",
            git(project, "rev-parse", "HEAD"),
            f"local/{name}",
            mode,
            int(git(project, "log", "-1", "--format=%ct")),
            (Cell("ubuntu-24.04", python),),
            ("plan", "build"),
        )
        self._plan_job()

    @property
    def smoke(self) -> str:
        """The id of the one smoke job."""
        return self.plan.cells[0].job

    def run(
        self,
        job: str,
        *stages: str,
        environ: Mapping[str, str] | None = None,
        fetched: Mapping[str, bytes] | None = None,
    ) -> Completed:
        """One job: what earlier ones kept is there, and what it makes is kept for later ones if it passes.

        `fetched` are further files of its workspace, path to bytes.
        """
        workspace = self.folder / job
        shutil.copytree(self.folder / "kept", workspace / "dossier")
        (workspace / "source").symlink_to(self.project)
        for path, data in (fetched or {}).items():
            (workspace / path).parent.mkdir(exist_ok=True)
            (workspace / path).write_bytes(data)
        lines = "".join(f"{name}={digest}\n" for name, digest in self.records.items())
        done = run_job(
            stages or (job,), {**os.environ, "GITHUB_JOB": job, "RECORDS": lines, **(environ or {})}, workspace
        )
        if not done.blocking:
            shutil.copytree(workspace / "new", self.folder / "kept", dirs_exist_ok=True)
            self.records[job] = done.outputs["record"]
        return done

    def give(self, job: str, files: Mapping[str, bytes]) -> None:
        """Pretend that `job` made these files."""
        dossier = Dossier(self.folder / "none", self.folder / "kept")
        refs = tuple(dossier.add(path, data) for path, data in files.items())
        record = Record(job, sha256_hex((self.folder / "kept" / PLAN).read_bytes()), (job,), (), refs, ())
        self.records[job] = dossier.add(record_path(job), encode(record)).sha256

    def new(self, job: str, path: str) -> bytes:
        """A file that `job` made."""
        return (self.folder / job / "new" / path).read_bytes()

    def names(self, job: str, folder: str) -> set[str]:
        """Names of the files that `job` made in a folder of the dossier."""
        return {entry.name for entry in (self.folder / job / "new" / folder).iterdir()}

    def _plan_job(self) -> None:
        settings = load_settings((self.project / self.plan.project.directory / "pyproject.toml").read_text())
        files = {
            PLAN: encode(self.plan),
            POLICY: Policy().model_dump_json().encode(),
            SETTINGS: settings.model_dump_json().encode(),
        }
        dossier = Dossier(self.folder / "none", self.folder / "kept")
        refs = tuple(dossier.add(path, data) for path, data in files.items())
        record = Record("plan", refs[0].sha256, ("plan",), (), refs, ())
        self.records["plan"] = dossier.add(record_path("plan"), encode(record)).sha256
