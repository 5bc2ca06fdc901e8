"""Where a rehearsal keeps what: the dossier on top, everything else in one hidden folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sealwright.errors import UsageError
from sealwright.rehearsal.lock import Lock

_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """What is rehearsed; fixed when a rehearsal starts, and what `--resume` continues."""

    project: str
    directory: str
    version: str
    tag: str
    commit: str
    repository: str
    rekor: Literal[1, 2]
    provisional: bool
    """Whether the version only stands for the next one, because the tag decides and there is none yet."""
    cells: tuple[str, ...]
    """`runner/python` pairs that can run here."""
    not_rehearsed: tuple[str, ...]
    """What is known from the start not to be rehearsed, a short phrase each."""
    act: str = ""
    """The version of act that runs the rendered release.yml; empty where the table itself is run."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one rehearsal."""

    out: Path

    @property
    def state(self) -> Path:
        """Everything that is not the dossier."""
        return self.out / ".rehearsal"

    @property
    def subject_file(self) -> Path:
        """Marks the folder as a rehearsal."""
        return self.state / "rehearsal.json"

    @property
    def lock(self) -> Path:
        """Held by the process that works in the folder."""
        return self.state / "lock"

    @property
    def origin(self) -> Path:
        """The repository that jobs check out from: a mirror of the user's, with the rehearsed tag."""
        return self.state / "origin.git"

    @property
    def services(self) -> Path:
        """What the stand-ins keep on disk."""
        return self.state / "services"

    @property
    def artifacts(self) -> Path:
        """What jobs kept."""
        return self.state / "artifacts"

    @property
    def jobs(self) -> Path:
        """Results and logs of jobs."""
        return self.state / "jobs"

    @property
    def work(self) -> Path:
        """Workspaces."""
        return self.state / "work"

    @property
    def act(self) -> Path:
        """What act works with: the workflow, stand-ins of actions, Pythons."""
        return self.state / "act"

    @property
    def trust_config(self) -> Path:
        """What a Sigstore client needs to verify this rehearsal's signatures."""
        return self.out / "trust_config.json"

    @property
    def page(self) -> Path:
        """The verdict to read in a browser."""
        return self.out / "report.html"

    def start(self, subject: Subject) -> Lock:
        """Make an empty rehearsal, in place of an earlier one, and hold its folder.

        Raises UsageError: `out-not-a-rehearsal` rather than delete something else, `out-in-use`, `out-not-a-folder`,
        `out-unusable`.
        """
        with _explained(self.out), ExitStack() as undo:
            self._refuse_others()
            self.state.mkdir(parents=True, exist_ok=True)
            lock = undo.enter_context(self._hold())
            self._clear()
            for folder in (self.services, self.artifacts, self.jobs, self.work):
                folder.mkdir()
            write_atomically(self.subject_file, json.dumps({"format": _FORMAT, **asdict(subject)}, indent=1).encode())
            undo.pop_all()
        return lock

    def resume(self) -> tuple[Subject, Lock]:
        """What is being rehearsed in this folder, which is held from now on.

        Raises UsageError (`nothing-to-resume`, `out-in-use`).
        """
        try:
            subject = _subject(json.loads(self.subject_file.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "nothing-to-resume",
                f"{self.out} holds no rehearsal that can be continued",
                hint="leave out --resume to start one",
            ) from error
        with _explained(self.out):
            return subject, self._hold()

    def _refuse_others(self) -> None:
        if self.out.exists() and not self.out.is_dir():
            raise UsageError("out-not-a-folder", f"{self.out} is a file", hint="choose another --out")
        if self.out.is_dir() and any(self.out.iterdir()) and not self.state.is_dir():
            raise UsageError(
                "out-not-a-rehearsal",
                f"{self.out} holds something that is not a rehearsal",
                hint="choose an empty folder, or remove it yourself",
            )

    def _hold(self) -> Lock:
        try:
            return Lock(self.lock)
        except BlockingIOError as error:
            raise UsageError(
                "out-in-use",
                f"another rehearsal is running in {self.out}",
                hint="wait for it, or give this one another folder with --out",
            ) from error

    def _clear(self) -> None:
        # First what makes it a rehearsal, so that a half-cleared one is never continued; the lock stays, it is held.
        self.subject_file.unlink(missing_ok=True)
        for path in (*self.state.iterdir(), *self.out.iterdir()):
            if path.is_dir() and not path.is_symlink():
                if path != self.state:
                    shutil.rmtree(path)
            elif path != self.lock:
                path.unlink()


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """What the system refuses, as an error of ours."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            "out-unusable",
            f"no rehearsal can be kept in {out}: {error.strerror or error}",
            hint="choose a folder that you may write to, with --out",
        ) from error


def _subject(document: dict[str, Any]) -> Subject:
    if document.pop("format") != _FORMAT:
        raise ValueError("another format")
    lists = {key: tuple(document[key]) for key in ("cells", "not_rehearsed")}
    return Subject(**{**document, **lists})


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all, also if the machine dies."""
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(data)
    temporary.replace(path)
