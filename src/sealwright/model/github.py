"""What a repository's settings on GitHub say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment environment and what guards it."""

    name: str
    reviewers: tuple[str, ...]
    """Logins and team names, one of whom must approve."""
    restricted: bool
    """Whether only some branches or tags may deploy to it."""
    patterns: tuple[str, ...]
    """Their patterns, where they are the environment's own."""
    branches: bool = False
    """Whether some of those that may deploy to it are branches."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules for tags."""

    name: str
    active: bool
    """Neither switched off nor merely tried out."""
    patterns: tuple[str, ...]
    """Of the refs that it holds for, such as `refs/tags/v*` or `~ALL`."""
    rules: frozenset[str]
    """Kinds of rules, such as `creation`, `update`, `deletion`."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who wrote a commit."""

    login: str
    """Of the account on GitHub; empty where there is none."""
    name: str
    """As the commit says; only where there is no account."""


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run of a workflow, its attempts together."""

    id: int
    status: str
    """`queued`, `in_progress`, `waiting` (for an approval), `completed`, ..."""
    conclusion: str
    """`success`, `failure`, `cancelled`, ...; empty until it is completed."""
    page: str
    """Address for people."""
    failed: tuple[str, ...] = ()
    """The jobs of the last attempt that failed or were cancelled."""
