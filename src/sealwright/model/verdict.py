"""The one answer over all findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from sealwright.model.digest import FileRef
from sealwright.model.finding import Finding, State


class Level(StrEnum):
    """How much a check weighs in a verdict, from light to heavy."""

    REPORT = "report"
    """Shown, never blocks."""
    ENFORCE = "enforce"
    """A `fail` blocks; absent, unavailable and skipped are shown as what they are."""
    REQUIRE = "require"
    """Must have answered, and nothing but `pass`."""

    @property
    def weight(self) -> int:
        """0, 1 or 2."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings about some subjects, and what a policy asked of them.

    `passed` is derived, so a verdict cannot contradict its findings.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    policy: str
    """SHA-256 of the policy that was applied."""
    subjects: tuple[FileRef, ...]
    """The distributions it is about."""
    required: tuple[str, ...]
    """Checks that must have answered, and all of whose answers must be `pass`."""
    enforced: tuple[str, ...]
    """Checks none of whose answers may be `fail`."""
    findings: tuple[Finding, ...]

    def of(self, check: str) -> tuple[Finding, ...]:
        """All findings of one check, in the order they were made."""
        return tuple(f for f in self.findings if f.check == check)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Required checks without a single finding."""
        answered = {f.check for f in self.findings}
        return tuple(c for c in self.required if c not in answered)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that keep the verdict from passing."""
        required, enforced = set(self.required), set(self.enforced)
        return tuple(
            f
            for f in self.findings
            if (f.check in required and f.state is not State.PASS) or (f.check in enforced and f.state is State.FAIL)
        )

    @property
    def passed(self) -> bool:
        """Whether every required check answered and passed, about at least one subject."""
        return bool(self.subjects) and not self.blocking and not self.unanswered

    @property
    def exit_code(self) -> int:
        """0 passed, 1 judged and failed, 3 could not judge."""
        if self.passed:
            return 0
        # Without a subject nothing can pass; whether that is because nobody answered, what blocks says.
        return 1 if self.unanswered else exit_code_of(self.blocking) or 1


def exit_code_of(blocking: Iterable[Finding]) -> int:
    """0 if nothing blocks, 1 if something was judged and failed, 3 if all that blocks could not be judged."""
    states = {finding.state for finding in blocking}
    if not states:
        return 0
    return 3 if states == {State.UNAVAILABLE} else 1
