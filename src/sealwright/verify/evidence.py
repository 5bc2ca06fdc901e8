"""What a verdict is made from: the files of a release as somebody hashed them, and what was expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from sealwright.config import Policy
from sealwright.dossier.store import PUBLISHED
from sealwright.model import FileRef, Finding, Mode, Plan, Record, Sums
from sealwright.verify.bundle import Claims, TrustRoot, Verified, VerifiedStatement
from sealwright.verify.expected import Expected

GENERATOR_BUNDLE = "evidence/multiple.intoto.jsonl"
"""By slsa-github-generator. No record of ours vouches for it; its certificate must."""
GITHUB_BUNDLE = "evidence/github.intoto.jsonl"
"""By actions/attest."""
RELEASE_SIGNATURE = "evidence/release.json.sigstore.json"
SUMMARY_BUNDLE = "evidence/vsa.intoto.jsonl"
"""Both by the job seal, after the verdict."""
HELD = 32 * 1024 * 1024
"""Bytes; a larger distribution is judged by its digest alone, which is all that evidence is about."""
PYLOCK = "evidence/pylock.toml"
SIGNATURE_SUFFIX = ".sigstore.json"
STATEMENT_SUFFIX = ".intoto.jsonl"
INDEX_SUFFIX = ".provenance.json"
"""Of what an index answered about a distribution; in the folder `published`."""


class Maker(StrEnum):
    """Who makes provenance that no record of ours vouches for."""

    GENERATOR = "generator"
    """slsa-github-generator."""
    GITHUB = "github"
    """actions/attest."""


MAKERS: Mapping[str, Maker] = MappingProxyType({GENERATOR_BUNDLE: Maker.GENERATOR, GITHUB_BUNDLE: Maker.GITHUB})
"""Where our own releases keep the bundles of others."""


class Scope(StrEnum):
    """How much of a release is there to be judged."""

    DOSSIER = "dossier"
    """Everything that its jobs made, their records included."""
    ASSETS = "assets"
    """What was published: distributions, evidence, the list of files."""
    FILES = "files"
    """Some of the distributions, and their evidence. That the same evidence is about others too is no fault."""


class Accept(StrEnum):
    """What is enough for whoever asks. What is there and wrong is never accepted."""

    RELEASE = "release"
    """All that a release by Sealwright has."""
    PROVENANCE = "provenance"
    """Provenance by a builder, about each distribution."""
    SIGNED = "signed"
    """A signature, provenance, or an index attestation, over each distribution."""


def provenance_path(name: str) -> str:
    """Where in a dossier an index's answer about the distribution `name` lies."""
    return f"{PUBLISHED}/{name}{INDEX_SUFFIX}"


@dataclass(frozen=True, slots=True)
class FileContent:
    """One file of the dossier: always its digest, and its bytes unless it is too large to hold."""

    ref: FileRef
    data: bytes | None = None

    @classmethod
    def of(cls, path: str, data: bytes) -> FileContent:
        """A file that is held whole."""
        return cls(FileRef.of(path, data), data)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a verdict depends on. Equal cases give equal verdicts."""

    files: Mapping[str, FileContent]
    """Every file that is there, by path, claimed or not, except what the judging job makes itself."""
    records: Mapping[str, str]
    """Job to the digest of its record, as it arrived outside the dossier (as a job output)."""
    sums: Sums
    """The distributions that the build job put out, also outside the dossier."""
    jobs: Mapping[str, tuple[str, ...]]
    """Jobs that must have left a record, in order, each with the stages it must have run."""
    expected: Expected
    """Who must have signed. Never read from the dossier."""
    environment: str
    """The deployment environment that the signing job must have run in; empty where whoever asks does not know it."""
    policy: Policy
    policy_sha256: str
    root: TrustRoot
    index: Mapping[str, str] | Finding
    """File name to sha256 of what the index already serves of this version, or why that is not known."""
    wheels: str = ""
    """The workflow of the project's own that builds the wheels, so that nobody here built them; empty where the job
    build makes the one wheel there is."""
    generator: bool = True
    """Whether slsa-github-generator's provenance is required beside GitHub's."""
    mode: Mode = Mode.RELEASE
    """As what it is judged. Never read from the dossier, which could ask for a rehearsal's leniency."""
    run: str = ""
    """`https://github.com/owner/name/actions/runs/ID`, without an attempt: jobs of one run may be repeated one by one.
    Empty where the run is not known beforehand; all evidence must still come from one."""
    scope: Scope = Scope.ASSETS
    accept: Accept = Accept.RELEASE
    lenient: frozenset[str] = frozenset()
    """Checks that the asker does without: what they find wrong still counts, that they find nothing does not."""
    makers: Mapping[str, Maker] = field(default_factory=lambda: MAKERS)
    """Whose word the provenance bundles are, by path."""

    def made_by(self, maker: Maker) -> tuple[str, ...]:
        """Paths of the bundles of one maker that are there."""
        return tuple(path for path, who in self.makers.items() if who is maker and path in self.files)


@dataclass(frozen=True, slots=True)
class Signed:
    """A Sigstore bundle of the release, verified or not."""

    path: str
    """Of the bundle."""
    subject: str
    """Path of what it is a signature of."""
    verified: Verified | VerifiedStatement | None
    error: Finding | None = None
    """Why it was not verified."""

    @property
    def claims(self) -> Claims | None:
        """What the certificate says, if the signature holds."""
        return None if self.verified is None else self.verified.claims


@dataclass(frozen=True, slots=True)
class Evidence:
    """A case with what could be read and verified of it; every check looks at this one value."""

    case: Case
    plan: Plan | None
    """None where plan.json is not what the plan job recorded."""
    records: Mapping[str, Record]
    """Only those whose digest and plan are the expected ones."""
    problems: tuple[Finding, ...]
    """Why the other records are not among them."""
    signatures: tuple[Signed, ...]
    """Over files: distributions and SBOMs."""
    statements: tuple[Signed, ...]
    """Over our own statements."""
    provenances: Mapping[str, Signed]
    """Path to what others said about the build."""

    @property
    def distributions(self) -> tuple[FileRef, ...]:
        """The distributions as they are, not as somebody recorded them."""
        return refs_in(self.case.files, "dist")

    @property
    def wheels(self) -> tuple[FileRef, ...]:
        """The wheels among them."""
        return tuple(ref for ref in self.distributions if ref.name.endswith(".whl"))

    @property
    def unrehearsed(self) -> bool:
        """Whether this is a rehearsal of a project whose wheels only GitHub builds, so that there are none.

        A release is never that: one that has lost its wheels must not pass for one that never had any.
        """
        return self.case.mode is Mode.REHEARSAL and bool(self.case.wheels) and not self.wheels

    @property
    def signed(self) -> tuple[Signed, ...]:
        """Every bundle there is."""
        return (*self.signatures, *self.statements, *self.provenances.values())

    def output(self, job: str, path: str) -> FileRef | None:
        """What `job` recorded at `path`, if its record is usable."""
        return self.records[job].output(path) if job in self.records else None


def refs_in(files: Mapping[str, FileContent], folder: str) -> tuple[FileRef, ...]:
    """The files directly in `folder`, in path order."""
    return tuple(files[path].ref for path in sorted(files) if path.rpartition("/")[0] == folder)


def data_at(files: Mapping[str, FileContent], path: str) -> bytes | None:
    """The bytes at `path`; None if there is no such file, or if it was too large to hold."""
    return files[path].data if path in files else None
