"""What a project may choose about its release; the table follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sealwright.model import Cell
from sealwright.pipeline.egress import Egress
from sealwright.pipeline.steps import HOSTED_RUNNER


@dataclass(frozen=True, slots=True)
class Options:
    """What a project may change about the table."""

    cells: tuple[Cell, ...]
    sign: str = "sign"
    seal: str = "seal"
    testpypi: str | None = "testpypi"
    """Name of the environment; None where the project does without TestPyPI."""
    pypi: str = "pypi"
    notify: str | None = None
    """Name of the environment that holds the webhook; None where nobody is notified."""
    generator: bool = True
    """Whether slsa-github-generator makes provenance beside actions/attest."""
    tag_pattern: str = "v*"
    directory: str = "."
    """Where the project lies in its repository."""
    extra_gate: str | None = None
    """Path of a reusable workflow of the repository itself that must succeed before anything is signed."""
    wheels: str | None = None
    """Path of a reusable workflow of the repository itself that builds the wheels, where they hold compiled code."""
    runner: str = HOSTED_RUNNER
    """The label of the runners of every job that has none of its own."""
    build_runner: str | None = None
    """The label for build and rebuild, where it is another."""
    egress: Egress = "off"
    """Whether outgoing connections of jobs that run project code are watched, or limited."""
    egress_allow: tuple[str, ...] = ()
    """`host:port` that these jobs may reach as well, for `block`."""
    tool: Literal["release", "checkout"] = "release"
    """Where the pipeline's own program comes from: a published Sealwright, or the tagged repository itself."""
    release: tuple[str, str] | None = None
    """(version, sha256 of the wheel) of the published Sealwright, for `tool = "release"`."""
