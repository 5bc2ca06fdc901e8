"""The workspace of a job that writes the GitHub release, with everything earlier jobs handed over."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sealwright.config import Settings
from sealwright.dossier import Dossier, encode
from sealwright.dossier.codec import encode_json
from sealwright.dossier.store import SETTINGS
from sealwright.model import FileRef, Mode, Plan, Project, Record
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.services.git import Repository
from sealwright.services.github import GitHub, Release
from sealwright.stages.base import Context
from tests.support.projects import git

REPOSITORY = "owner/tiny"
DISTS = {"dist/tiny-1.0.tar.gz": b"sdist", "dist/tiny-1.0-py3-none-any.whl": b"wheel"}
EVIDENCE = {"evidence/tiny-1.0.tar.gz.sigstore.json": b"{}", "evidence/multiple.intoto.jsonl": b"{1}"}
SUMS = {"evidence/SHA256SUMS": b"sums"}
SEALED = {"evidence/vsa.intoto.jsonl": b"{2}", "evidence/release.json.sigstore.json": b"{3}"}
PUBLISHED = {f"published/{path.removeprefix('dist/')}.provenance.json": path.encode() for path in DISTS}
PREPARED = frozenset(path.rpartition("/")[2] for path in (*DISTS, *EVIDENCE, *SUMS, *SEALED, "release.json"))
TAGS = ("v1.0rc1", "v1.0.dev1", "v1.0a2", "v1.0", "v0.8.1")
"""Tags at the commit that is released; `v0.9` is an earlier one, by others."""
ALL = PREPARED | {path.removeprefix("published/") for path in PUBLISHED}


@functools.cache
def origin() -> Path:
    """A repository with these tags; after v0.9, an account, a name without one, and a bot each wrote a commit."""
    folder = Path(tempfile.mkdtemp(prefix="origin-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    git(folder, "init", "-q", "-b", "main")
    authors = ["Octo <1+octo@users.noreply.github.com>", "Pat *Smith* <pat@example.org>"]
    authors.append("dependabot[bot] <2+dependabot[bot]@users.noreply.github.com>")
    for number, author in enumerate(["Old <old@example.org>", *authors]):
        git(folder, "commit", "-q", "--allow-empty", "-m", f"{number}", "--author", author)
        if number == 0:
            git(folder, "tag", "v0.9")
    for tag in TAGS:
        git(folder, "tag", tag)
    return folder


@functools.cache
def released_commit() -> str:
    """What these tags point at."""
    return Repository(origin(), os.environ).commit_of("HEAD")


@contextmanager
def github(folder: Path) -> Iterator[GitHubStandIn]:
    """A running GitHub with that repository."""
    with GitHubStandIn(folder / "github", REPOSITORY, origin=origin()) as standin:
        yield standin


@dataclass
class Page:
    """One planned release and the GitHub it goes to."""

    standin: GitHubStandIn
    folder: Path
    version: str = "1.0"
    notes: bytes | None = None
    changed: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """Files of the gate, or contents that replace what a job handed over."""
    jobs: int = 0

    @property
    def github(self) -> GitHub:
        """What somebody with every right sees and does."""
        return GitHub(self.standin.url, REPOSITORY, self.standin.token({"contents": "write"}))

    @property
    def release(self) -> Release:
        """The release, which must exist."""
        found = self.github.find_release(f"v{self.version}")
        assert found is not None
        return found

    def context(self, job: str, environ: Mapping[str, str] | None = None) -> Context:
        """A fresh workspace for one run of `job`."""
        self.jobs += 1
        folder = self.folder / f"{job}-{self.jobs}"
        plan = Plan(
            Project("tiny", "."),
            self.version,
            f"v{self.version}",
            released_commit(),
            REPOSITORY,
            Mode.REHEARSAL,
            1_700_000_000,
            (),
            (),
        )
        listed = {**DISTS, **EVIDENCE, **SUMS, "plan.json": encode(plan), **self.changed}
        files = [dataclasses.asdict(FileRef.of(path, data)) for path, data in listed.items()]
        release = encode_json({"version": self.version, "files": files})
        settings = Settings().model_dump_json().encode()
        kept = {
            "plan": {"plan.json": encode(plan), SETTINGS: settings, **({"notes.md": self.notes} if self.notes else {})},
            "build": DISTS,
            "attest": EVIDENCE,
            "gate": {**SUMS, "release.json": release, **self.changed},
            "seal": SEALED,
            "confirm": PUBLISHED,
        }
        earlier = Dossier(folder / "none", folder / "dossier")
        records = {
            name: Record(name, "", (name,), (), tuple(earlier.add(p, d) for p, d in files_.items()), ())
            for name, files_ in kept.items()
        }
        token = self.standin.token({"contents": "write"})
        variables = {"GITHUB_API_URL": self.standin.url, "GH_TOKEN": token, **(environ or {})}
        return Context(job, folder, variables, Dossier(folder / "dossier", folder / "new"), records)
