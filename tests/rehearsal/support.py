"""Rehearsals for tests: the tiny project once up to each job, then copies that are tampered with and continued."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sealwright.dossier import decode, encode
from sealwright.model import FileRef, Record, sha256_hex
from sealwright.rehearsal.artifacts import Artifacts, attempt_name
from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.rehearse import Outcome, Request, prepare, rehearse
from sealwright.rehearsal.results import JobState
from sealwright.rehearsal.services import World


def run(
    project: Path,
    out: Path,
    *,
    version: str | None = None,
    resume: bool = False,
    stop_after: str | None = None,
    world: World | None = None,
    rekor: int = 1,
    act: Mapping[str, str] | None = None,
) -> Outcome:
    """Rehearse (or continue) and return the outcome; `act` is an environment with act on PATH, to run it under."""
    request = Request(project, version, out, resume, rekor, world or World(), stop_after, act is not None)
    environ = os.environ if act is None else act
    return rehearse(prepare(request, environ), request, environ, lambda *_: None)


class Snapshot:
    """The state of a rehearsal between two jobs, for a test to change and continue."""

    def __init__(self, project: Path, out: Path, act: Mapping[str, str] | None = None) -> None:
        self.project = project
        self.out = out
        self.act = act
        self.layout = Layout(out)

    def artifact(self, job: str, path: str, name: str = "") -> Path:
        """A file as a job kept it, in the artifact `name` (by default the name of the job); `path` may be a glob."""
        (found,) = (self.layout.artifacts / f"{job}.{attempt_name(name or job)}").glob(path)
        return found

    def publish_folder(self) -> Path:
        """What the gate says may be published."""
        return self.layout.artifacts / f"gate.{attempt_name('publish')}"

    def set_output(self, job: str, name: str, value: str) -> None:
        """Change what a job put out."""
        path = self.layout.jobs / f"{job}.json"
        document = json.loads(path.read_bytes())
        document["outputs"][name] = value
        path.write_text(json.dumps(document))

    def output(self, job: str, name: str) -> str:
        """What a job put out."""
        value: str = json.loads((self.layout.jobs / f"{job}.json").read_bytes())["outputs"][name]
        return value

    def rewrite(self, job: str, path: str, data: bytes) -> None:
        """Replace a file as somebody who controls that whole job could: record and output follow."""
        target = self.artifact(job, path)
        target.write_bytes(data)
        stored = target.relative_to(self.layout.artifacts / f"{job}.{attempt_name(job)}").as_posix()
        self.change_record(
            job,
            lambda record: replace(
                record,
                outputs=tuple(FileRef.of(stored, data) if ref.path == stored else ref for ref in record.outputs),
            ),
        )

    def change_record(self, job: str, change) -> None:  # type: ignore[no-untyped-def]
        """Replace a job's record, and the digest of it that the job put out."""
        path = self.artifact(job, f"records/{job}.json")
        data = encode(change(decode(Record, path.read_bytes(), str(path))))
        path.write_bytes(data)
        self.set_output(job, "record", sha256_hex(data))

    def resume(self, *, world: World | None = None) -> Outcome:
        """Continue to the end, with whatever the artifacts hold by now."""
        self.renew_digests()
        return run(self.project, self.out, resume=True, world=world, act=self.act)

    def renew_digests(self) -> None:
        """Whoever can replace what the store holds can replace its digests as well: what counts is what jobs notice."""
        store = Artifacts(self.layout.artifacts)
        for id_ in store.ids():
            store.remember_digest(id_)

    def forget(self, *jobs: str) -> None:
        """Make it as if these jobs had not ended."""
        for job in jobs:
            (self.layout.jobs / f"{job}.json").unlink()


def copy_of(snapshot: Path, project: Path, target: Path, act: Mapping[str, str] | None = None) -> Snapshot:
    """An own copy to tamper with."""
    shutil.copytree(snapshot, target, symlinks=True)
    return Snapshot(project, target, act)


def on_index(out: Path, index: str = "pypi") -> list[str]:
    """The distributions that the stand-in of an index has stored."""
    folder = Layout(out).services / index
    return sorted(path.name for path in folder.rglob("*") if path.name.endswith((".whl", ".tar.gz")))


def codes(outcome: Outcome, jobs: Iterable[str] | None = None) -> set[str]:
    """The codes of everything that did not pass, in the given jobs or all that failed."""
    failed = [job for job, result in outcome.results.items() if result.state in (JobState.FAILED, JobState.UNJUDGED)]
    records = [outcome.records[job] for job in (jobs or failed) if job in outcome.records]
    return {f.code for record in records for f in record.findings if f.state != "pass"}


def failed(outcome: Outcome) -> list[str]:
    """The jobs that stopped the release."""
    return [job for job in outcome.jobs if job in outcome.results and outcome.results[job].state is JobState.FAILED]
