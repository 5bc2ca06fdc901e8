"""Trusted publishers: which one a job's identity token would name, and which one an index used last."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sealwright.doctor.posture import Upload
from sealwright.errors import Refused


@dataclass(frozen=True, slots=True)
class Publisher:
    """What an index matches an identity token against.

    https://docs.pypi.org/trusted-publishers/internals/
    """

    repository: str
    """`owner/name`; empty where it is not known."""
    workflow: str
    """The file name alone."""
    environment: str
    """Empty for none."""

    def __str__(self) -> str:
        where = f"environment {self.environment!r}" if self.environment else "no environment"
        return f"{self.repository or 'an unknown repository'}, {self.workflow}, {where}"


def predicted(upload: Upload, repository: str | None) -> Publisher | None:
    """Whom the identity token of a job will name; None where its environment is computed when it runs.

    The claims are `repository`, `job_workflow_ref` (the file in which the job is written, also where it is called from
    another one) and `environment`.
    """
    environment = upload.job.environment
    if environment is not None and not environment.known:
        return None
    return Publisher(repository or "", upload.workflow.file, environment.name if environment else "")


def publishers_in(provenance: bytes) -> tuple[Publisher, ...]:
    """Whom an index's provenance of a file names as its publishers on GitHub.

    Its word is enough here, since it is about what the index has on file. Raises Refused (`provenance-malformed`).
    """
    try:
        bundles = json.loads(provenance)["attestation_bundles"]
        named = [bundle["publisher"] for bundle in bundles]
        return tuple(
            Publisher(str(one["repository"]), str(one["workflow"]), str(one.get("environment") or ""))
            for one in named
            if one["kind"] == "GitHub"
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("provenance-malformed", f"this is not an index's provenance of a file: {error!r}") from error


def differences(wanted: Publisher, found: Publisher) -> tuple[tuple[str, str, str], ...]:
    """What an index would refuse `found` for if it knows `wanted` alone: (claim, on file, predicted)."""
    pairs = [
        ("repository", wanted.repository, found.repository, wanted.repository.lower() == found.repository.lower()),
        ("workflow", wanted.workflow, found.workflow, wanted.workflow == found.workflow),
    ]
    # A publisher that is bound to no environment takes every one.
    if wanted.environment:
        same = wanted.environment.lower() == found.environment.lower()
        pairs.append(("environment", wanted.environment, found.environment or "none", same))
    return tuple((what, on_file, ours) for what, on_file, ours, same in pairs if not same and ours)
