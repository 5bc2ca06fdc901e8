"""Hash-locked tool sets, one `.txt` for each role, made from the `.in` beside it by `make lock-tools`."""

from __future__ import annotations

from importlib.resources import files


def lock_of(role: str) -> str:
    """The lock of a role, as pip reads it."""
    return files(__name__).joinpath(f"{role}.txt").read_text("utf-8")
