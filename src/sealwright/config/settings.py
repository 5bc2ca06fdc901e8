"""[tool.sealwright] of the project's pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from packaging.markers import Marker
from packaging.utils import canonicalize_name
from pydantic import Field, field_validator

from sealwright.config.reading import Strict, parse_toml, validate
from sealwright.model import Cell
from sealwright.pipeline.egress import Egress
from sealwright.pipeline.steps import HOSTED_RUNNER, WORKFLOW_FILE

_CELL = re.compile(r"(?P<runner>[a-z0-9.-]+)/(?P<python>3\.[0-9]{1,2}t?)")
_WORKFLOW = re.compile(r"\.github/workflows/[A-Za-z0-9_-][A-Za-z0-9._-]*\.ya?ml")
_ENDPOINT = re.compile(r"(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+:[0-9]{1,5}")
Text = Annotated[str, Field(min_length=1)]


class Environments(Strict):
    """Names of the GitHub environments that the jobs with identity run in."""

    sign: Text = "sign"
    seal: Text = "seal"
    testpypi: Text = "testpypi"
    pypi: Text = "pypi"
    notify: Text = "notify"


class Runners(Strict):
    """Labels of GitHub-hosted runners, such as larger ones. The smoke jobs' are in `cells`."""

    default: Text = HOSTED_RUNNER
    build: Text | None = None
    """For build and rebuild; None for the default."""

    @field_validator("default", "build")
    @classmethod
    def _github_hosted(cls, label: str | None) -> str | None:
        return label if label is None else _hosted(label)


class SkippedImport(Strict):
    """A module that the smoke jobs do not import, nor anything below it."""

    module: Annotated[str, Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*$")]
    """A dotted name."""
    reason: Annotated[str, Field(min_length=10)]
    marker: str = ""
    """PEP 508: where it is left out; everywhere where empty."""

    @field_validator("marker")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            Marker(value)
        return value

    def covers(self, module: str) -> bool:
        """Whether `module` is this one, or lies below it."""
        return f"{module}.".startswith(f"{self.module}.")

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Whether it is left out where markers have these values."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment))


class Smoke(Strict):
    """What the smoke jobs do beyond installing and importing."""

    command: tuple[Text, ...] = ()
    """The project's own smoke command as an argument list, run in the fresh environment."""
    skip_imports: tuple[SkippedImport, ...] = ()
    submodules: bool = False
    """Whether every module is imported, rather than the outermost ones."""
    extras: tuple[Text, ...] = ()
    """Extras that are resolved, installed and tried as well, each by itself. Normalised."""

    @field_validator("extras")
    @classmethod
    def _normalised(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(canonicalize_name(extra, validate=True) for extra in value)
        if len(set(names)) != len(names):
            raise ValueError("an extra is named twice")
        return names


class Sbom(Strict):
    """How the SBOMs are written."""

    spec: Literal["1.6", "1.7"] = "1.6"
    """Version of CycloneDX; 1.7 marks dependencies as external, and fewer programs read it."""


class Settings(Strict):
    """How this project is released. Every key has a default, so none is needed."""

    tag_pattern: Text = "v*"
    """A tag is this pattern with the version in place of the one `*`."""
    branches: tuple[Text, ...] = ("main", "master")
    """The tagged commit must be on one of these, where they exist."""
    repository: str | None = None
    """`owner/name` on GitHub; else the github.com remote; else `local/<project>`."""
    changelog: str | None = None
    """Path of the changelog; else CHANGELOG, CHANGES, HISTORY or NEWS with a usual suffix, where there is one."""
    cells: tuple[Cell, ...] = ()
    """`runner/python` pairs for the smoke jobs; by default the oldest and newest supported Python on Linux."""
    environments: Environments = Environments()
    testpypi: bool = True
    provenance: Literal["both", "github"] = "both"
    rebuild: Literal["require", "report"] = "report"
    sdist: Literal["normalised", "as-built"] = "normalised"
    """Whether an sdist that tells when or by whom it was made is rewritten, or left as the backend made it."""
    audit: Literal["block", "report"] = "block"
    build_lock: str | None = None
    """Path of a hash-locked requirements file for the build environment."""
    smoke: Smoke = Smoke()
    sbom: Sbom = Sbom()
    extra_gate: str | None = None
    """Path of a reusable workflow of this repository that must succeed before anything is signed."""
    wheels: str | None = None
    """Path of a reusable workflow of this repository that builds the wheels; None where build makes one pure wheel."""
    runners: Runners = Runners()
    egress: Egress = "off"
    """Whether outgoing connections of jobs that run project code are watched (`audit`) or limited (`block`)."""
    egress_allow: tuple[str, ...] = ()
    """`host:port` that these jobs may reach beyond what the pipeline itself needs."""
    notify: bool = False
    public_log: bool = False
    """Allows a private repository to appear in public transparency logs."""
    workflow: Literal["generated", "own"] = "generated"
    """`own` once release.yml has been ejected: it is no longer compared with the table."""
    tool: Literal["release", "checkout"] = "release"
    """Where the pipeline's own program comes from; `checkout` is for Sealwright itself."""

    @field_validator("tag_pattern")
    @classmethod
    def _one_star(cls, value: str) -> str:
        if value.count("*") != 1:
            raise ValueError("needs exactly one `*`, which stands for the version")
        return value

    @field_validator("cells", mode="before")
    @classmethod
    def _cells(cls, value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        return tuple(_cell(item) for item in value)

    @field_validator("extra_gate", "wheels")
    @classmethod
    def _workflow_of_the_repository(cls, value: str | None) -> str | None:
        if value is not None and (not _WORKFLOW.fullmatch(value) or value == WORKFLOW_FILE):
            raise ValueError("write it as .github/workflows/NAME.yml, another file than release.yml itself")
        return value

    @field_validator("egress_allow")
    @classmethod
    def _host_and_port(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [value for value in values if not _ENDPOINT.fullmatch(value)]
        if wrong:
            raise ValueError(f"{', '.join(map(repr, wrong))}: write host:port, such as example.org:443")
        return values

    @field_validator("repository")
    @classmethod
    def _owner_and_name(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", value):
            raise ValueError("write it as owner/name")
        return value

    def tag_for(self, version: str) -> str:
        """The tag that releases `version`."""
        return self.tag_pattern.replace("*", version)

    def version_in(self, tag: str) -> str | None:
        """The version that `tag` names, or None where the tag does not fit the pattern."""
        before, _, after = self.tag_pattern.partition("*")
        if tag.startswith(before) and tag.endswith(after) and len(tag) > len(before) + len(after):
            return tag[len(before) : len(tag) - len(after)]
        return None


def _cell(item: object) -> object:
    if not isinstance(item, str):
        return item
    match = _CELL.fullmatch(item)
    if match is None:
        raise ValueError(f"{item!r} is not runner/python, such as ubuntu-24.04/3.13")
    return Cell(_hosted(match["runner"]), match["python"])


def _hosted(label: str) -> str:
    if "self-hosted" in label.lower():
        raise ValueError(
            "a self-hosted runner keeps state between jobs, and the verdict says that a hosted platform did this"
        )
    return label


def load_settings(pyproject: str, where: str = "pyproject.toml") -> Settings:
    """The settings in the text of a pyproject.toml.

    Raises UsageError (`toml-malformed`, `configuration-invalid`).
    """
    tool = parse_toml(pyproject, where).get("tool", {})
    table = tool.get("sealwright", {}) if isinstance(tool, dict) else {}
    return validate(Settings, table, f"{where} [tool.sealwright]")
