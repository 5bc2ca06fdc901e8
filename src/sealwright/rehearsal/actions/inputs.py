"""Inputs of the actions that stand-ins play: strings, as GitHub hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError


def refuse_unplayed(action: str, inputs: Mapping[str, str], played: set[str]) -> None:
    """Raise UsageError for an input that the original would obey and this one would ignore."""
    unplayed = sorted(name for name, value in inputs.items() if value and name not in played)
    if unplayed:
        raise UsageError("input-not-played", f"the rehearsal's {action} does not play {', '.join(unplayed)}")


def flag(action: str, name: str, value: str) -> bool:
    """A truth value as the toolkit of GitHub's own actions reads it (YAML 1.2). Raises UsageError."""
    if value.lower() not in ("true", "false"):
        raise UsageError("input-malformed", f"{action}: {name} is {value!r}, neither true nor false")
    return value.lower() == "true"


def inside(action: str, path: str, workspace: Path) -> Path:
    """A path given as an input, which must lie in the workspace. Raises UsageError."""
    found = workspace / path
    if "\n" in path or "*" in path or not found.resolve().is_relative_to(workspace.resolve()):
        raise UsageError("input-not-played", f"the rehearsal's {action} plays one path in the workspace, not {path!r}")
    return found
