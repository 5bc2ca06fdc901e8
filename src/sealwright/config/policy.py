"""The policy: a built-in floor that security/policy.toml tightens and never loosens."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import Field, StringConstraints, field_validator, model_validator

from sealwright.config.reading import Strict, parse_toml, validate
from sealwright.model import Finding, Level, Mode, Verdict

if TYPE_CHECKING:
    from sealwright.config.settings import Settings

POLICY_FILE = "security/policy.toml"

# A check that is not listed weighs REQUIRE: a new check blocks until somebody decides otherwise here.
FLOOR: dict[str, Level] = {
    # plan
    "changelog": Level.ENFORCE,  # a project without a changelog has nothing to check
    "branch": Level.ENFORCE,
    "workflow": Level.ENFORCE,  # a project without release.yml can still be rehearsed
    "index": Level.ENFORCE,
    "protection": Level.REPORT,  # needs a token that a job without secrets does not have
    # examine and rebuild
    "description": Level.REPORT,
    "declared": Level.ENFORCE,  # what a setup.py declares, only running it would tell
    "dependencies": Level.ENFORCE,
    "entry-points": Level.ENFORCE,
    "explained": Level.ENFORCE,  # an SBOM that a plugin made during the build, nobody could compare with a commit
    "build-environment": Level.ENFORCE,
    "build-tools": Level.ENFORCE,  # an index may not list the front end that is installed here
    "sbom-agreement": Level.ENFORCE,
    "rebuild": Level.REPORT,
    "audit": Level.REPORT,
    "audit-ignores": Level.ENFORCE,  # the project's own file, which nobody has to be asked about
    "audit-yanked": Level.REPORT,
    "audit-scope": Level.REPORT,
    "vex": Level.ENFORCE,  # where nothing could be asked there is none
    # smoke
    "smoke-untried": Level.REPORT,  # a wheel for a platform or a Python that no cell has
    "smoke-import": Level.REPORT,  # modules that the settings leave out, with a reason
    # signatures
    "environment": Level.ENFORCE,  # older certificates do not name their environment
    "controls": Level.REQUIRE,
    # for whoever verifies a release
    "generator": Level.REPORT,  # a project may do without; its signed list tells if somebody took it away
    "source": Level.ENFORCE,  # whether a clone is at hand is the asker's matter
    "approval": Level.REPORT,  # no certificate shows who approved
    "changes": Level.REPORT,  # whether a change is wanted is for people to say
    # after the release
    "contributors": Level.REPORT,  # a text, which anybody may still edit
    "release-page": Level.REPORT,
    "install-untried": Level.REPORT,  # as for smoke-untried
    "notify": Level.REPORT,
    # long after it (sealwright monitor)
    "released": Level.ENFORCE,  # that older ones were left out, or that there are none yet, stops nobody
    "trust-root-age": Level.ENFORCE,
    "pins-newer": Level.REPORT,
    "audit-earlier": Level.REPORT,  # what an older release resolved to then is no longer what it installs
}

# What a rehearsal cannot ask of a laptop, and says so in its table.
_REHEARSAL: dict[str, Level] = {"branch": Level.REPORT, "audit": Level.ENFORCE, "wheels": Level.ENFORCE}


Justification = Literal[
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
]
"""https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_justification"""


class Ignore(Strict):
    """One advisory that does not block, for a while. Names are whole: nothing stands for several."""

    id: Annotated[str, StringConstraints(min_length=4, pattern=r"^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9.:_]+)+$")]
    package: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
    expires: Annotated[dt.date, Field(strict=True)]
    """The last day on which it holds, in UTC."""
    justification: Justification | None = None
    """Why the project is not affected at all, in CycloneDX's words; without it, an ignore only is a decision."""

    def __str__(self) -> str:
        return f"{self.id} of {self.package}"


class Audit(Strict):
    """[audit] of policy.toml."""

    ignore: tuple[Ignore, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Audit:
        seen: set[tuple[str, str]] = set()
        for ignore in self.ignore:
            key = (ignore.id.lower(), canonicalize_name(ignore.package))
            if key in seen:
                raise ValueError(f"{ignore} is ignored twice; keep the entry whose reason and date count")
            seen.add(key)
        return self


class Withdrawn(Strict):
    """A version that was taken back after it had been published."""

    version: str
    """PEP 440, in any spelling; 1.0 and 1.0.0 are the same one."""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
    """Shown to everybody who checks the version."""
    date: Annotated[dt.date, Field(strict=True)]
    """The day of the decision, in UTC."""

    @field_validator("version")
    @classmethod
    def _is_a_version(cls, value: str) -> str:
        Version(value)
        return value


class Policy(Strict):
    """What a release must satisfy."""

    checks: dict[str, Level] = Field(default_factory=dict)
    audit: Audit = Audit()
    withdrawn: tuple[Withdrawn, ...] = ()

    @model_validator(mode="after")
    def _withdrawn_once(self) -> Policy:
        versions = [Version(entry.version) for entry in self.withdrawn]
        twice = sorted({str(version) for version in versions if versions.count(version) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is withdrawn twice; keep the entry whose reason and date count")
        return self

    @model_validator(mode="after")
    def _never_below_the_floor(self) -> Policy:
        for check, level in self.checks.items():
            floor = FLOOR.get(check, Level.REQUIRE)
            if level.weight < floor.weight:
                raise ValueError(f"checks.{check} = {level.value!r} is below the built-in floor {floor.value!r}")
        return self

    def with_settings(self, settings: Settings) -> Policy:
        """The effective policy: what the settings ask for is added, never taken away."""
        asked = dict(self.checks)
        for check, wanted in (("rebuild", settings.rebuild == "require"), ("audit", settings.audit == "block")):
            if wanted:
                asked[check] = Level.REQUIRE
        return self.model_copy(update={"checks": dict(sorted(asked.items()))})

    def level(self, check: str, mode: Mode) -> Level:
        """How much `check` weighs in `mode`."""
        level = self.checks.get(check, FLOOR.get(check, Level.REQUIRE))
        if mode is Mode.REHEARSAL and check in _REHEARSAL:
            return min(level, _REHEARSAL[check], key=lambda item: item.weight)
        return level

    def judge(self, findings: tuple[Finding, ...], mode: Mode) -> tuple[Finding, ...]:
        """Those of one stage's findings that stop the release."""
        levels = {f.check: self.level(f.check, mode) for f in findings}
        return Verdict(
            policy="",
            subjects=(),
            required=tuple(c for c, level in levels.items() if level is Level.REQUIRE),
            enforced=tuple(c for c, level in levels.items() if level is Level.ENFORCE),
            findings=findings,
        ).blocking


def load_policy(text: str, where: str = POLICY_FILE) -> Policy:
    """The policy in the text of a policy.toml.

    Raises UsageError (`toml-malformed`, `configuration-invalid`).
    """
    return validate(Policy, parse_toml(text, where), where)
