"""What a check answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar


class State(StrEnum):
    """The five answers a check can give. Only `PASS` is ever read as passed."""

    PASS = "pass"  # noqa: S105 - an answer, not a password
    FAIL = "fail"
    ABSENT = "absent"
    """There is no such evidence."""
    UNAVAILABLE = "unavailable"
    """It could not be looked at: a service did not answer, or not usably."""
    SKIPPED = "skipped"
    """It was deliberately not looked at; `found` says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one check about one subject."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    check: str
    """The check that answered, kebab-case. Policy requires checks, not codes."""
    code: str
    """What exactly was found, kebab-case and stable; the check's own name when it passed."""
    state: State
    subject: str = ""
    """The file, package or claim it is about."""
    expected: str = ""
    found: str = ""
    hint: str = ""
    """What to do next."""

    @classmethod
    def passed(cls, check: str, subject: str = "", found: str = "") -> Finding:
        """The check looked and agrees; `found` says in a few words what it saw."""
        return cls(check, check, State.PASS, subject, found=found)

    @classmethod
    def failed(
        cls, check: str, code: str, subject: str = "", *, expected: str = "", found: str = "", hint: str = ""
    ) -> Finding:
        """The check looked and disagrees."""
        return cls(check, code, State.FAIL, subject, expected, found, hint)

    @classmethod
    def absent(cls, check: str, code: str, subject: str = "", *, expected: str = "", hint: str = "") -> Finding:
        """What the check needed to look at does not exist."""
        return cls(check, code, State.ABSENT, subject, expected, "", hint)

    @classmethod
    def unavailable(cls, check: str, code: str, subject: str = "", *, found: str = "", hint: str = "") -> Finding:
        """What the check needed to ask did not answer."""
        return cls(check, code, State.UNAVAILABLE, subject, "", found, hint)

    @classmethod
    def skipped(cls, check: str, reason: str, subject: str = "") -> Finding:
        """The check was deliberately not made."""
        return cls(check, f"{check}-skipped", State.SKIPPED, subject, found=reason)

    def about(self, subject: str) -> Finding:
        """The same finding with another subject."""
        return replace(self, subject=subject)
