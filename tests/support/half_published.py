"""A signed release on its way: a dossier, two indexes, and the GitHub page that it goes to."""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import RELEASE
from sealwright.lifecycle.held import Held, from_dossier
from sealwright.model import Mode, Plan, Project
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.github_history import Run as WorkflowRun
from sealwright.rehearsal.standins.identity import Run
from sealwright.services.github import GitHub, Release
from sealwright.services.signing import open_signer
from sealwright.stages.draft import draft
from sealwright.stages.release_page import Site
from sealwright.verify import release_json
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.evidence import FileContent
from tests.support.pypi import PUBLISHER, World, make_world, write_release
from tests.support.release_page import origin, released_commit

REPOSITORY, TAG = "owner/tiny", "v1.0"
WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"


@dataclass
class HalfPublished:
    """Everything that is outside, and the dossier."""

    world: World
    standin: GitHubStandIn
    dossier: Path

    @property
    def root(self) -> TrustRoot:
        return TrustRoot.parse(self.world.trust_root)

    @property
    def held(self) -> Held:
        return from_dossier(self.dossier, self.root, REPOSITORY, TAG)

    @property
    def github(self) -> GitHub:
        return GitHub(self.standin.url, REPOSITORY, self.token)

    @property
    def token(self) -> str:
        return self.standin.token({"contents": "write"})

    @property
    def release(self) -> Release:
        found = self.github.find_release(TAG)
        assert found is not None
        return found

    def environ(self, **more: str) -> dict[str, str]:
        """What leads to all of it in place of the public services."""
        return {**self.world.environ(), "GITHUB_API_URL": self.standin.url, **more}

    def drafted(self) -> None:
        """Let the job draft have ended."""
        site = Site.of(self.held.plan, self.held.settings, self.standin.url, self.token)
        draft(site, self.held.wanted, self.held.read, "", "https://github.com")

    def on(self, index: str, *names: str, days_ago: float = 0.0, content: bytes | None = None) -> None:
        """Let files be on an index, uploaded by nobody in particular."""
        when = dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago)
        for name in names:
            data = content or (self.dossier / "dist" / name).read_bytes()
            getattr(self.world, index).seed(name, data, uploaded=when)

    def published(self) -> None:
        """Let the job pypi have ended."""
        folder = self.world.folder / "publishing" / "dist"
        shutil.copytree(self.dossier / "dist", folder)
        self.world.publish(folder)

    def ran(self, status: str = "completed", conclusion: str | None = "failure", **jobs: str | None) -> None:
        """Let GitHub know of its run."""
        commit = self.held.plan.commit
        self.standin.runs = (
            WorkflowRun(7, "v0.9", commit),
            WorkflowRun(8, TAG, commit, status, conclusion, {"build": "success", **jobs}),
        )


def plan(mode: Mode = Mode.RELEASE) -> Plan:
    jobs = ("plan", "testpypi", "pypi", "announce")
    return Plan(Project("tiny", "."), "1.0", TAG, released_commit(), REPOSITORY, mode, 1_700_000_000, (), jobs)


@contextmanager
def half_published(folder: Path) -> Iterator[HalfPublished]:
    """The running world right after the job seal; every one has the same keys and the same bytes."""
    made, run = _made(), Run(REPOSITORY, f"refs/tags/{TAG}", released_commit())
    shutil.copytree(made, folder, dirs_exist_ok=True)
    with (
        make_world(folder / "world", [PUBLISHER], run=run) as world,
        GitHubStandIn(folder / "github", REPOSITORY, origin=origin()) as standin,
    ):
        yield HalfPublished(world, standin, folder / "dossier")


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="half-published-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    run = Run(REPOSITORY, f"refs/tags/{TAG}", released_commit())
    dossier = folder / "dossier"
    write_release(dossier / "dist")
    written: Mapping[str, bytes] = {"evidence/SHA256SUMS": b"sums", "notes.md": b"- Says hello.\n"}
    for path, data in written.items():
        (dossier / path).parent.mkdir(exist_ok=True)
        (dossier / path).write_bytes(data)
    paths = [path for path in sorted(dossier.rglob("*")) if path.is_file()]
    files = {p.relative_to(dossier).as_posix(): p for p in paths}
    (dossier / RELEASE).write_bytes(
        release_json.compose(plan(), {name: FileContent.of(name, p.read_bytes()) for name, p in files.items()})
    )
    with make_world(folder / "world", [PUBLISHER], run=run) as world:
        environ = world.environ("seal")
        with open_signer(environ["SEALWRIGHT_TRUST_CONFIG"], environ) as signer:
            bundle = signer.sign_file(dossier / RELEASE)
    (dossier / "evidence" / "release.json.sigstore.json").write_bytes(bundle)
    (dossier / "evidence" / "vsa.intoto.jsonl").write_bytes(b"{}")
    return folder
