"""All stand-ins of one rehearsal, started and stopped together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from sealwright.endpoints import OSV_VARIABLE, PYPI_VARIABLE, TESTPYPI_VARIABLE, TRUST_CONFIG_VARIABLE
from sealwright.model import Finding
from sealwright.pipeline.jobs import WEBHOOK_SECRET
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import AnyJob, Call, Job
from sealwright.rehearsal.layout import Layout, Subject, write_atomically
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.identity import IdentityStandIn, Run, TokenIssuer
from sealwright.rehearsal.standins.pypi import Publisher, PyPIStandIn
from sealwright.rehearsal.standins.server import StandIn
from sealwright.rehearsal.standins.sigstore import SigstoreStandIn
from sealwright.services import patience
from sealwright.services.index import MINT_PATH
from sealwright.verify.slsa import GENERATOR_COMMIT, GENERATOR_REF


@dataclass(frozen=True, slots=True)
class World:
    """What of the outside a caller may choose."""

    advisories: Path | None = None
    """A folder of OSV files; None asks the real service."""
    publisher_environments: Mapping[str, str] | None = None
    """`pypi` and `testpypi` to the environment that the index has on file, where it differs from the table's."""


class Services:
    """A context manager around the stand-ins; gives each job the variables that GitHub would."""

    def __init__(self, layout: Layout, subject: Subject, options: Options, world: World) -> None:
        state = layout.services
        self.layout = layout
        run = Run(subject.repository, f"refs/tags/{subject.tag}", subject.commit)
        issuer = TokenIssuer(state / "identity")
        self.identity = IdentityStandIn(issuer, run)
        self.sigstore = SigstoreStandIn(state / "sigstore", issuer, subject.rekor)
        self.github = GitHubStandIn(state / "github", subject.repository, origin=layout.origin)
        root = json.dumps(self.sigstore.trusted_root()).encode()
        bound = {"pypi": options.pypi, "testpypi": options.testpypi or "", **(world.publisher_environments or {})}
        names: tuple[Literal["pypi", "testpypi"], ...] = ("pypi", "testpypi")
        self.indexes: dict[str, PyPIStandIn] = {
            name: PyPIStandIn(name, state / name, issuer, root, [_publisher(subject, run, bound[name])])
            for name in names
        }
        self.advisories = AdvisoriesStandIn(world.advisories) if world.advisories else None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for standin in self.all():
            self._stack.enter_context(standin)
        write_atomically(self.layout.trust_config, json.dumps(self.sigstore.trust_config(), indent=1).encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def all(self) -> tuple[StandIn, ...]:
        """Every stand-in."""
        own: tuple[StandIn, ...] = (self.identity, self.sigstore, self.github, *self.indexes.values())
        return (*own, self.advisories) if self.advisories else own

    def endpoints(self) -> dict[str, str]:
        """The variables that lead a job to the stand-ins."""
        return {
            "GITHUB_API_URL": self.github.url,
            PYPI_VARIABLE: self.indexes["pypi"].url,
            TESTPYPI_VARIABLE: self.indexes["testpypi"].url,
            TRUST_CONFIG_VARIABLE: str(self.layout.trust_config),
            patience.VARIABLE: "5",  # an index on loopback has no delivery network to wait for
            **({OSV_VARIABLE: self.advisories.url} if self.advisories else {}),
        }

    def identity_of(self, job: AnyJob) -> dict[str, str]:
        """The variables of a job that may ask for an identity token; none for any other."""
        match job:
            case Call() if job.identity:
                return self.identity.grant(reusable_workflow=GENERATOR_REF, reusable_sha=GENERATOR_COMMIT)
            case Job() if job.identity:
                return self.identity.grant(environment=job.environment)
            case _:
                return {}

    def token_of(self, *jobs: AnyJob) -> str:
        """A job's own GitHub token, with its grants and no more; one for several jobs has the grants of all."""
        grants = sorted((grant.scope, grant.level) for job in jobs for grant in job.grants)
        return self.github.token(dict(grants))  # `write` comes after `read`

    def explain(self, job: AnyJob) -> tuple[Finding, ...]:
        """What the stand-ins know of a publishing job's refusal. The real index says only that no publisher matches."""
        index = self.indexes.get(job.id)
        if index is None or not isinstance(job, Job) or not any(e.path == MINT_PATH for e in index.refusals):
            return ()
        registered = [publisher.environment for publisher in index.publishers]
        if job.environment in registered:
            return ()
        name = ", ".join(registered)
        return (
            Finding.failed(
                "publisher",
                "publisher-mismatch",
                job.id,
                expected=f"environment {name!r}, which the index has on file",
                found=f"environment {job.environment!r}, in which the job {job.id} of release.yml runs",
                hint=f"set environments.{job.id} = {name!r} in [tool.sealwright], or correct the publisher there",
            ),
        )

    def secret(self, name: str) -> str:
        """The value of a secret; only the webhook's exists."""
        return {WEBHOOK_SECRET: f"{self.github.url}/webhook"}[name]


def _publisher(subject: Subject, run: Run, environment: str) -> Publisher:
    return Publisher(
        project=subject.project,
        repository=subject.repository,
        owner_id=run.owner_id,
        workflow=run.workflow.rsplit("/", 1)[-1],
        environment=environment,
    )
