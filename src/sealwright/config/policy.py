"""The policy: a built-in floor that security/policy.toml tightens and never loosens."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, model_validator

from sealwright.config.reading import Strict, parse_toml, validate
from sealwright.config.settings import Settings
from sealwright.model import Finding, Level, Mode, Verdict

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
    "entry-points": Level.ENFORCE,  # what a setup.py declares, only running it would tell
    "build-environment": Level.ENFORCE,
    "build-tools": Level.ENFORCE,  # an index may not list the front end that is installed here
    "sbom-agreement": Level.ENFORCE,
    "rebuild": Level.REPORT,
    "audit": Level.REPORT,
    # smoke
    "smoke-import": Level.REPORT,  # modules that the settings leave out, with a reason
    # signatures
    "environment": Level.ENFORCE,  # older certificates do not name their environment
    "controls": Level.REQUIRE,
    # after the release
    "notify": Level.REPORT,
}

# What a rehearsal cannot ask of a laptop, and says so in its table.
_REHEARSAL: dict[str, Level] = {"branch": Level.REPORT, "audit": Level.ENFORCE}


class Ignore(Strict):
    """One advisory that does not block, for a while."""

    id: Annotated[str, Field(min_length=4)]
    package: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=20)]
    expires: dt.date


class Audit(Strict):
    """[audit] of policy.toml."""

    ignore: tuple[Ignore, ...] = ()


class Policy(Strict):
    """What a release must satisfy."""

    checks: dict[str, Level] = Field(default_factory=dict)
    audit: Audit = Audit()

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
