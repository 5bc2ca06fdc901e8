"""A complete small release: made-up distributions, real signatures, provenance and records, as the gate finds them.

with signed_release(tmp_path) as release:
    completed = release.run("gate", environ=release.gate_variables)

The jobs attest, gate and seal run their real stages against the stand-ins; earlier jobs only leave what they would.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sealwright.auditing.vex import compose
from sealwright.config import Policy, Settings
from sealwright.dossier import Dossier, encode
from sealwright.dossier.store import PLAN, POLICY, SETTINGS, VEX, record_path
from sealwright.endpoints import PYPI_VARIABLE, TRUST_CONFIG_VARIABLE
from sealwright.model import Cell, FileRef, Finding, Mode, Plan, Project, Record, Sums, Tool, sha256_hex
from sealwright.pipeline.jobs import PROVENANCE_NAME, table
from sealwright.pipeline.options import Options
from sealwright.rehearsal.actions import attest as attest_action
from sealwright.rehearsal.actions import slsa_generator
from sealwright.stages.base import MODE_VARIABLE, Completed, run_job
from sealwright.verify.cyclonedx import environment_properties, marker_environment
from sealwright.verify.evidence import Case, FileContent
from sealwright.verify.expected import Expected
from sealwright.verify.slsa import GENERATOR_COMMIT, GENERATOR_REF
from sealwright.verify.statement import SLSA_PROVENANCE_V1, TEST_RESULT, VULNERABILITIES, make
from tests.support.sigstore import COMMIT, RUN, LocalSigstore, local_sigstore

WHEEL = "tiny-1.0-py3-none-any.whl"
SDIST = "tiny-1.0.tar.gz"
CELL = Cell("ubuntu-24.04", "3.13")
SMOKE = CELL.job
DISTRIBUTIONS = {f"dist/{WHEEL}": b"PK\x03\x04 not really a wheel", f"dist/{SDIST}": b"\x1f\x8b not really an sdist"}
SERVER = "https://github.com"
NO_INDEX = "http://127.0.0.1:9"
"""The discard port: nobody answers."""
STAGES = {
    "plan": ("plan",),
    "build": ("build",),
    "rebuild": ("rebuild",),
    "examine": ("inspect", "resolve", "sbom", "audit", "changes"),
    SMOKE: ("smoke",),
    "attest": ("attest",),
}
EXAMINED = (
    Finding.passed("contents"),
    Finding.passed("closure"),
    Finding.passed("audit", found="0 vulnerabilities"),
)
"""What examine answers."""
ASKED = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
"""When advisories were asked for."""
PYLOCK = b'lock-version = "1.0"\ncreated-by = "test"\npackages = []\n'


def plan_of(mode: Mode = Mode.RELEASE, wheels: str | None = None) -> Plan:
    """The plan of the release."""
    jobs = tuple(job.id for job in table(Options(cells=(CELL,), wheels=wheels)))
    return Plan(Project("tiny", "."), "1.0", "v1.0", COMMIT, RUN.repository, mode, 1_700_000_000, (CELL,), jobs)


def sbom_of(wheel: FileRef) -> bytes:
    """An SBOM of a wheel without dependencies."""
    properties = environment_properties(marker_environment())
    purl = "pkg:pypi/tiny@1.0"
    component = {
        "bom-ref": purl,
        "type": "library",
        "name": "tiny",
        "version": "1.0",
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": wheel.sha256}],
    }
    metadata = {
        "component": component,
        "properties": [{"name": name, "value": value} for name, value in sorted(properties.items())],
    }
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": metadata,
        "components": [],
        "dependencies": [{"ref": purl, "dependsOn": []}],
    }
    return json.dumps(document).encode()


def result_of(subjects: tuple[FileRef, ...], result: str = "PASSED") -> bytes:
    """A test-result statement."""
    return make(subjects, TEST_RESULT, {"result": result, "configuration": [], "passedTests": ["all"]})


class SignedRelease:
    """Jobs of one release that hand their files on as artifacts do."""

    def __init__(
        self,
        folder: Path,
        sigstore: LocalSigstore,
        *,
        settings: Settings,
        mode: Mode,
        rebuilt: Mapping[str, bytes] | None = None,
        made: Mapping[str, bytes] = DISTRIBUTIONS,
    ) -> None:
        self.folder = folder
        self.sigstore = sigstore
        self.settings = settings
        self.plan = plan_of(mode, settings.wheels)
        self.made = made
        self.kept = folder / "kept"
        self.records: dict[str, str] = {}
        self._earlier_jobs(rebuilt or {})

    @property
    def distributions(self) -> tuple[FileRef, ...]:
        """What the build job made."""
        return tuple(FileRef.of(path, data) for path, data in sorted(self.made.items()))

    @property
    def sums(self) -> Sums:
        """What the build job put out."""
        return Sums.of(self.distributions)

    def give(self, job: str, files: Mapping[str, bytes], *findings: Finding) -> None:
        """Leave what `job` would have made."""
        plan = sha256_hex(files[PLAN] if job == "plan" else (self.kept / PLAN).read_bytes())
        dossier = Dossier(self.folder / "none", self.kept)
        refs = tuple(dossier.add(path, data) for path, data in sorted(files.items()))
        record = Record(job, plan, STAGES[job], (), refs, findings or (Finding.passed(job),))
        self.records[job] = dossier.add(record_path(job), encode(record)).sha256

    def workspace(self, job: str) -> Path:
        """The job's folder, with everything in it that earlier jobs kept."""
        workspace = self.folder / job
        shutil.copytree(self.kept, workspace / "dossier")
        return workspace

    def run(self, job: str, environ: Mapping[str, str], *, workspace: Path | None = None) -> Completed:
        """Run the real stage of that name and keep what it made."""
        workspace = workspace or self.workspace(job)
        lines = "".join(f"{name}={digest}\n" for name, digest in self.records.items())
        done = run_job((job,), {**self.variables, "GITHUB_JOB": job, "RECORDS": lines, **environ}, workspace)
        shutil.copytree(workspace / "new", self.kept, dirs_exist_ok=True)
        self.records[job] = done.outputs["record"]
        return done

    @property
    def variables(self) -> dict[str, str]:
        """What GitHub sets in every job."""
        return {
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(self.folder),
            TRUST_CONFIG_VARIABLE: str(self.sigstore.trust_config),
            MODE_VARIABLE: self.plan.mode.value,
            PYPI_VARIABLE: NO_INDEX,
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": SERVER,
            "GITHUB_REPOSITORY": RUN.repository,
            "GITHUB_REF": RUN.ref,
            "GITHUB_SHA": RUN.commit,
            "GITHUB_RUN_ID": RUN.run_id,
            "GITHUB_RUN_ATTEMPT": RUN.run_attempt,
            "GITHUB_WORKFLOW_REF": RUN.workflow_ref,
        }

    def attest(self, **changes: str) -> Completed:
        """GitHub's own attestation, then the stage attest."""
        environ = {**self.variables, **self.sigstore.identity.grant(environment="sign")}
        (self.folder / "sums.txt").write_text(self.sums.text)
        made = attest_action.run({"subject-checksums": "sums.txt"}, environ, self.folder)
        return self.run("attest", {**environ, "GITHUB_BUNDLE": made["bundle-path"], **changes})

    def provenance(self) -> None:
        """The generator's provenance, which no record names."""
        grant = self.sigstore.identity.grant(reusable_workflow=GENERATOR_REF, reusable_sha=GENERATOR_COMMIT)
        folder = self.kept / "evidence"
        folder.mkdir(exist_ok=True)
        inputs = {"base64-subjects": self.sums.encode(), "provenance-name": PROVENANCE_NAME}
        slsa_generator.run(
            {**inputs, "upload-assets": "false", "private-repository": "true"}, {**self.variables, **grant}, folder
        )

    @property
    def gate_variables(self) -> dict[str, str]:
        """The gate's own environment."""
        return {"SUMS": self.sums.encode()}

    def case(self) -> Case:
        """What the gate judges, as data."""
        files = {
            path.relative_to(self.kept).as_posix(): FileContent.of(
                path.relative_to(self.kept).as_posix(), path.read_bytes()
            )
            for path in self.kept.rglob("*")
            if path.is_file()
        }
        return Case(
            files=files,
            records=dict(self.records),
            sums=self.sums,
            jobs=dict(STAGES),
            expected=Expected.of(self.plan),
            environment="sign",
            policy=Policy().with_settings(self.settings),
            policy_sha256=files[POLICY].ref.sha256,
            root=self.sigstore.root,
            index={},
            wheels=self.settings.wheels or "",
            generator=self.settings.provenance == "both",
            mode=self.plan.mode,
            run=f"{SERVER}/{RUN.repository}/actions/runs/{RUN.run_id}",
        )

    def _earlier_jobs(self, rebuilt: Mapping[str, bytes]) -> None:
        policy = Policy().with_settings(self.settings)
        self.give(
            "plan",
            {
                PLAN: encode(self.plan),
                POLICY: policy.model_dump_json().encode(),
                SETTINGS: self.settings.model_dump_json().encode(),
                "notes.md": b"- The first release\n",
            },
            Finding.passed("tag"),
            Finding.passed("version"),
        )
        refs = self.distributions
        wheels = tuple(ref for ref in refs if ref.name.endswith(".whl"))
        # Wheels from elsewhere are built once, and no cell has the platform of all of them.
        here = tuple(ref for ref in refs if ref.name in (WHEEL, SDIST)) if self.settings.wheels else refs
        ours = tuple(ref for ref in here if ref not in wheels) if self.settings.wheels else refs
        builder = {
            "buildDefinition": {"buildType": "sealwright:build:v1"},
            "runDetails": {"builder": {"id": "sealwright:job:build"}},
        }
        environment = {"build/environment.txt": b"hatchling==1.33.0\n"}
        build = make(ours, SLSA_PROVENANCE_V1, builder)
        self.give("build", {**self.made, **environment, "statements/build.json": build})
        again = {f"rebuilt/{ref.name}": rebuilt.get(ref.name, self.made[ref.path]) for ref in ours}
        remade = tuple(FileRef.of(path, data) for path, data in again.items())
        self.give("rebuild", {**again, "statements/rebuild.json": result_of(remade)})
        audit = make(wheels or refs, VULNERABILITIES, {"scanner": {"uri": "pkg:pypi/pip-audit@2.10.1", "result": []}})
        examined = {
            "evidence/pylock.toml": PYLOCK,
            **{f"evidence/{wheel.name}.cdx.json": sbom_of(wheel) for wheel in wheels},
            "statements/inspect.json": result_of(refs),
            "statements/audit.json": audit,
            VEX: compose(ASKED, (), (), (Tool("pip-audit", "2.10.1"),)),
            "reports/audit.sarif": b"{}",
        }
        self.give("examine", examined, *EXAMINED)
        self.give(SMOKE, {f"statements/{SMOKE}.json": result_of(here)})


@contextmanager
def signed_release(
    folder: Path,
    *,
    settings: Settings | None = None,
    mode: Mode = Mode.RELEASE,
    rekor: int = 1,
    rebuilt: Mapping[str, bytes] | None = None,
    made: Mapping[str, bytes] = DISTRIBUTIONS,
) -> Iterator[SignedRelease]:
    """A release up to the gate: everything is made and signed."""
    with local_sigstore(folder / "sigstore", rekor=2 if rekor == 2 else 1) as sigstore:
        release = SignedRelease(
            folder, sigstore, settings=settings or Settings(), mode=mode, rebuilt=rebuilt, made=made
        )
        done = release.attest()
        assert done.exit_code == 0, done.blocking
        if release.settings.provenance == "both":
            release.provenance()
        yield release


def rerecorded(case: Case, job: str, /, **changes: object) -> Case:
    """The case as if `job` had left another record and had put out that one's digest."""
    path = record_path(job)
    document = json.loads(case.files[path].data or b"")
    content = FileContent.of(path, json.dumps({**document, **changes}).encode())
    return replace(case, files={**case.files, path: content}, records={**case.records, job: content.ref.sha256})
