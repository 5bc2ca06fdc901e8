"""The wheels of the jobs' tools, fetched once and kept in the user's cache.

Each job installs its tools anew. From an index that means reading some 60,000 links to find 80 files whose hashes are
known, which took two thirds of a job's time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sealwright.locks import lock_of
from sealwright.pipeline.steps import AnyJob, Job, Tools
from sealwright.rehearsal.cache import cache_home, made_once
from sealwright.services.git import Repository
from sealwright.services.interpreters import ask
from sealwright.services.processes import run
from sealwright.workflow.program import LOCKS

_DOWNLOAD = ("-m", "pip", "download", "-q", "--require-hashes", "--only-binary", ":all:", "--no-deps")


def our_locks(jobs: Iterable[AnyJob]) -> tuple[bytes, ...]:
    """The locks that these jobs install from where the program is a published one."""
    return tuple(lock_of(role).encode() for role in _roles(jobs))


def tagged_locks(jobs: Iterable[AnyJob], repository: Repository, commit: str) -> tuple[bytes, ...]:
    """The same where they take the program from the commit. A job whose lock is missing there will say so itself."""
    found = (repository.read(commit, f"{LOCKS}/{role}.txt") for role in _roles(jobs))
    return tuple(lock for lock in found if lock is not None)


def fill(python: Path, locks: Iterable[bytes], environ: Mapping[str, str], variables: Mapping[str, str]) -> Path:
    """A folder with the wheels of all `locks` for one interpreter.

    `environ` are the user's variables, `variables` what pip is started with. Nothing that a job installs from there is
    believed: pip compares the hashes again. Raises ProcessFailed where pip cannot have a file of a lock.
    """
    wanted = sorted(set(locks))
    about = repr(ask(python, environ)).encode()
    name = hashlib.sha256(b"\0".join((os.fsencode(os.path.realpath(python)), about, *wanted))).hexdigest()[:20]
    folder = cache_home(environ) / "wheels" / name
    return made_once(folder, lambda temporary: _downloaded(python, wanted, temporary, variables))


def options(*folders: Path) -> str:
    """A constraints file that makes pip look into these folders and at no index.

    https://pip.pypa.io/en/stable/reference/requirements-file-format/#global-options
    """
    return "".join(["--no-index\n", *(f"--find-links {folder.as_uri()}\n" for folder in folders)])


def _roles(jobs: Iterable[AnyJob]) -> list[str]:
    steps = [step for job in jobs if isinstance(job, Job) for step in job.steps]
    return sorted({step.role.value for step in steps if isinstance(step, Tools)})


def _downloaded(python: Path, locks: Iterable[bytes], folder: Path, variables: Mapping[str, str]) -> Path:
    environment, wheels = folder / "env", folder / "wheels"
    run([python, "-m", "venv", environment], env=variables)
    arguments: list[str | Path] = []
    for number, lock in enumerate(locks):
        path = folder / f"{number}.txt"
        path.write_bytes(lock)
        arguments += ["-r", path]
    run([environment / "bin/python", *_DOWNLOAD, "-d", wheels, *arguments], env=variables)
    return wheels
