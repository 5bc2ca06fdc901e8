"""One job's empty workspace and the environment that GitHub would give it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sealwright.rehearsal.artifacts import RUN_ATTEMPT
from sealwright.rehearsal.layout import Subject

# What a program needs to run at all; everything else of the user's environment stays outside.
_PASSED_ON = ("LANG", "SYSTEMROOT", "COMSPEC", "PATHEXT", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY")


@dataclass
class Workspace:
    """A folder, its variables, and what its steps have put out so far."""

    folder: Path
    environ: dict[str, str]
    step_outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def make(cls, parent: Path, job: str, environ: Mapping[str, str]) -> Workspace:
        """A new workspace. Its name is new as well: an orphan of a killed run may still be writing to the old one."""
        folder = Path(tempfile.mkdtemp(prefix=f"{job}-", dir=parent)) / "workspace"
        runner_temp = folder.parent / "temp"
        home = folder.parent / "home"
        for path in (folder, runner_temp, home):
            path.mkdir()
        own = {
            "GITHUB_JOB": job,
            "GITHUB_WORKSPACE": str(folder),
            "GITHUB_STEP_SUMMARY": str(runner_temp / "summary.md"),
            "RUNNER_TEMP": str(runner_temp),
            "TMPDIR": str(runner_temp),
            "HOME": str(home),
            "USERPROFILE": str(home),
        }
        return cls(folder, {**environ, **own})

    def remove(self) -> None:
        """Delete it with its home and temporary files."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def path_first(self, folder: Path) -> None:
        """Put a folder of programs in front of PATH, as GITHUB_PATH does."""
        self.environ["PATH"] = os.pathsep.join([str(folder), self.environ["PATH"]])

    def outputs_file(self) -> Path:
        """A new empty file for GITHUB_OUTPUT."""
        handle, name = tempfile.mkstemp(prefix="output-", dir=self.environ["RUNNER_TEMP"])
        os.close(handle)
        return Path(name)


def machine_environment(user: Mapping[str, str]) -> dict[str, str]:
    """What a job sees of the user's environment."""
    return {
        **{name: user[name] for name in _PASSED_ON if name in user},
        "PATH": user.get("PATH", os.defpath),
        "NO_PROXY": ",".join(filter(None, [user.get("NO_PROXY"), "127.0.0.1", "localhost"])),
    }


def github_environment(subject: Subject, user: Mapping[str, str]) -> dict[str, str]:
    """The variables that are the same in all jobs of the run.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    owner = subject.repository.split("/")[0]
    ref = f"refs/tags/{subject.tag}"
    return {
        **machine_environment(user),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": subject.tag,
        "GITHUB_REF_TYPE": "tag",
        "GITHUB_REPOSITORY": subject.repository,
        "GITHUB_REPOSITORY_OWNER": owner,
        "GITHUB_RUN_ATTEMPT": RUN_ATTEMPT,
        "GITHUB_RUN_ID": "1",
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": subject.commit,
        "GITHUB_WORKFLOW": "release",
        "GITHUB_WORKFLOW_REF": f"{subject.repository}/.github/workflows/release.yml@{ref}",
        "GITHUB_WORKFLOW_SHA": subject.commit,
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_OS": "Linux",
        "SEALWRIGHT_CELLS": " ".join(subject.cells),
        "SEALWRIGHT_MODE": "rehearsal",
        **({"SEALWRIGHT_PROVISIONAL_VERSION": "1"} if subject.provisional else {}),
    }
