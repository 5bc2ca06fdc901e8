"""A rehearsal that is killed during every one of its jobs, one after the other, and continued each time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.standins.github_releases import Releases
from tests.rehearsal import support

pytestmark = [pytest.mark.index, pytest.mark.slow]
FRACTIONS = (0.5, 0.2, 0.0)
"""When to kill, as parts of the time that a job takes undisturbed; the next one where it was too late."""
SAME = ("dist/*", "evidence/*.cdx.json", "evidence/pylock*.toml", "statements/[!v]*.json", "plan.json", "notes.md")


def killed_during(job: str, project: Path, out: Path, pause: float) -> bool:
    """Continue (or begin) the rehearsal in `out` and kill all its processes during `job`; whether that was in time."""
    resume = ["--resume"] if Layout(out).subject_file.exists() else []
    argv = [sys.executable, "-m", "sealwright", "rehearse", "--out", str(out), *resume]
    started = Layout(out).jobs / f"{job}.log"
    started.unlink(missing_ok=True)  # of an earlier run, which was killed while this job ran beside another
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, cwd=project, start_new_session=True, **quiet) as process:
        while not started.exists():
            assert process.poll() is None, f"it ended before {job} began"
            time.sleep(0.005)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGKILL)
    return job not in ended(out)


def ended(out: Path) -> set[str]:
    """The jobs that need not run again."""
    return {path.stem for path in Layout(out).jobs.glob("*.json")}


def records(out: Path) -> Mapping[str, bytes]:
    return {path.stem: path.read_bytes() for path in (out / "records").glob("*.json")}


def content(out: Path, patterns: tuple[str, ...]) -> Mapping[str, bytes]:
    paths = [path for pattern in patterns for path in sorted(out.glob(pattern))]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def unsigned_part(out: Path) -> tuple[object, list[str]]:
    """The gate's summary and sums without what they say about signatures, which are others each time they are made."""
    summary = json.loads((out / "statements" / "vsa.json").read_bytes())
    for name in ("inputAttestations", "timeVerified"):
        del summary["predicate"][name]
    sums = (out / "evidence" / "SHA256SUMS").read_text().splitlines()
    return summary, [line for line in sums if not line.endswith((".sigstore.json", ".intoto.jsonl"))]


def in_order_of_their_ends(done: Path) -> list[str]:
    """All jobs: of those that run beside one another, the one that ends first is killed first."""
    return [path.stem for path in sorted(Layout(done).jobs.glob("*.json"), key=lambda path: path.stat().st_mtime)]


def test_whenever_it_is_killed_it_is_continued_to_the_same_release(rehearsed: Path, tmp_path: Path) -> None:
    project, done, out = rehearsed / "project", rehearsed / "done", tmp_path / "out"
    undisturbed = {p.stem: json.loads(p.read_bytes())["seconds"] for p in Layout(done).jobs.glob("*.json")}
    assert set(json.loads((done / "plan.json").read_bytes())["jobs"]) == set(undisturbed)
    for job in in_order_of_their_ends(done):
        (Layout(out).jobs / f"{job}.json").unlink(missing_ok=True)  # it was faster than another one beside it
        finished = {name: data for name, data in records(out).items() if name in ended(out)}
        kill_in_time(job, project, out, undisturbed[job])
        found = records(out)
        assert {name: found[name] for name in finished} == finished, f"killed during {job}"
    finished = {name: data for name, data in records(out).items() if name in ended(out)}
    outcome = support.run(project, out, resume=True)
    assert outcome.exit_code == 0, (support.codes(outcome), outcome.results)
    assert {name: records(out)[name] for name in finished} == finished
    assert set(records(out)) == set(records(done))
    same, found = content(done, SAME), content(out, SAME)
    assert {path for path in same if found.get(path) != same[path]} == set()
    assert unsigned_part(out) == unsigned_part(done)
    for index in ("testpypi", "pypi"):
        assert support.on_index(out, index) == sorted(path.name for path in out.glob("dist/*"))
    (release,) = Releases(Layout(out).services / "github").all
    assert (release["draft"], release["immutable"]) == (False, True)


def kill_in_time(job: str, project: Path, out: Path, seconds: float) -> None:
    """Kill it during `job`, in the middle if possible."""
    before = out.with_name("before")
    for fraction in FRACTIONS:
        shutil.rmtree(before, ignore_errors=True)
        if out.exists():
            shutil.copytree(out, before, symlinks=True)
        if killed_during(job, project, out, seconds * fraction):
            return
        shutil.rmtree(out)
        if before.exists():
            before.rename(out)
    pytest.fail(f"{job} always ended before it could be killed")
